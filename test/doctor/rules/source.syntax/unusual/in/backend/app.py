from flask import Flask
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from lib.honeycomb import init_honeycomb

init_honeycomb()
app = Flask(__name__)
FlaskInstrumentor().instrument_app(app)

NAMES = {"a": 1}
TEXT = f"{NAMES['a']:>{10}} {'}' if NAMES else '{'} {{ {"nested"} }}"
pick = lambda: (
  NAMES,
)
if NAMES and \
    TEXT: TEXT = r"\{" + rf"\{{{TEXT}"
match = {"case": 1}
class Empty: pass
