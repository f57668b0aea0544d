#!/usr/bin/env bash
# Builds test/peers/honeycomb, a small ingest around Honeycomb's own OTLP library, with Go, for the tests that let it judge
# (test/e2e/honeycomb-*.test.ts). Prints where it is; its name has a digest of its source (test/helpers/peers.ts knows it too),
# so that a change of the source builds it anew. Takes half a minute and 0.4 GB of Go's caches.
set -euo pipefail
cd "$(dirname "$0")/../test/peers/honeycomb"
folder=${XDG_CACHE_HOME:-$HOME/.cache}/otel-setup-peers
digest=$(cat main.go go.mod go.sum | sha256sum)
binary=$folder/honeycomb-${digest:0:12}
if [ ! -x "$binary" ]; then
  command -v go >/dev/null || { echo "Go is not here: install Go 1.24 or newer, then run $0 again." >&2; exit 1; }
  mkdir -p "$folder"
  tmp=$(mktemp -d "$folder/build-XXXXXX")
  trap 'rm -rf "$tmp"' EXIT
  CGO_ENABLED=0 nice go build -trimpath -ldflags '-s -w' -o "$tmp/honeycomb" . 2>"$tmp/log" || { tail -5 "$tmp/log" >&2; exit 1; }
  mv "$tmp/honeycomb" "$binary"
fi
echo "$binary"
