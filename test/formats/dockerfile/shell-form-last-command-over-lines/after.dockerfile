FROM python:3.12
CMD python manage.py migrate && \
    # then serve

    exec opentelemetry-instrument gunicorn app:app
