from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# Honeycomb ----------
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer(__name__)

app = Flask(__name__)

# Honeycomb ----------
FlaskInstrumentor().instrument_app(app)
RequestsInstrumentor().instrument()


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/bookings/<int:number>")
def booking(number):
    with tracer.start_as_current_span("look-up") as span:
        span.set_attribute("booking.number", number)
        return {"booking": number, "guest": "ada"}
