from opentelemetry import trace


def init_honeycomb():
  return trace.get_tracer(__name__)
