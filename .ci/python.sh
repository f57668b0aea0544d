#!/usr/bin/env bash
# The independent readers of the fast tests: a Python 3.11 or newer with pip, tomllib and PyYAML.
# Prints a folder to put in front of PATH, or nothing where this machine's python3 will do as it is.
set -euo pipefail

if python3 -c 'import pip, tomllib, yaml' 2>/dev/null; then exit 0; fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/otel-setup-ci/python
if ! "$cache/bin/python3" -c 'import pip, tomllib, yaml' 2>/dev/null; then
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo -n)
  if ! python3 -c 'import tomllib, ensurepip' 2>/dev/null; then
    "${root[@]}" apt-get update -qq >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv >&2
  fi
  rm -rf "$cache"
  python3 -m venv "$cache"
  "$cache/bin/pip" install -q --disable-pip-version-check PyYAML==6.0.3 >&2
fi
echo "$cache/bin"
