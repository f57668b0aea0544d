from flask import Flask
from flask import request
from flask_cors import CORS, cross_origin

from services.home_activities import *

app = Flask(__name__)

@app.route("/api/activities/home", methods=['GET'])
def data_home():
  data = HomeActivities.run()
  return data, 200

if __name__ == "__main__":
  app.run(debug=True)