# shellcheck shell=bash
# Removing Hearth: nothing stays but the household's own, unless that is to go, too.

uninstall() {
  echo "This removes the services, users and program of Hearth."
  if [[ -n $PURGE ]]; then
    echo "It also deletes the settings in /etc/assistant and all that is in /var/lib/assistant."
  else
    echo "The settings in /etc/assistant and what is in /var/lib/assistant stay. To delete them, too: --uninstall --purge"
  fi
  [[ -z $DRY_RUN ]] || return 0
  ((EUID == 0)) || stop "Uninstalling needs root. Run: sudo $ROOT/install.sh ${ARGUMENTS[*]}"
  lock_installing
  remove_services
  remove_users
  restore_machine
  release_debian_packages
  rm -f /usr/local/bin/assistant "$LOG" "$LOG.settings"
  rm -rf "$APP"
  if [[ -n $PURGE ]]; then rm -rf /etc/assistant /var/lib/assistant; fi
  echo "Removed."
}

remove_services() {
  local unit
  for unit in assistant.service assistant-hands.service; do
    systemctl disable --now "$unit" >/dev/null 2>&1 || true
  done
  for unit in "${UNITS[@]}"; do
    rm -rf "/etc/systemd/system/$unit" "/etc/systemd/system/$unit.new" "/etc/systemd/system/$unit.d"
  done
  systemctl daemon-reload 2>/dev/null || true
  systemctl reset-failed assistant.service assistant-hands.service 2>/dev/null || true
}

remove_users() {
  local user
  for user in assistant assistant-hands; do
    if id "$user" &>/dev/null; then userdel "$user" 2>/dev/null || true; fi
  done
  if getent group assistant >/dev/null; then groupdel assistant 2>/dev/null || true; fi
}

# Other programs may need them by now: apt knows.
release_debian_packages() {
  local packages
  [[ -s $PACKAGES_MARK ]] || return 0
  mapfile -t packages < <(sort -u "$PACKAGES_MARK")
  apt-mark auto "${packages[@]}" >/dev/null 2>&1 || true
  echo "Debian packages that came with it go with: sudo apt autoremove (${packages[*]})"
}
