from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)

app = Flask(__name__)
