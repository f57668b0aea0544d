# syntax=docker/dockerfile:1.4
FROM python:3.12
RUN <<EOF
CMD ["not", "me"]
EOF
COPY <<-"A B" <<X /files/
	one
	A B
FROM busybox
X
CMD ["opentelemetry-instrument", "flask", "run"]
