# shellcheck shell=bash
# The machine: limits of memory, a journal that spares the SD card, and what is switched off to save power.

readonly FIRMWARE=/boot/firmware
readonly CONFIG_MARK="# by Hearth"

is_pi() {
  grep -qs "Raspberry Pi" /proc/device-tree/model
}

plan_of_machine() {
  local off=() each
  for each in hdmi wifi bluetooth; do
    [[ ${ANSWER[$each]:-} != off ]] || off+=("$each")
  done
  if is_pi; then printf ', enforce limits of memory (after a restart)'; fi
  ((${#off[@]} == 0)) || printf ', switch off %s' "${off[*]}"
}

settle_machine() {
  keep_journal_in_memory
  if is_pi; then
    enable_memory_limits
    switch_off
  fi
}

keep_journal_in_memory() {
  mkdir -p /etc/systemd/journald.conf.d
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n' >/etc/systemd/journald.conf.d/hearth.conf
  quietly systemctl restart systemd-journald || true
  done_ "The journal is kept in memory, 16 MB of it."
}

# The firmware of a Pi switches the memory controller off.
enable_memory_limits() {
  local line=$FIRMWARE/cmdline.txt
  [[ -w $line ]] || line=/boot/cmdline.txt
  [[ -w $line ]] || return 0
  if ! grep -q "cgroup_enable=memory" "$line"; then
    sed "1s/\$/ cgroup_enable=memory/" "$line" >"$line.new"
    mv "$line.new" "$line"
    touch "$APP/.restart-needed"
  fi
  if grep -q "^memory" /sys/fs/cgroup/cgroup.controllers 2>/dev/null || grep -qw memory /sys/fs/cgroup/cgroup.controllers; then
    rm -f "$APP/.restart-needed"
  fi
}

switch_off() {
  local file=$FIRMWARE/config.txt
  [[ -w $file ]] || return 0
  if [[ ${ANSWER[hdmi]:-} == off ]]; then add_to_firmware "$file" "hdmi_blanking=2"; fi
  if [[ ${ANSWER[wifi]:-} == off ]]; then add_to_firmware "$file" "dtoverlay=disable-wifi"; fi
  if [[ ${ANSWER[bluetooth]:-} == off ]]; then add_to_firmware "$file" "dtoverlay=disable-bt"; fi
}

add_to_firmware() {
  grep -q "^$2" "$1" || printf '%s %s\n' "$2" "$CONFIG_MARK" >>"$1"
}

# Ours alone goes; a limit of memory that somebody else needs as well does no harm.
restore_machine() {
  rm -f /etc/systemd/journald.conf.d/hearth.conf
  rmdir --ignore-fail-on-non-empty /etc/systemd/journald.conf.d 2>/dev/null || true
  if [[ -w $FIRMWARE/config.txt ]]; then sed -i "/ $CONFIG_MARK\$/d" "$FIRMWARE/config.txt"; fi
}
