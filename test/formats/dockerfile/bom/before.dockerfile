FROM python:3.12
CMD flask run
