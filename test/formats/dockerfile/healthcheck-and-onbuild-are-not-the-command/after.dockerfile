FROM python:3.12
HEALTHCHECK --interval=5s CMD ["curl", "localhost"]
ONBUILD CMD ["flask"]
CMD ["opentelemetry-instrument", "flask"]
