from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
<<<<<<< HEAD
app = Flask(__name__)
=======
app = Flask('backend')
>>>>>>> week-2
FlaskInstrumentor().instrument_app(app)
