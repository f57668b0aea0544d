from opentelemetry import trace


def init_honeycomb():
  # trace.set_tracer_provider(provider)
  return trace.get_tracer(__name__)
