ARG TAG=3.12
FROM --platform=$BUILDPLATFORM python:${TAG} AS base
CMD ["flask", "run"]
FROM base AS dev
CMD ["opentelemetry-instrument", "flask", "run", "--debug"]
