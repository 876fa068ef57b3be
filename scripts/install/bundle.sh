# shellcheck shell=bash
# One archive with everything, for machines without a network: made on a connected machine of the same kind.

bundle_kind() {
  # shellcheck source=/dev/null
  echo "hearth-bundle 1 $(dpkg --print-architecture) $(. /etc/os-release && echo "$VERSION_CODENAME") $PROFILE"
}

# Bundles of one kind serve every version that wants the same packages.
bundle_packages() {
  sha256sum <"$ROOT/locks/$PROFILE.txt" | cut -c 1-16
}

make_bundle() {
  read_answers
  [[ -d $(dirname "$NEW_BUNDLE") ]] || stop "There is no folder $(dirname "$NEW_BUNDLE") for the bundle. Make it first."
  ((EUID == 0)) || stop "Making a bundle needs root, for Debian's packages. Run: sudo $ROOT/install.sh ${ARGUMENTS[*]}"
  local work
  work=$(mktemp -d "${NEW_BUNDLE%/*}/.bundle.XXXXXX" 2>/dev/null || mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  LOG_BUNDLE=$work/log
  echo "Making a bundle: $(bundle_kind)"
  mkdir -p "$work/bundle/wheels" "$work/bundle/debs"
  gather_debs "$work/bundle/debs"
  gather_bundle_wheels "$work" "$work/bundle/wheels"
  if [[ $PROFILE == standard ]]; then gather_models "$work"; fi
  bundle_kind >"$work/bundle/KIND"
  bundle_packages >"$work/bundle/PACKAGES"
  (cd "$work/bundle" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/sums"
  mv "$work/sums" "$work/bundle/SHA256SUMS"
  tar --create --file "$NEW_BUNDLE.part" --directory "$work" bundle 2>>"$LOG_BUNDLE" ||
    { rm -f "$NEW_BUNDLE.part" && stop "$NEW_BUNDLE cannot be written: $(tail -n 1 "$LOG_BUNDLE")"; }
  mv "$NEW_BUNDLE.part" "$NEW_BUNDLE"
  echo "$NEW_BUNDLE: $(du -m "$NEW_BUNDLE" | cut -f 1) MB. Copy it and this folder; there: sudo ./install.sh --offline FILE"
}

# With all they need, as if nothing were installed but what every system has.
gather_debs() {
  local packages uris
  mapfile -t packages < <(debian_packages)
  apt-get update >"$LOG_BUNDLE" 2>&1 || stop "The package sources cannot be reached. Check the network."
  mapfile -t uris < <(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "${packages[@]}" | grep "^[a-z]" | sort -u)
  (cd "$1" && apt-get download "${uris[@]}" >>"$LOG_BUNDLE" 2>&1) ||
    stop "Debian's packages cannot be downloaded: $(tail -n 1 "$LOG_BUNDLE")"
}

gather_bundle_wheels() {
  local python=$1/venv/bin/python
  "$(find_python)" -m venv "$1/venv" >>"$LOG_BUNDLE" 2>&1 || stop "No Python environment can be made. Run: apt install python3-venv"
  "$python" -m pip download --quiet --no-deps --require-hashes --only-binary :all: --no-binary=llama-cpp-python \
    --dest "$2" --requirement "$ROOT/locks/$PROFILE.txt" >>"$LOG_BUNDLE" 2>&1 ||
    stop "Python's packages cannot be downloaded: $(tail -n 1 "$LOG_BUNDLE")"
  if [[ $PROFILE == standard ]]; then
    echo "Compiling llama-cpp-python, for processors like this one: some minutes."
    "$python" -m pip wheel --quiet --no-deps --wheel-dir "$2" "$2"/llama_cpp_python-*.tar.gz >>"$LOG_BUNDLE" 2>&1 ||
      stop "llama-cpp-python cannot be compiled: $(tail -n 1 "$LOG_BUNDLE")"
  fi
}

gather_models() {
  local folder
  for folder in /var/lib/assistant/models "$HOME/.local/share/assistant/models"; do
    if [[ -d $folder ]]; then
      cp -r "$folder" "$1/bundle/models"
      return
    fi
  done
  stop "There are no models to bundle. Fetch them first: assistant models fetch"
}

# Whether it is one for this machine and this version.
check_bundle() {
  [[ -r $1 ]] || stop "There is no bundle $1."
  local kind
  kind=$(tar --extract --to-stdout --file "$1" bundle/KIND 2>/dev/null) ||
    stop "$1 is no bundle of Hearth, or only half of one. Copy it again."
  [[ $kind == "$(bundle_kind)" ]] ||
    stop "The bundle is for another machine: it is \"$kind\", this is \"$(bundle_kind)\"."
  [[ $(tar --extract --to-stdout --file "$1" bundle/PACKAGES 2>/dev/null) == "$(bundle_packages)" ]] ||
    stop "$1 was made by another version of Hearth, which wants other packages, or is only half of one. Make it anew."
}

# Unpacks and checks all of it; afterwards BUNDLE_FOLDER holds it.
unpack_bundle() {
  BUNDLE_FOLDER=$APP/bundle
  rm -rf "$BUNDLE_FOLDER"
  mkdir -p "$BUNDLE_FOLDER"
  tar --extract --file "$1" --directory "$BUNDLE_FOLDER" --strip-components=1 2>/dev/null ||
    refuse_bundle "$1 is only half copied. Copy it again."
  (cd "$BUNDLE_FOLDER" && sha256sum --quiet --check SHA256SUMS >/dev/null 2>&1) ||
    refuse_bundle "$1 is damaged: its checksums do not fit. Copy it again."
}

refuse_bundle() {
  rm -rf "$BUNDLE_FOLDER"
  rmdir --ignore-fail-on-non-empty "$APP"
  stop "$1"
}
