import os

import requests
from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/orders/<int:count>/<item>")
def order(count, item):
    answer = requests.get(f"{os.environ['PRICES_URL']}/prices/{item}", timeout=5)
    if answer.status_code == 404:
        return {"error": f"nobody sells {item}"}, 404
    return {"item": item, "count": count, "total": count * answer.json()["price"]}
