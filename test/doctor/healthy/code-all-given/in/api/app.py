import os

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as Exporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from settings import NAME, TRACES

provider = TracerProvider(resource=Resource.create({SERVICE_NAME: NAME}))
provider.add_span_processor(
    BatchSpanProcessor(
        Exporter(
            endpoint=TRACES,
            headers={
                "x-honeycomb-team": os.environ["HONEYCOMB_API_KEY"],
            },
        ),
    ),
)
trace.set_tracer_provider(provider)
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
