import flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
FlaskInstrumentor().instrument()
app = flask.Flask(__name__)
