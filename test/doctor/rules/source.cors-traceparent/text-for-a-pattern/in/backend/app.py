from flask import Flask
from flask_cors import CORS
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
CORS(
  app,
  resources={r"/api/*": {"origins": "*"}},
  allow_headers="content-type,if-modified-since,traceparent",
  methods="OPTIONS,GET,HEAD,POST",
)
