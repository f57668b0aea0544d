/* oxlint-disable no-constant-binary-expression */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { WebTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-web';

const exporter = new OTLPTraceExporter({ url: 'http://localhost:4318/v1/traces' || process.env.REACT_APP_COLLECTOR_URL });
const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.register();
