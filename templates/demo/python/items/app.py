from flask import Flask, jsonify

app = Flask(__name__)

# a real database would be nicer
ITEMS = [
    {"name": "tea", "price": 4},
    {"name": "cake", "price": 6},
]


@app.route("/items")
def items():
    return jsonify(ITEMS)
