FROM python:3.12
CMD opentelemetry-instrument flask run
