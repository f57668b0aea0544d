#!/usr/bin/env bash
# A Chromium for `npm run test:page`, from Debian's own mirrors. Does nothing where there is one. Needs root, or sudo without a question.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null; then exit 0; fi
done
export DEBIAN_FRONTEND=noninteractive
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo -n --preserve-env=DEBIAN_FRONTEND)
echo "chromium: installing"
"${root[@]}" apt-get update -qq
"${root[@]}" apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
