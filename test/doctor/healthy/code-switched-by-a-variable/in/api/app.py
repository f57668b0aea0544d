import os

from flask import Flask


def create_app():
    app = Flask(__name__)
    if os.getenv('TRACING') == '1':
        from tracing import start
        start(app)
    return app
