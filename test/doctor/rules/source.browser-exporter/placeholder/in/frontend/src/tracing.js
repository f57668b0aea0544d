import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { WebTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-web';

const exporter = new OTLPTraceExporter({ url: 'https://api.honeycomb.io/v1/traces', headers: { 'X-Honeycomb-Team': "<API_KEY>" } });
const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.register();
