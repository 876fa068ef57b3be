# shellcheck shell=bash
# How install.sh talks: steps, one readable sentence for a failure, and a log of all the rest.

readonly APP=${HEARTH_APP:-/opt/hearth}
readonly LOG=/var/log/hearth-install.log

begin_log() {
  {
    echo
    echo "== $(date '+%Y-%m-%d %H:%M:%S') install.sh ${ARGUMENTS[*]}"
  } >>"$LOG"
  trap tell_interruption EXIT
}

# One step of the installation: a heading for people, and what it prints.
step() {
  CURRENT=$1
  printf '%s …\n' "$1"
  echo "-- $1" >>"$LOG"
  "$2"
}

# A line about what was done.
done_() {
  printf '  %s\n' "$1"
}

# Runs a command whose output is for the log alone.
quietly() {
  "$@" >>"$LOG" 2>&1
}

# Ends with one sentence, perhaps with more lines to it, the log's place and the command to go on.
stop() {
  trap - EXIT
  printf '\ninstall.sh: %s\n' "$1" >&2
  (($# == 1)) || printf '%s\n' "${@:2}" >&2
  if [[ -n ${CURRENT:-} ]]; then
    printf 'What was written meanwhile: %s\nTo go on, when that is mended: sudo %s/install.sh %s\n' \
      "$LOG" "$ROOT" "${ARGUMENTS[*]}" >&2
  fi
  exit 1
}

tell_interruption() {
  local status=$?
  ((status == 0)) || printf '\ninstall.sh: stopped at "%s". Log: %s\nTo go on: sudo %s/install.sh %s\n' \
    "${CURRENT:-the beginning}" "$LOG" "$ROOT" "${ARGUMENTS[*]}" >&2
}

# Two at once would undo each other. What a killed one has begun, such as pip, holds the lock until it has ended. The lock
# is on a folder that stays, so that uninstalling cannot pull it away from under another.
lock_installing() {
  exec 9<"${APP%/*}"
  flock --nonblock 9 && return
  echo "Another install.sh, or what a stopped one has left, is still at work: waiting for it …"
  flock --timeout 600 9 || stop "Another install.sh has been at work for ten minutes. Wait until it is done."
}

tell_plan() {
  local from="the package indexes of Debian and Python"
  [[ -z $BUNDLE ]] || from="$BUNDLE"
  echo "Hearth, profile $PROFILE. This will"
  echo "  1. install the Debian packages $(debian_packages | tr '\n' ' ')"
  echo "  2. make the users assistant and assistant-hands"
  echo "  3. put the program into $APP, some $(needed_megabytes) MB, from $from"
  echo "  4. make /etc/assistant/config.yaml unless it is there, and defaults.yaml beside it"
  if [[ $PROFILE == standard ]]; then echo "     and fetch model files into /var/lib/assistant/models"; fi
  echo "  5. keep the system's journal in memory$(plan_of_machine)"
  echo "  6. listen for a few seconds to set the recording level, and say a sentence aloud, the first time"
  echo "  7. start the services assistant and assistant-hands now and with the machine"
  echo "To undo it: sudo $ROOT/install.sh --uninstall"
  echo
}

tell_end() {
  local status
  status=$(systemctl show --property=StatusText --value assistant.service)
  echo
  if [[ $status == Listening* ]]; then
    echo "Hearth listens. Say \"$(spoken_wake_word)\", and then, for example, \"what time is it\"."
  else
    echo "Hearth is installed, but it cannot hear yet: ${status#Deaf: }"
    echo "It listens as soon as there is a microphone; nothing needs to be started again."
  fi
  echo
  "$APP/current/venv/bin/assistant" check 2>>"$LOG" || echo "Whatever begins with \"no\" says how to mend it."
  echo
  echo "  sudo assistant check    tells this again at any time"
  echo "  sudo assistant doctor   tells everything about this installation"
  echo "Settings are in /etc/assistant/config.yaml; after a change: sudo systemctl restart assistant-hands assistant"
  if restart_is_needed; then echo "Restart the machine once; what its firmware reads holds from then on: sudo reboot"; fi
  echo "Done in $SECONDS s."
}
