FROM python:3.12-slim
WORKDIR /srv
COPY requirements requirements
RUN pip install -r requirements/prod.txt
COPY api api
CMD ["opentelemetry-instrument", "python", "-m", "gunicorn", "api:app"]
