module orders

go 1.25

require go.opentelemetry.io/otel v1.47.0
