from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor

from shop.telemetry import Tracing

Tracing({"deployment.environment": "dev"}).start()
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
