from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/health")
def health():
    return jsonify(ok=True)


@app.route("/todo/<int:number>", methods=["GET", "POST"])
def todo(number):
    if request.method == "POST":
        return jsonify(number=number, text=request.get_json()["text"]), 201
    return jsonify(number=number, text="water the plants")


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000, debug=True)
