import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { WebTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-web';

const exporter = new OTLPTraceExporter({ url: 'https://4318-me-cruddur-abcdefghijk.ws-eu90.gitpod.io/v1/traces' });
const provider = new WebTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
provider.register();
