#!/usr/bin/env bash
# Makes the base images that the end-to-end workspaces build on. Usage: base-images.sh NAME:TAG ...
# Each image is pulled where a registry answers. Where none does, a local stand-in gets its name: Debian 12 with the
# real Python X.Y (from this machine's pyenv) or the real Node N (the binary that npm publishes). So `node:20-alpine`
# has Debian inside, not musl. A stand-in trusts the certificates that this machine trusts, and uses its package index.
set -euo pipefail

cache=${OTEL_SETUP_CI_CACHE:-/var/cache/otel-setup-ci}
mkdir -p "$cache" 2>/dev/null || { cache=${XDG_CACHE_HOME:-$HOME/.cache}/otel-setup-ci; mkdir -p "$cache"; }
recipe=$(sha256sum "$0" | cut -c1-12) # a stand-in made by an older recipe is made again
label=otel-setup.stand-in
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo -n)

say() { echo "base images: $*"; }

# A real image (no label) or a stand-in of this recipe.
present() {
  local made
  made=$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null) || return 1
  [ -z "$made" ] || [ "$made" = "$recipe" ]
}

registry_answers=yes
pull() {
  [ $registry_answers = yes ] || return 1
  timeout 120 docker pull -q "$1" >/dev/null 2>&1 && return
  registry_answers=no
  return 1
}

# Builds the current folder as image $1.
build() {
  if ! docker build -q --label "$label=$recipe" -t "$1" . >/dev/null 2>"$cache/build.log"; then
    cat "$cache/build.log" >&2
    return 1
  fi
}

debian_root() {
  local dir=$cache/rootfs
  if [ ! -e "$cache/rootfs.done" ]; then
    say "unpacking Debian 12 (about a minute, once)"
    "${root[@]}" rm -rf "$dir"
    local packages=python3,python3-pip,python3-venv,ca-certificates,curl,procps
    packages+=,libsqlite3-0,libbz2-1.0,libreadline8,libffi8,libncursesw6,liblzma5,libgdbm6,zlib1g # what a pyenv Python links to
    "${root[@]}" debootstrap --variant=minbase --include=$packages bookworm "$dir" >"$cache/debootstrap.log" 2>&1 ||
      { tail -n 5 "$cache/debootstrap.log" >&2; return 1; }
    "${root[@]}" rm -f "$dir"/usr/lib/python3*/EXTERNALLY-MANAGED
    touch "$cache/rootfs.done"
  fi
  echo "$dir"
}

pip_conf() {
  echo '[global]'
  echo 'cert = /etc/ssl/certs/ca-certificates.crt'
  echo 'disable-pip-version-check = true'
  local index
  index=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
  [ -z "$index" ] || echo "index-url = $index"
}

make_base() {
  present otel-setup-base && return
  local dir context
  dir=$(debian_root | tail -n 1)
  context=$(mktemp -d)
  "${root[@]}" tar -C "$dir" -c . | docker import --change "LABEL $label=$recipe" - otel-setup-debian >/dev/null
  cp /etc/ssl/certs/ca-certificates.crt "$context/"
  pip_conf >"$context/pip.conf"
  cat >"$context/Dockerfile" <<D
FROM otel-setup-debian
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY pip.conf /etc/pip.conf
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
RUN ln -sf python3 /usr/bin/python
CMD ["bash"]
D
  (cd "$context" && build otel-setup-base)
  rm -rf "$context"
}

make_python() { # X.Y TAG
  make_base
  local from context
  from=$(ls -d "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".* 2>/dev/null | sort -V | tail -n 1 || true)
  if [ -z "$from" ]; then
    say "no Python $1 on this machine: Debian's own stands in for $2" >&2
    docker tag otel-setup-base "$2"
    return
  fi
  context=$(mktemp -d)
  cp -a "$from" "$context/python"
  rm -rf "$context"/python/lib/python*/site-packages "$context"/python/lib/python*/test
  cat >"$context/Dockerfile" <<'D'
FROM otel-setup-base
COPY python /opt/python
ENV PATH=/opt/python/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN echo /opt/python/lib >/etc/ld.so.conf.d/python.conf && ldconfig && python3 -m ensurepip >/dev/null \
 && cd /opt/python/bin && ln -sf "$(ls pip3.* | head -n 1)" pip && ln -sf python3 python
CMD ["python3"]
D
  (cd "$context" && build "$2")
  rm -rf "$context"
}

# The folder of a Node of major $1: its binary from npm. Needs this machine's npm.
unpack_node() { # MAJOR FOLDER
  local arch
  case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) say "no Node for $(uname -m)" >&2; return 1 ;; esac
  (
    cd "$2"
    npm pack --silent "node-linux-$arch@$1" >/dev/null 2>"$cache/npm.log" || { cat "$cache/npm.log" >&2; exit 1; }
    tar -xzf node-linux-*.tgz package/bin/node
    mv package/bin/node node
    rm -rf package node-linux-*.tgz
  )
}

make_node() { # MAJOR TAG
  make_base
  local context npm_home
  context=$(mktemp -d)
  npm_home=$(npm root -g 2>/dev/null)/npm
  unpack_node "$1" "$context"
  cp -rL "$npm_home" "$context/npm"
  cat >"$context/Dockerfile" <<D
FROM otel-setup-base
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt npm_config_update_notifier=false npm_config_registry=$(npm config get registry 2>/dev/null)
CMD ["node"]
D
  (cd "$context" && build "$2")
  rm -rf "$context"
}

make() { # TAG
  local version
  version=$(grep -oE '^[0-9]+(\.[0-9]+)?' <<<"${1#*:}" || true)
  case $1 in
    python:*) make_python "${version:-3.12}" "$1" ;;
    node:*) make_node "${version%%.*}" "$1" ;;
    debian:*) make_base && docker tag otel-setup-base "$1" ;;
    *) say "no stand-in is known for $1" >&2; return 1 ;;
  esac
}

made=0
for tag in "$@"; do
  if present "$tag"; then continue; fi
  if pull "$tag"; then say "pulled $tag"; continue; fi
  start=$SECONDS
  make "$tag"
  made=$((made + 1))
  say "$tag made here in $((SECONDS - start)) s"
done
[ $made -eq 0 ] || docker image prune --force --filter "label=$label" >/dev/null # those of an older recipe
say "$* ready"
