# shellcheck shell=bash
# The services: made last, when everything they need is whole.

PREVIOUS="" # the version that `current` pointed to

readonly UNITS=(assistant.service assistant-hands.service assistant-help@.service)

fetch_models() {
  if [[ $PROFILE != standard ]]; then
    done_ "All come with the packages."
    return
  fi
  mkdir -p /var/lib/assistant/models
  local fetch=("$APP/current/venv/bin/assistant" models)
  if [[ -n $BUNDLE ]]; then
    quietly "${fetch[@]}" import "$BUNDLE_FOLDER/models" || stop "The models of the bundle cannot be used; the log says why."
  else
    "${fetch[@]}" fetch || stop "Model files cannot be fetched. Check the network, or use: --profile embedded"
  fi
  chown -R assistant:assistant /var/lib/assistant/models
}

start_services() {
  local unit folder
  folder=$(version_folder)/source/systemd
  for unit in "${UNITS[@]}"; do
    cp "$folder/$unit" "/etc/systemd/system/$unit.new"
    mv "/etc/systemd/system/$unit.new" "/etc/systemd/system/$unit"
  done
  limit_memory
  allow_performance "$folder"
  quietly systemctl daemon-reload
  quietly systemctl enable assistant-hands.service assistant.service
  quietly systemctl reset-failed assistant-hands.service assistant.service || true
  quietly systemctl restart assistant-hands.service || explain_service assistant-hands
  quietly systemctl restart assistant.service || explain_service assistant
  remove_other_versions
  done_ "$(systemctl show --property=StatusText --value assistant.service)"
}

# The unit's own limits are for the embedded profile.
limit_memory() {
  local file=/etc/systemd/system/assistant.service.d/memory.conf
  if [[ $PROFILE == standard ]]; then
    printf '[Service]\nMemoryHigh=1500M\nMemoryMax=1700M\n' >"$file"
  else
    rm -f "$file"
  fi
}

# Only where the settings say so may the head change the processor's governor.
allow_performance() {
  local file=/etc/systemd/system/assistant.service.d/performance.conf
  if [[ $(setting power.performance_in_turns) == True ]]; then
    cp "$1/performance.conf" "$file"
  else
    rm -f "$file"
  fi
}

# The version before goes on, where there is one.
explain_service() {
  local last
  last=$(journalctl --unit "$1" --identifier python --lines 1 --output cat 2>/dev/null) # its own, not systemd's
  if [[ -n $PREVIOUS && $PREVIOUS != "$(version_folder)" && -e $PREVIOUS/.complete ]]; then
    switch_to "$PREVIOUS"
    quietly systemctl reset-failed assistant-hands.service assistant.service || true
    quietly systemctl restart assistant-hands.service assistant.service || true
  fi
  stop "The service $1 does not start: ${last:-the journal says why}" "Look: journalctl -u $1; sudo assistant check"
}
