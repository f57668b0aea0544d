from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider


def init_honeycomb():
  provider = TracerProvider()
  exporter = OTLPSpanExporter()
  trace.set_tracer_provider(provider)
