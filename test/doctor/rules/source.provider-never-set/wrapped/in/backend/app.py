from flask import Flask
from lib.honeycomb import init_honeycomb

init_honeycomb()
app = Flask(__name__)
