# shellcheck shell=bash
# The sound cards: which of them, and how loud.

readonly ASOUND=${ASOUND:-/proc/asound}

# The card for it: the answer, or the first that fits. Microphones are named by the card's id, speakers by its name, which
# stay the same when cards are numbered anew.
choose_sound() {
  local what=$1 way=$2 number
  if [[ -n ${ANSWER[$what]:-} ]]; then
    echo "${ANSWER[$what]}"
    return
  fi
  number=$(cards_that "$way" | awk "NR == 1")
  [[ -n $number ]] || return 0
  if [[ $what == microphone ]]; then
    cat "$ASOUND/card$number/id"
  else
    sed -n "s/^ *$number \[.*\]: .* - //p" "$ASOUND/cards" | awk "NR == 1"
  fi
}

# Numbers of the cards that can do it, capture or playback: those that were plugged in first, and never a screen's.
cards_that() {
  local number found=() plugged=()
  [[ -r $ASOUND/pcm ]] || return 0
  while read -r number; do
    if grep -qis hdmi "$ASOUND/card$number/id"; then continue; fi
    if [[ -e $ASOUND/card$number/usbid ]]; then plugged+=("$number"); else found+=("$number"); fi
  done < <(sed -n "s/^0*\([0-9][0-9]*\)-.*: $1.*/\1/p" "$ASOUND/pcm" | sort -un)
  printf '%s\n' "${plugged[@]}" "${found[@]}"
}

# At the first time: by listening to the room, and by a sentence. Afterwards the levels are the household's.
set_up_sound() {
  local ask=()
  if [[ -z $NEW_SETTINGS ]]; then
    done_ "Levels stay as they are. To set them anew: sudo systemctl stop assistant; sudo assistant sound --set-levels"
    return
  fi
  if [[ -t 0 && -t 1 ]]; then ask=(--ask); fi
  done_ "Please be quiet for a few seconds: listening to the room, then saying a sentence."
  "$APP/current/venv/bin/assistant" sound --set-levels "${ask[@]}" 2>>"$LOG" || true # nothing that could not be set right later
}
