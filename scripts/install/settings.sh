# shellcheck shell=bash
# The household's settings: asked for or taken from --answers, written once, never overwritten.

readonly SETTINGS=/etc/assistant/config.yaml

declare -A ANSWER=()
NEW_SETTINGS=""

# Lines of NAME=VALUE, also of an editor that ends them as Windows does; # begins a comment.
read_answers() {
  local line name known=" profile microphone speaker wake_word performance hdmi wifi bluetooth "
  if [[ -n $ANSWERS ]]; then
    [[ -r $ANSWERS ]] || stop "The answers cannot be read: there is no file $ANSWERS."
    while IFS= read -r line || [[ -n $line ]]; do
      line=$(trimmed "${line%%#*}")
      [[ -n $line ]] || continue
      name=$(trimmed "${line%%=*}")
      [[ $line == *=* && $known == *" $name "* ]] ||
        stop "$ANSWERS has the line \"$line\". Write NAME=VALUE with one of the names:$known"
      ANSWER[$name]=$(trimmed "${line#*=}")
      [[ " performance hdmi wifi bluetooth " != *" $name "* || ${ANSWER[$name]} =~ ^(on|off)$ ]] ||
        stop "$ANSWERS has the line \"$line\". Write $name=on or $name=off"
    done <"$ANSWERS"
  fi
  PROFILE=${PROFILE:-${ANSWER[profile]:-$(installed_profile)}}
  [[ $PROFILE =~ ^(embedded|standard)$ ]] || stop "The profile is embedded or standard, not $PROFILE."
}

trimmed() {
  sed 's/^[[:space:]]*//; s/[[:space:]]*$//' <<<"$1"
}

# What nobody can guess, at a terminal and the first time.
ask_answers() {
  [[ -z $ANSWERS$DRY_RUN && ! -e $SETTINGS && -t 0 && -t 1 ]] || return 0
  if may_be_quicker; then ask performance on "Run the processor at its highest speed while a command is heard and answered?"; fi
  is_pi || return 0
  ask hdmi off "Switch the screen's socket (HDMI) off to save power, from the next restart on?"
  ask bluetooth off "And Bluetooth?"
  ask wifi off "And Wi-Fi? Not if you reach this machine by it."
}

# NAME becomes VALUE where the QUESTION is answered with yes.
ask() {
  local reply=""
  read -r -p "$3 [y/N] " reply || true
  if [[ $reply =~ ^[yY] ]]; then ANSWER[$1]=$2; fi
}

installed_profile() {
  case $(readlink "$APP/current" 2>/dev/null) in
    *-standard) echo standard ;;
    *) echo embedded ;;
  esac
}

make_settings() {
  mkdir -p /etc/assistant
  quietly cp "$(version_folder)/source/assistant/defaults.yaml" /etc/assistant/defaults.yaml
  if [[ -e $SETTINGS ]]; then
    done_ "$SETTINGS stays as it is; all settings there are: /etc/assistant/defaults.yaml."
    return
  fi
  write_settings >"$SETTINGS.part"
  check_settings "$SETTINGS.part" "The answers do not make settings that fit. Mend them:"
  chown root:assistant "$SETTINGS.part"
  chmod 640 "$SETTINGS.part"
  mv "$SETTINGS.part" "$SETTINGS"
  # shellcheck disable=SC2034 # sound.sh reads it
  NEW_SETTINGS=yes
  done_ "$SETTINGS is new; all settings there are: /etc/assistant/defaults.yaml."
}

# Stops with the sentence, and what is wrong, where this version does not understand the file.
check_settings() {
  "$(version_folder)/venv/bin/python" - "$1" >>"$LOG" 2>"$LOG.settings" <<'PYTHON' ||
import pathlib, sys
from assistant.config import load
from assistant.errors import ConfigError
try:
    load(pathlib.Path(sys.argv[1]))
except ConfigError as error:
    sys.exit(str(error))
PYTHON
    stop "$2" "$(<"$LOG.settings")"
  rm -f "$LOG.settings"
}

write_settings() {
  local microphone speaker
  microphone=$(choose_sound microphone capture)
  speaker=$(choose_sound speaker playback)
  echo "# The settings of this household. Every setting and what it means: defaults.yaml beside this file."
  echo "profile: $PROFILE"
  [[ -z ${ANSWER[wake_word]:-} ]] || printf 'wake:\n  words: [%s]\n' "${ANSWER[wake_word]}"
  if [[ -n $microphone$speaker ]]; then
    echo "sound:"
    [[ -z $microphone ]] || echo "  microphone: '${microphone//\'/\'\'}'"
    [[ -z $speaker ]] || echo "  speaker: '${speaker//\'/\'\'}'"
  fi
  [[ ${ANSWER[performance]:-} != on ]] || printf 'power:\n  performance_in_turns: true\n'
}

# The value of a setting, as Python writes it.
setting() {
  "$(version_folder)/venv/bin/python" - "$SETTINGS" "$1" <<'PYTHON'
import operator, pathlib, sys
from assistant.config import load
print(operator.attrgetter(sys.argv[2])(load(pathlib.Path(sys.argv[1]))))
PYTHON
}

spoken_wake_word() {
  local word
  word=$(sed -n 's/^ *words: \[\([a-z_]*\).*/\1/p' "$SETTINGS" | awk "NR == 1")
  word=${word:-hey_jarvis}
  echo "${word//_/ }"
}
