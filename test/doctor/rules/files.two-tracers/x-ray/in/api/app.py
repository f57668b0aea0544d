from aws_xray_sdk.core import xray_recorder
from flask import Flask

app = Flask(__name__)


@app.route('/')
def home():
    return 'hello'
