from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
FlaskInstrumentor().instrument()
RequestsInstrumentor().instrument()
app = Flask(__name__)
