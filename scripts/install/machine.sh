# shellcheck shell=bash
# The machine: limits of memory, a journal that spares the SD card, and what is switched off to save power.

readonly FIRMWARE=${HEARTH_FIRMWARE:-/boot/firmware}
readonly KERNEL_WORDS=$APP/kernel-words    # those that were not there before, one a line
readonly RESTART_NEEDED=$APP/restart-needed # since which start of the machine
readonly BLOCK_BEGINS="# Hearth begins: install.sh --uninstall removes this"
readonly BLOCK_ENDS="# Hearth ends"

is_pi() {
  grep -qs "Raspberry Pi" /proc/device-tree/model
}

# Whether its processor has a governor that could be changed.
may_be_quicker() {
  compgen -G "/sys/devices/system/cpu/cpufreq/policy*/scaling_governor" >/dev/null
}

plan_of_machine() {
  local off=() each
  [[ ${ANSWER[performance]:-} != on ]] || printf ', let the processor run at its highest speed in turns'
  if is_pi; then
    printf ', enforce limits of memory (after a restart)'
    for each in hdmi wifi bluetooth; do
      [[ ${ANSWER[$each]:-} != off ]] || off+=("$each")
    done
    ((${#off[@]} == 0)) || printf ', switch off %s' "${off[*]}"
  fi
}

settle_machine() {
  keep_journal_in_memory
  if is_pi; then
    add_kernel_word cgroup_enable=memory # the firmware of a Pi switches that off
    switch_hdmi
    switch_radios
  fi
}

keep_journal_in_memory() {
  mkdir -p /etc/systemd/journald.conf.d
  printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=16M\n' >/etc/systemd/journald.conf.d/hearth.conf
  quietly systemctl restart systemd-journald || true
  done_ "The journal is kept in memory, 16 MB of it."
}

# A connector that the kernel does not drive; the firmware's hdmi_blanking does nothing with its driver.
switch_hdmi() {
  local word
  for word in video=HDMI-A-1:d video=HDMI-A-2:d; do
    case ${ANSWER[hdmi]:-} in
      off) add_kernel_word "$word" ;;
      on) remove_kernel_word "$word" ;;
    esac
  done
}

add_kernel_word() {
  local file=$FIRMWARE/cmdline.txt
  if [[ ! -w $file ]] || grep -qwF -- "$1" <(head -n 1 "$file"); then return 0; fi
  echo "$1" >>"$KERNEL_WORDS"
  sed "1s|\$| $1|" "$file" >"$file.new"
  mv "$file.new" "$file"
  cp /proc/sys/kernel/random/boot_id "$RESTART_NEEDED"
}

# Only what came from us.
remove_kernel_word() {
  local file=$FIRMWARE/cmdline.txt
  if [[ ! -w $file ]] || ! grep -qsxF -- "$1" "$KERNEL_WORDS"; then return 0; fi
  sed "1s| $1\\b||" "$file" >"$file.new"
  mv "$file.new" "$file"
  sed -i "\\|^$1\$|d" "$KERNEL_WORDS"
  cp /proc/sys/kernel/random/boot_id "$RESTART_NEEDED"
}

# What was not answered stays as it is.
switch_radios() {
  local file=$FIRMWARE/config.txt each state lines=()
  [[ -w $file ]] || return 0
  for each in wifi bt; do
    state=${ANSWER[$each]:-}
    [[ $each == wifi ]] || state=${ANSWER[bluetooth]:-}
    if [[ -z $state ]] && grep -qx "dtoverlay=disable-$each" <(firmware_block); then state=off; fi
    [[ $state != off ]] || lines+=("dtoverlay=disable-$each")
  done
  write_firmware_block "${lines[@]}"
}

firmware_block() {
  sed -n "/^$BLOCK_BEGINS\$/,/^$BLOCK_ENDS\$/p" "$FIRMWARE/config.txt"
}

# The LINES for every model of a Pi, in a block of ours; none for no block. A comment has a line of its own there.
write_firmware_block() {
  local file=$FIRMWARE/config.txt
  {
    sed "/^$BLOCK_BEGINS\$/,/^$BLOCK_ENDS\$/d" "$file"
    (($# == 0)) || printf '%s\n' "$BLOCK_BEGINS" "[all]" "$@" "$BLOCK_ENDS"
  } >"$file.new"
  if cmp --quiet "$file" "$file.new"; then
    rm "$file.new"
  else
    mv "$file.new" "$file"
    cp /proc/sys/kernel/random/boot_id "$RESTART_NEEDED"
  fi
}

restart_is_needed() {
  [[ -e $RESTART_NEEDED && $(<"$RESTART_NEEDED") == "$(</proc/sys/kernel/random/boot_id)" ]]
}

# What was there before stays.
restore_machine() {
  local word
  rm -f /etc/systemd/journald.conf.d/hearth.conf
  rmdir --ignore-fail-on-non-empty /etc/systemd/journald.conf.d 2>/dev/null || true
  systemctl restart systemd-journald 2>/dev/null || true
  if [[ -s $KERNEL_WORDS ]]; then
    while read -r word; do remove_kernel_word "$word"; done < <(sort -u "$KERNEL_WORDS")
  fi
  if [[ -w $FIRMWARE/config.txt ]]; then write_firmware_block; fi
  rm -f "$FIRMWARE/cmdline.txt.new" "$FIRMWARE/config.txt.new"
}
