from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider


def init_honeycomb():
  provider = TracerProvider()
  trace.set_tracer_provider(provider)
