import os

import requests
from flask import Flask, jsonify

app = Flask(__name__)

# where the other service is, see docker-compose.yml
ITEMS_URL = os.environ.get("ITEMS_URL", "http://localhost:4568")


@app.route("/api/order")
def order():
    # ask the other service for every price, then add them up
    items = requests.get(ITEMS_URL + "/items", timeout=5).json()
    total = sum(item["price"] for item in items)
    return jsonify({"items": items, "total": total})


@app.route("/api/health")
def health():
    return jsonify({"ok": True})
