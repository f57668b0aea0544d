from python:3.12 as base
	COPY otel.cjs ./
	cmd	["opentelemetry-instrument", "flask", "run"]
