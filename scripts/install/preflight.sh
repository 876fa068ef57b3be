# shellcheck shell=bash
# What must be true before anything is changed: each check ends with a sentence and a remedy.

check_machine() {
  check_system
  check_architecture
  if command -v python3 >/dev/null; then (find_python >/dev/null) || exit 1; fi # otherwise it is installed
  if [[ -n $BUNDLE ]]; then check_bundle "$BUNDLE"; fi
  [[ -z $DRY_RUN ]] || return 0
  ((EUID == 0)) || stop "Installing needs root. Run: sudo $ROOT/install.sh ${ARGUMENTS[*]}"
  [[ -d /run/systemd/system ]] || stop "systemd does not run here, so there can be no service. Try: ./install.sh --try"
  check_installing_space
  check_memory
  lock_installing
  if [[ -n $BUNDLE ]]; then
    unpack_bundle "$BUNDLE"
  elif [[ ! -e $(version_folder)/.complete ]]; then
    check_network
  fi
}

check_system() {
  local id="" version=""
  [[ -r /etc/os-release ]] && eval "$(grep -E '^(ID|ID_LIKE|VERSION_ID)=' /etc/os-release | sed 's/^ID=/id=/; s/^VERSION_ID=/version=/')"
  [[ "$id ${ID_LIKE:-}" == *debian* || $id == raspbian ]] ||
    stop "This is $id, not Debian or Raspberry Pi OS. Try without installing: ./install.sh --try"
  [[ -z $version || ${version%%.*} -ge 12 || $id != debian ]] ||
    stop "Debian $version is too old. Hearth needs Debian or Raspberry Pi OS 12 or later."
}

check_architecture() {
  case $(dpkg --print-architecture) in
    arm64 | amd64) ;;
    armhf) stop "This is a 32-bit system. Install the 64-bit Raspberry Pi OS." ;;
    *) stop "There are no packages for $(dpkg --print-architecture), only for arm64 and amd64." ;;
  esac
}

needed_megabytes() {
  local packed=0
  if [[ -n $BUNDLE ]]; then packed=$(du -m "$BUNDLE" | cut -f 1); fi
  if [[ $PROFILE == standard ]]; then echo $((2600 + packed)); else echo $((420 + packed)); fi
}

# What an interrupted installation has taken counts as free: it is used or removed.
check_installing_space() {
  local free folder
  free=$(df -Pm "${APP%/*}" | awk 'NR == 2 { print $4 }')
  for folder in "$APP/wheels" "$APP"/versions/*; do
    if [[ -d $folder && ! -e $folder/.complete ]]; then free=$((free + $(du -sm "$folder" | cut -f 1))); fi
  done
  [[ -e $(version_folder)/.complete ]] || ((free >= $(needed_megabytes))) ||
    stop "/opt has $free MB free; $(needed_megabytes) MB are needed. Free some space: sudo apt clean"
}

check_memory() {
  local total
  total=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  [[ $PROFILE != standard ]] || ((total >= 1700)) ||
    stop "This machine has $total MB of memory; the standard profile needs 2 GB. Use: --profile embedded"
}

# apt ends well where nothing was reached, and waits for long; and one source of several may be gone for good. A slow machine
# takes more than a minute for it all.
check_network() {
  local mirror said reason patience=(-o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
  mirror=$(apt-get --print-uris update 2>/dev/null | sed -n "s/^'\([a-z]*:\/\/[^/]*\)\/.*/\1/p" | awk "NR == 1")
  [[ -n $mirror ]] || stop "apt knows no package source. Look at /etc/apt/sources.list, or use a bundle: --offline FILE"
  if said=$(LC_ALL=C apt-get update "${patience[@]}" 2>&1) && grep -qE "^(Hit|Get):" <<<"$said"; then return; fi
  [[ $said != *"ould not get lock"* ]] || stop "Another program installs packages at the moment. Wait until it is done."
  reason=$(sed -n 's/^[EW]: Failed to fetch [^ ]* *//p' <<<"$said" | awk "NR == 1")
  stop "The package sources cannot be reached ($mirror${reason:+: $reason}). Check the network, or use a bundle: --offline FILE"
}
