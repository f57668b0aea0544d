from flask import Flask
import requests

app = Flask(__name__)


@app.route("/api/activities/home")
def home():
    return {"activities": []}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
