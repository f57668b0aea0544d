import os

import sentry_sdk
from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from sentry_sdk.integrations.otlp import OTLPIntegration

sentry_sdk.init(dsn=os.environ["SENTRY_DSN"], integrations=[OTLPIntegration()])
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)
