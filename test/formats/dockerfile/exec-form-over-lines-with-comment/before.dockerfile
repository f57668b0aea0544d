FROM python:3.12
CMD [ \
    "gunicorn", \
    # four of them
    "--workers", "4", \
    "app:app" \
]
