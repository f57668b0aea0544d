"""Messages of a small chat, kept in memory."""
import os

from flask import Flask, abort, jsonify, request
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=os.getenv("FRONTEND_URL", "*"))

MESSAGES = [
    {"id": 1, "handle": "ada", "message": "The engine weaves patterns."},
    {"id": 2, "handle": "grace", "message": "Found a moth in relay 70."},
]


@app.get("/api/health")
def health():
    return {"ok": True}


@app.get("/api/messages")
def messages():
    wanted = request.args.get("handle")
    return jsonify([m for m in MESSAGES if wanted in (None, m["handle"])])


@app.get("/api/messages/<int:number>")
def message(number):
    for found in MESSAGES:
        if found["id"] == number:
            return jsonify(found)
    abort(404)


@app.post("/api/messages")
def echo():
    return jsonify({"got": request.get_json()}), 201
