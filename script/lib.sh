# Shared by the scripts: where things are, what the system must have, how stages are timed.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${HRISTE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hriste}
BUILD=$ROOT/build/release
# Another root module than the shipped one: HRISTE_PLAYGROUND=playground/minimal script/tofu apply
LOCAL=$(cd "${HRISTE_PLAYGROUND:-$ROOT/playground/local}" && pwd)
export HRISTE_CACHE=$CACHE
export CCACHE_DIR=${CCACHE_DIR:-$CACHE/ccache} CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}
# A variable that names a missing file only makes OpenTofu warn.
unset TF_CLI_CONFIG_FILE

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# stage NAME CMD…: runs CMD and remembers how long it took; stages_report prints the list.
STAGES=()
stage() {
  local name=$1 from to
  shift
  say "── $name"
  from=$(date +%s%N)
  "$@"
  to=$(date +%s%N)
  STAGES+=("$(printf '%8.1f s  %s' "$(((to - from) / 1000000))e-3" "$name")")
}
stages_report() { printf '%s\n' "${STAGES[@]}"; }

# pin NAME FIELD: field 2 is the version, field 3 the SHA-256 (third_party/pins).
pin() { awk -v name="$1" -v field="$2" '$1 == name { print $field }' "$ROOT/third_party/pins"; }

check_sha256() {  # FILE SHA
  echo "$2  $1" | sha256sum --check --quiet --status || die "$1 does not have SHA-256 $2: remove it and try again"
}

# Debian packages of a section of script/packages.txt that are not installed.
missing_packages() {
  local wanted
  wanted=$(awk -v section="[$1]" '/^\[/ { on = ($0 == section); next } on && NF && !/^#/ { print $1 }' "$ROOT/script/packages.txt")
  # shellcheck disable=SC2086
  comm -23 <(sort <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | awk '$1 == "installed" { print $2 }' | sort)
}

install_packages() {  # SECTION…
  local section missing=""
  for section in "$@"; do missing+=" $(missing_packages "$section" | tr '\n' ' ')"; done
  [[ -z ${missing// /} ]] && return 0
  command -v apt-get >/dev/null || die "these packages are missing and there is no apt-get:$missing"
  local sudo=""
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || die "run as root, or install:$missing"
    sudo=sudo
  fi
  say "installing:$missing"
  $sudo apt-get update -qq >/dev/null
  # shellcheck disable=SC2086
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
