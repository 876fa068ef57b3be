# shellcheck shell=bash
# The Debian packages that Hearth needs.

readonly PACKAGES_MARK=$APP/debian-packages # those that were not there before

debian_packages() {
  printf '%s\n' python3 python3-venv alsa-utils libportaudio2
  if [[ $PROFILE == standard && -z $BUNDLE ]]; then printf '%s\n' build-essential cmake ninja-build python3-dev; fi
}

missing_debian_packages() {
  local package
  while read -r package; do
    grep -q "ok installed" <(dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null) || echo "$package"
  done < <(debian_packages)
}

install_debian_packages_of_ours() {
  local missing
  export DEBIAN_FRONTEND=noninteractive
  quietly dpkg --configure -a || stop "dpkg was interrupted and cannot go on. Run: sudo dpkg --configure -a"
  mapfile -t missing < <(missing_debian_packages)
  if ((${#missing[@]} == 0)); then
    done_ "All there."
    return
  fi
  printf '%s\n' "${missing[@]}" >>"$PACKAGES_MARK"
  if [[ -n $BUNDLE ]]; then
    install_bundled_packages "${missing[@]}" ||
      stop "The Debian packages of the bundle do not fit this system. Make the bundle on one like it."
  else
    quietly apt-get install --yes --no-install-recommends "${missing[@]}" ||
      stop "$(explain_apt_failure)"
  fi
  done_ "Installed ${missing[*]}."
}

# From the bundle as apt's only source: it holds more than is needed, for apt to choose from.
install_bundled_packages() {
  local deb debs=$BUNDLE_FOLDER/debs lists=$BUNDLE_FOLDER/lists apt
  for deb in "$debs"/*.deb; do
    dpkg-deb --field "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat --format=%s "$deb")" \
      "$(sha256sum <"$deb" | cut -d " " -f 1)"
  done >"$debs/Packages"
  mkdir -p "$lists/partial"
  echo "deb [trusted=yes] file:$debs ./" >"$BUNDLE_FOLDER/sources.list"
  apt=(-o "Dir::Etc::SourceList=$BUNDLE_FOLDER/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$lists")
  quietly apt-get update "${apt[@]}" && quietly apt-get install --yes --no-install-recommends "${apt[@]}" "$@"
}

explain_apt_failure() {
  if grep -qiE "no space left|not enough free space|enough free" <(tail -n 40 "$LOG"); then
    echo "The disk is full. Free some space: sudo apt clean"
  elif grep -qiE "could not get lock|unable to lock" <(tail -n 40 "$LOG"); then
    echo "Another program installs packages at the moment. Wait until it is done."
  elif grep -qiE "failed to fetch|could not resolve|temporary failure" <(tail -n 40 "$LOG"); then
    echo "Debian's packages cannot be downloaded. Check the network, or use a bundle: --offline FILE"
  else
    echo "apt could not install ${missing[*]}."
  fi
}
