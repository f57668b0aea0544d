FROM python:3.12
ENTRYPOINT ["opentelemetry-instrument", "./server"]
