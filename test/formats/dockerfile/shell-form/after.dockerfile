FROM python:3.12
CMD opentelemetry-instrument python app.py   
