#!/usr/bin/env bash
# Brings a Debian machine (12 or newer) to a running Docker engine with Compose 2.40.3 and buildx, from Debian's own
# mirrors. Every step looks first, so a second run does nothing. Needs root, or sudo without a question.
set -euo pipefail

suite=${COMPOSE_SUITE:-forky} # the Debian suite that has Compose 2.40.3; Debian 12 itself has only Compose 1
log=${DOCKERD_LOG:-/var/log/dockerd.log}
export DEBIAN_FRONTEND=noninteractive
root=()
[ "$(id -u)" -eq 0 ] || root=(sudo -n --preserve-env=DEBIAN_FRONTEND)

say() { echo "docker: $*"; }

install_engine() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v strace >/dev/null || missing+=(strace) # test/safety reads the order of system calls with it
  if [ ${#missing[@]} -gt 0 ]; then
    say "installing ${missing[*]}"
    "${root[@]}" apt-get update -qq
    "${root[@]}" apt-get install -y -qq --no-install-recommends ca-certificates "${missing[@]}" >/dev/null
  fi
  # Debian 13 has the client in a package of its own.
  command -v docker >/dev/null || "${root[@]}" apt-get install -y -qq --no-install-recommends docker-cli >/dev/null
}

debian_mirror() {
  local ask=(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian')
  [ -n "$("${ask[@]}")" ] || "${root[@]}" apt-get update -qq
  "${ask[@]}" | sort -u | grep -v -e security -e debug | head -n 1
}

# The packages of the later suite need only libc6 >= 2.34, so they install as they are. A private apt state leaves the
# machine's own sources alone and still checks signatures.
install_plugins() {
  if docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1; then return; fi
  say "installing Compose and buildx from Debian $suite"
  local state
  state=$(mktemp -d)
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  echo "deb $(debian_mirror) $suite main" >"$state/sources"
  local apt=(apt-get -qq
    -o "Dir::Etc::sourcelist=$state/sources" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$state/lists" -o "Dir::Cache=$state/cache"
    -o Acquire::Languages=none -o APT::Sandbox::User=root
    -o Acquire::Check-Valid-Until=false) # a mirror's index may be weeks old
  "${root[@]}" "${apt[@]}" update
  (cd "$state" && "${root[@]}" "${apt[@]}" download docker-compose docker-buildx)
  "${root[@]}" dpkg -i "$state"/*.deb >/dev/null
  "${root[@]}" rm -rf "$state"
}

start_daemon() {
  if docker info >/dev/null 2>&1; then return; fi
  say "starting the engine (its log: $log)"
  "${root[@]}" rm -f /var/run/docker.pid
  "${root[@]}" sh -c "setsid nohup dockerd >'$log' 2>&1 </dev/null &"
  for _ in $(seq 1 150); do
    if docker info >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  say "the engine did not answer in 30 seconds; the end of its log:" >&2
  tail -n 5 "$log" >&2
  return 1
}

install_engine
install_plugins
start_daemon
say "engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
