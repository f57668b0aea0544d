from acme_telemetry import setup
from flask import Flask

setup()
app = Flask(__name__)
