#!/usr/bin/env bash
# Builds a small real OpenTelemetry Collector (OTLP in; nop, debug and OTLP/HTTP out) with Go, for `npm run bench` and
# test/e2e/receive.test.ts. Prints where it is; what is there already is kept. Takes about a minute and 1 GB of Go's caches.
set -euo pipefail
folder=${XDG_CACHE_HOME:-$HOME/.cache}/otel-setup-peers
# The builder pins the Collector's own modules to its own version: both must be the same.
version=0.158.0 stable=1.64.0
if [ ! -x "$folder/otelcol" ]; then
  command -v go >/dev/null || { echo "Go is not here: install Go 1.25 or newer, then run $0 again." >&2; exit 1; }
  mkdir -p "$folder"
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  core=go.opentelemetry.io/collector
  {
    echo "dist: {name: otelcol, output_path: $tmp/src, version: $version}"
    echo "receivers: [{gomod: $core/receiver/otlpreceiver v$version}]"
    echo "exporters: [{gomod: $core/exporter/debugexporter v$version}, {gomod: $core/exporter/nopexporter v$version}, {gomod: $core/exporter/otlphttpexporter v$version}]"
    echo "providers: [{gomod: $core/confmap/provider/envprovider v$stable}, {gomod: $core/confmap/provider/fileprovider v$stable}, {gomod: $core/confmap/provider/yamlprovider v$stable}]"
  } >"$tmp/builder.yaml"
  CGO_ENABLED=0 nice go run "$core/cmd/builder@v$version" --config "$tmp/builder.yaml" >"$tmp/log" 2>&1 || { tail -5 "$tmp/log" >&2; exit 1; }
  mv "$tmp/src/otelcol" "$folder/otelcol"
fi
echo "$folder/otelcol"
