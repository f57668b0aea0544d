FROM python:3.12
CMD [ \
    "opentelemetry-instrument", "gunicorn", \
    # four of them
    "--workers", "4", \
    "app:app" \
]
