from flask import Flask

app = Flask(__name__)


@app.route('/')
def home():
    return 'hello'
from dotenv import load_dotenv
load_dotenv()
