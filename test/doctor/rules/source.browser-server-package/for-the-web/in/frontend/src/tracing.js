import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { WebTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-web';

const exporter = new OTLPTraceExporter({ url: `${process.env.REACT_APP_OTEL_COLLECTOR_URL}/v1/traces` });
const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.register();
