from flask import Flask


def create_app():
  from opentelemetry.instrumentation.flask import FlaskInstrumentor
  from lib.honeycomb import init_honeycomb
  init_honeycomb()
  app = Flask(__name__)
  FlaskInstrumentor().instrument_app(app)
  return app
