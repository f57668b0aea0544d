FROM python:3.12
RUN a && \
    b
COPY otel.cjs ./
CMD ["opentelemetry-instrument", "flask", "run"]
