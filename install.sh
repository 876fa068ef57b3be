#!/usr/bin/env bash
# Installs Hearth. See --help.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly ROOT

usage() {
  cat <<END
Usage: ./install.sh --try [--listen]

  --try     make .venv in this folder, install Hearth into it and demonstrate it:
            spoken commands go through the whole assistant, answers become WAV files
  --listen  then listen on the default microphone, until Ctrl-C
  --help    show this

Needs Python 3.11 to 3.13 with venv, and the network to download packages once.
Needs no root and no compiler, and changes nothing outside this folder but pip's cache.
END
}

fail() {
  printf 'install.sh: %s\n' "$@" >&2
  exit 1
}

# shellcheck source=scripts/venv.sh
source "$ROOT/scripts/venv.sh"

parse_arguments() {
  WANTED="" LISTEN=()
  while (($#)); do
    case $1 in
      --try) WANTED=try ;;
      --listen) WANTED=try LISTEN=(--listen) ;;
      --help | -h)
        usage
        exit 0
        ;;
      *)
        usage >&2
        fail "there is no option $1."
        ;;
    esac
    shift
  done
  if [[ -z $WANTED ]]; then
    usage >&2
    exit 2
  fi
}

announce() {
  echo "Hearth: an offline voice assistant. This will"
  echo "  1. make $VENV, some 500 MB, downloading about 140 MB of packages the first time"
  echo "  2. demonstrate the assistant on spoken commands${LISTEN:+, then listen on the microphone}"
  echo "Nothing is compiled, nothing needs root. To undo it, delete $VENV."
  echo
}

install() {
  echo "Installing. This takes a minute or two the first time."
  ensure_venv ""
  echo "Installed in $SECONDS s."
  echo
}

demonstrate() {
  cd "$ROOT" # where the answers go
  exec "$VENV/bin/python" -m assistant try "${LISTEN[@]}"
}

main() {
  parse_arguments "$@"
  announce
  install
  demonstrate
}

main "$@"
