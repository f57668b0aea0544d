#!/bin/sh
export OTEL_RESOURCE_ATTRIBUTES=a=b
set -a
. ./settings.env
exec "$@"
