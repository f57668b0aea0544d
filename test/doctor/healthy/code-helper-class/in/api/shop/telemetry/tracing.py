from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


class Tracing:
    """Starts tracing once for a process."""

    _started = False

    def __init__(self, attributes: dict | None = None) -> None:
        self.provider = TracerProvider(resource=Resource.create(attributes or {}))

    def start(self) -> "Tracing":
        if not Tracing._started:
            self.provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
            trace.set_tracer_provider(self.provider)
            Tracing._started = True
        return self
