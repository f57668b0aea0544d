from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


import os

BASE = os.getenv("OTEL_EXPORTER_OTLP_ENDPOINT")


def init_honeycomb():
  provider = TracerProvider()
  provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{BASE}/v1/traces")))
  trace.set_tracer_provider(provider)
