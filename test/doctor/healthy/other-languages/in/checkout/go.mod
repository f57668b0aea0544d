module checkout

go 1.24

require go.opentelemetry.io/otel v1.38.0
