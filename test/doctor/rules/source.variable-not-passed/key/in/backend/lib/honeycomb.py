from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


import os


def init_honeycomb():
  provider = TracerProvider()
  provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(headers={"x-honeycomb-team": os.getenv("HONEYCOMB_API_KEY")})))
  trace.set_tracer_provider(provider)
