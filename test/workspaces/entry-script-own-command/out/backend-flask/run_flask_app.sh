#!/bin/bash
# wait for the database
sleep 1
python3 -m flask run --host=0.0.0.0 --port=4567 --debug
