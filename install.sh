#!/usr/bin/env bash
# Installs Hearth. See --help.
# With pipefail, nothing may stop reading a pipe early, as head and grep -q do: what writes into it would fail.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly ROOT
readonly ARGUMENTS=("$@")

usage() {
  cat <<END
Usage: sudo ./install.sh [OPTION...]     install Hearth as a service
       ./install.sh --try [--listen]     try it in this folder, without installing

Installing, on Raspberry Pi OS or Debian, 12 or 13, arm64 or amd64. Run it again at any time: it goes on where it was
stopped, brings what is there up to date, and never changes your settings.
  --profile NAME     embedded (the default) or standard, which needs 2 GB of memory
  --answers FILE     lines of NAME=VALUE instead of questions: profile, microphone, speaker, wake_word; performance,
                     hdmi, wifi and bluetooth, which are on or off
  --offline BUNDLE   take everything from a bundle; no network is needed
  --dry-run          say what would be done, and do nothing
  --uninstall        remove Hearth; what the household said and set stays
  --purge            with --uninstall: remove that, too
  --make-bundle FILE make a bundle for machines like this one, with the packages and models of the profile

Trying. Needs Python 3.11 to 3.13 with venv; no root, no compiler; changes nothing outside this folder.
  --try     make .venv in this folder, install Hearth into it and demonstrate it:
            spoken commands go through the whole assistant, answers become WAV files
  --listen  then listen on the default microphone, until Ctrl-C

  --help    show this
Exit status: 0 done; 1 something prevented it, as the last lines say; 2 the options make no sense.
END
}

fail() {
  printf 'install.sh: %s\n' "$@" >&2
  exit 1
}

# shellcheck source=scripts/venv.sh
source "$ROOT/scripts/venv.sh"
# shellcheck source=scripts/install/tell.sh
source "$ROOT/scripts/install/tell.sh"
# shellcheck source=scripts/install/preflight.sh
source "$ROOT/scripts/install/preflight.sh"
# shellcheck source=scripts/install/packages.sh
source "$ROOT/scripts/install/packages.sh"
# shellcheck source=scripts/install/version.sh
source "$ROOT/scripts/install/version.sh"
# shellcheck source=scripts/install/people.sh
source "$ROOT/scripts/install/people.sh"
# shellcheck source=scripts/install/settings.sh
source "$ROOT/scripts/install/settings.sh"
# shellcheck source=scripts/install/sound.sh
source "$ROOT/scripts/install/sound.sh"
# shellcheck source=scripts/install/machine.sh
source "$ROOT/scripts/install/machine.sh"
# shellcheck source=scripts/install/services.sh
source "$ROOT/scripts/install/services.sh"
# shellcheck source=scripts/install/bundle.sh
source "$ROOT/scripts/install/bundle.sh"
# shellcheck source=scripts/install/remove.sh
source "$ROOT/scripts/install/remove.sh"

parse_arguments() {
  WANTED=install LISTEN=() PROFILE="" ANSWERS="" BUNDLE="" NEW_BUNDLE="" DRY_RUN="" PURGE=""
  while (($#)); do
    case $1 in
      --try) WANTED=try ;;
      --listen) WANTED=try LISTEN=(--listen) ;;
      --dry-run) DRY_RUN=yes ;;
      --uninstall) WANTED=uninstall ;;
      --purge) PURGE=yes ;;
      --profile | --answers | --offline | --make-bundle)
        (($# > 1)) || misused "$1 needs a value."
        take "$1" "$2"
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      *) misused "there is no option $1." ;;
    esac
    shift
  done
  [[ -z $PURGE || $WANTED == uninstall ]] || misused "--purge belongs to --uninstall."
  [[ -z $PROFILE || $PROFILE =~ ^(embedded|standard)$ ]] || misused "the profile is embedded or standard, not $PROFILE."
}

take() {
  case $1 in
    --profile) PROFILE=$2 ;;
    --answers) ANSWERS=$2 ;;
    --offline) BUNDLE=$2 ;;
    --make-bundle) WANTED=bundle NEW_BUNDLE=$2 ;;
  esac
}

misused() {
  usage >&2
  printf '\ninstall.sh: %s\n' "$1" >&2
  exit 2
}

try() {
  echo "Hearth: an offline voice assistant. This will"
  echo "  1. make $VENV, some 500 MB, downloading about 140 MB of packages the first time"
  echo "  2. demonstrate the assistant on spoken commands${LISTEN:+, then listen on the microphone}"
  echo "Nothing is compiled, nothing needs root. To undo it, delete $VENV."
  printf '\nInstalling. This takes a minute or two the first time.\n'
  ensure_venv ""
  printf 'Installed in %s s.\n\n' "$SECONDS"
  cd "$ROOT" # where the answers go
  exec "$VENV/bin/python" -m assistant try "${LISTEN[@]}"
}

install() {
  read_answers
  check_machine
  ask_answers
  tell_plan
  [[ -z $DRY_RUN ]] || return 0
  begin_log
  mkdir -p "$APP"
  step "Debian packages" install_debian_packages_of_ours
  step "Users" make_users
  step "Program" make_version
  step "Settings" make_settings
  step "Machine" settle_machine
  step "Models" fetch_models
  step "Sound" set_up_sound
  step "Services" start_services
  tell_end
}

main() {
  parse_arguments "$@"
  case $WANTED in
    try) try ;;
    install) install ;;
    uninstall) uninstall ;;
    bundle) make_bundle ;;
  esac
}

main "$@"
