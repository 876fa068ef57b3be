# shellcheck shell=bash
# Makes and keeps the virtual environment in the checkout; read by install.sh and scripts/check.
#
# Expects in the caller: `fail SENTENCE...`, which ends the script, and ROOT, the folder of the checkout.

readonly VENV="$ROOT/.venv"
readonly VENV_MARK="$VENV/hearth-installed" # written last: without it the environment is not complete
readonly VENV_MEGABYTES=1400                # needed while installing, with the tests' tools
readonly PYTHON_NEWEST=13                   # PocketSphinx has no wheels for 3.14

# Prints the first Python from 3.11 to 3.$PYTHON_NEWEST, $PYTHON before all others.
find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
    if "$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, $PYTHON_NEWEST))" 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11 to 3.$PYTHON_NEWEST is needed; this machine has $(python3 --version 2>/dev/null || echo none)." \
    "Debian 12, Raspberry Pi OS 12 and later bring it: apt install python3 python3-venv"
}

# Makes the environment with the given extras ("" or "dev"), or uses the one that is there.
ensure_venv() {
  local extras=$1 python state
  state=$(venv_state "$extras")
  if [[ $state == complete ]]; then
    echo "Using the environment in $VENV."
    return
  fi
  python=$(find_python)
  [[ -w $ROOT && (! -e $VENV || -w $VENV) ]] ||
    fail "$ROOT cannot be written by $(id -un)." "Run this as its owner, or make a clone of your own."
  check_venv_module "$python"
  # An environment of the development kind stays one.
  if grep -qs "extras=dev" "$VENV_MARK"; then extras=dev; fi
  if [[ $state == broken ]]; then
    echo "The environment in $VENV is not complete: making it anew."
    rm -rf "$VENV"
  fi
  if [[ $state != outdated ]]; then
    check_space
    "$python" -m venv "$VENV" || fail "The environment $VENV cannot be made." "Read the lines above."
  fi
  rm -f "$VENV_MARK"
  install_packages "$extras"
  echo "project=$(project_digest) extras=$extras" >"$VENV_MARK"
}

# Prints complete, outdated (it works, but the project wants other packages now), broken or absent.
venv_state() {
  if [[ ! -e $VENV ]]; then
    echo absent
  elif [[ ! -e $VENV_MARK ]] || ! "$VENV/bin/python" -I -c "import assistant, numpy, onnxruntime, pip" &>/dev/null; then
    echo broken
  elif [[ "$(<"$VENV_MARK")" == "project=$(project_digest) extras=$1"* ]]; then
    echo complete
  else
    echo outdated
  fi
}

# Changes when the project wants other packages.
project_digest() {
  sha256sum <"$ROOT/pyproject.toml" | cut -c 1-16
}

check_venv_module() {
  "$1" -c "import ensurepip, venv" 2>/dev/null ||
    fail "$1 has no venv, with which the packages are kept apart." "On Debian and Raspberry Pi OS: apt install python3-venv"
}

check_space() {
  local free
  free=$(df -Pm "$ROOT" | awk 'NR == 2 { print $4 }')
  ((free >= VENV_MEGABYTES)) ||
    fail "$ROOT has $free MB free; $VENV_MEGABYTES MB are needed." "Free some space, or clone to another disk."
}

# Wheels only: nothing is compiled. Our own package alone is made from its source, which is Python.
install_packages() {
  local log=$VENV/install.log target="$ROOT${1:+[$1]}"
  if ! PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_RETRIES=${PIP_RETRIES:-2} \
    "$VENV/bin/python" -m pip install --only-binary :all: --progress-bar off --editable "$target" >"$log" 2>&1; then
    explain_pip_failure "$log"
  fi
}

# Turns what pip wrote into one sentence and a remedy.
explain_pip_failure() {
  local log=$1 name
  if grep -qiE "no space left" "$log"; then
    fail "The disk is full." "Free some space and run this again."
  elif grep -qiE "connection|name resolution|unreachable|timed? ?out|proxy" "$log"; then
    fail "The packages could not be downloaded: the package index cannot be reached." \
      "Check the network (and HTTPS_PROXY, if you need one), then run this again."
  elif name=$(sed -n 's/^ERROR: No matching distribution found for \([^ ]*\).*/\1/p' "$log") && [[ -n $name ]]; then
    fail "There is no ready-made package of $name for $("$VENV/bin/python" --version) on $(uname -m)." \
      "Use a 64-bit Debian or Raspberry Pi OS, version 12 or later."
  else
    tail -n 5 "$log" >&2
    fail "The packages could not be installed." "All that pip wrote is in $log."
  fi
}
