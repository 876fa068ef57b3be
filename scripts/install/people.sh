# shellcheck shell=bash
# The users: what hears and what acts are not the same one.

make_users() {
  getent group assistant >/dev/null || quietly groupadd --system assistant
  make_user assistant "Hearth, which hears and speaks"
  make_user assistant-hands "Hearth, which acts"
  local drop_in=/etc/systemd/system/assistant
  add_groups assistant "$drop_in.service.d" audio gpio spi
  add_groups assistant-hands "$drop_in-hands.service.d" gpio spi i2c
  done_ "assistant and assistant-hands."
}

make_user() {
  id "$1" &>/dev/null || quietly useradd --system --gid assistant --no-create-home --home-dir /nonexistent \
    --shell /usr/sbin/nologin --comment "$2" "$1"
}

# systemd starts nothing for a group that does not exist, so only those of this machine are named.
add_groups() {
  local user=$1 folder=$2 group found=()
  shift 2
  for group in "$@"; do
    if getent group "$group" >/dev/null; then found+=("$group"); fi
  done
  : "$user"
  mkdir -p "$folder"
  printf '[Service]\nSupplementaryGroups=%s\n' "${found[*]}" >"$folder/groups.conf"
}
