from opentelemetry.instrumentation import auto_instrumentation

auto_instrumentation.initialize()

from flask import Flask

app = Flask(__name__)


@app.route('/')
def home():
    return 'hello'
