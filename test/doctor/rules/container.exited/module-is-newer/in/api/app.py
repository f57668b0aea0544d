from flask import Flask
import tracing

app = Flask(__name__)
tracing.setup(app)


@app.get("/")
def home():
    return "hello"
