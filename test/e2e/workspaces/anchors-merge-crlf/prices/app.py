import os

from flask import Flask, abort

app = Flask(__name__)
PRICES = {"teapot": 40, "cup": 10}


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/prices/<item>")
def price(item):
    if item not in PRICES:
        abort(404)
    off = int(os.environ["DISCOUNT"])
    return {"item": item, "currency": os.environ["CURRENCY"], "price": PRICES[item] * (100 - off) // 100}
