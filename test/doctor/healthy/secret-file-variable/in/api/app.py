import os
from pathlib import Path

from flask import Flask
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

key = Path(os.environ['HONEYCOMB_API_KEY_FILE']).read_text().strip()
provider = TracerProvider(resource=Resource.create({'service.name': 'api'}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint='https://api.honeycomb.io/v1/traces', headers={'x-honeycomb-team': key})))
trace.set_tracer_provider(provider)

app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
