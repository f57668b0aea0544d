#!/bin/sh
set -e
exec opentelemetry-instrument "$@"
