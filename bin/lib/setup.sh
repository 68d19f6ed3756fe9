# What bin/dev and bin/test need before Node code can run. Sourced, from the repository's root:
#   . bin/lib/setup.sh
# Every function says what it is about to do, and returns 1 with the way to fix it when it can't.

say() { printf '%s\n' "$*" >&2; }

# with_lock NAME COMMAND… : one at a time per machine and name, so that two starts side by side don't install at once.
with_lock() {
  local name=$1 lock
  shift
  # Not TMPDIR, which each test run sets for itself; with the user's id, since another user's lock file could not be opened.
  lock="/tmp/onsale-$name.$(id -u).lock"
  if command -v flock >/dev/null 2>&1; then
    (
      flock -n 9 || { say "waiting for another $name …"; flock 9; }
      "$@" 9>&-
    ) 9>"$lock"
    return
  fi
  # Without flock (macOS): a folder is made by one only. One left by a killed owner is taken over.
  until mkdir "$lock.d" 2>/dev/null; do
    kill -0 "$(cat "$lock.d/pid" 2>/dev/null || echo $$)" 2>/dev/null || rm -rf "$lock.d"
    sleep 0.2
  done
  echo $$ >"$lock.d/pid"
  local status=0
  "$@" || status=$?
  rm -rf "$lock.d"
  return "$status"
}

# Node 20.19 is the first that runs ES modules the way our packages expect.
ensure_node() {
  if ! command -v node >/dev/null 2>&1; then
    say 'Node is missing. Install Node 20.19 or newer (nodejs.org, or your package manager) and try again.'
    return 1
  fi
  if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    say "Node $(node --version) is too old. Onsale needs 20.19 or newer; install it (nodejs.org) and try again."
    return 1
  fi
  if ! command -v npm >/dev/null 2>&1; then
    say 'npm is missing. It comes with Node; on Debian it is a package of its own: apt-get install npm.'
    return 1
  fi
}

packages_installed() { node bin/lib/packages-installed.mjs; }

install_packages() {
  # Whoever held the lock before us may have done the work.
  packages_installed && return 0
  say 'Installing the packages of package-lock.json (npm ci) …'
  local log
  log=$(mktemp "${TMPDIR:-/tmp}/onsale-npm-ci.XXXXXX")
  local attempt
  for attempt in 1 2; do
    npm ci --no-audit --no-fund >"$log" 2>&1 || break
    if packages_installed; then
      rm -f "$log"
      return 0
    fi
    # npm leaves an optional package out without a word when its download fails.
    say 'npm left out packages that this machine needs; once more …'
  done
  cat "$log" >&2
  rm -f "$log"
  say 'npm ci failed (output above). It needs the npm registry your npm is configured for; fix that and try again.'
  return 1
}

ensure_packages() {
  packages_installed && return 0
  with_lock npm-ci install_packages
}

find_chromium() {
  local name
  if [ -n "${ONSALE_CHROMIUM:-}" ]; then
    [ -x "$ONSALE_CHROMIUM" ] && return 0
    say "ONSALE_CHROMIUM names $ONSALE_CHROMIUM, which can't be run."
    return 1
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
      ONSALE_CHROMIUM=$(command -v "$name")
      export ONSALE_CHROMIUM
      return 0
    fi
  done
  return 1
}

# apt_install PACKAGE… : Debian and its kin, as root only; asks nothing and starts no service.
apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local log
  log=$(mktemp "${TMPDIR:-/tmp}/onsale-apt.XXXXXX")
  if apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 ||
    { apt-get update >>"$log" 2>&1 && apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1; }; then
    rm -f "$log"
    return 0
  fi
  cat "$log" >&2
  rm -f "$log"
  return 1
}

install_chromium() {
  find_chromium && return 0
  say "Installing Debian's chromium for the browser tests (apt-get install chromium) …"
  apt_install chromium
}

# Sets ONSALE_CHROMIUM. Only the browser tests need it.
ensure_chromium() {
  find_chromium && return 0
  [ -n "${ONSALE_CHROMIUM:-}" ] && return 1
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    with_lock apt-get install_chromium && find_chromium && return 0
    say 'Installing chromium failed (output above).'
    return 1
  fi
  say 'The browser tests need Chromium. Install it (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium)'
  say 'or set ONSALE_CHROMIUM to the path of a Chromium or Chrome, and try again.'
  return 1
}
