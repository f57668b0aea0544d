from flask import Flask
from honeycomb.opentelemetry import HoneycombOptions, configure_opentelemetry
from opentelemetry.instrumentation.flask import FlaskInstrumentor

configure_opentelemetry(HoneycombOptions(service_name="api"))
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
