from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
FlaskInstrumentor().instrument()
app = Flask(__name__)
