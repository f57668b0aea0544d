"""Greets, and once over HTTP through itself. `X-Started` tells one run of the process from the next."""
import os
import uuid

import requests
from flask import Flask

app = Flask(__name__)
STARTED = uuid.uuid4().hex


@app.after_request
def say_which_run(response):
    response.headers["X-Started"] = STARTED
    return response


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/hello/<name>")
def hello(name):
    return {"says": f"{os.environ['GREETING']}, {name}"}


@app.get("/relay/<name>")
def relay(name):
    answer = requests.get(f"http://127.0.0.1:5000/hello/{name}", timeout=5)
    return {"relayed": answer.json()["says"]}
