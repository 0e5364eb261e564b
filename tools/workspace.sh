# shellcheck shell=bash
# Wherever the clone lies, a path at which Bazel can build it. Source this file after
# tools/packages.sh, with REPO set to the clone, then, before anything that calls Bazel:
#   enter_workspace "$@"
#
# Bazel refuses a workspace whose path has blanks in it, and tools/testbed's machine has a /run and a
# /dev of its own. From such a place the script starts once more in a mount namespace of its own,
# in which the clone is also found below ~/.cache/slipway; so REPO is that path there, and
# SLIPWAY_CLONE the one that people know. Bazel's server stays in that namespace. The path's last
# part tells one clone from another that later lies in the same place.

# Whether Bazel and the tests can work at this path.
is_plain_path() { [[ ! $1 =~ [^[:alnum:]_./+=,@~-] && $1/ != /run/* && $1/ != /dev/* ]]; }

enter_workspace() {
  is_plain_path "$REPO" && return
  local clones=${XDG_CACHE_HOME:-~/.cache}/slipway/clones folder script below=''
  is_plain_path "$clones" || die "Bazel cannot build at $REPO, nor at $clones: move the clone to a path without blanks"
  [[ $EUID -eq 0 ]] || die "Bazel cannot build at $REPO: run this as root, or move the clone to a path without blanks"
  folder=$clones/$(stat -c '%d-%i-%W' -- "$REPO")
  mkdir -p -- "$folder"
  script=$(realpath -- "$0")
  [[ $PWD/ != "$REPO"/* ]] || below=${PWD#"$REPO"}
  export SLIPWAY_CLONE=$REPO
  # shellcheck disable=SC2016  # For the inner shell.
  exec unshare --mount --propagation slave bash -c '
    set -e
    mount --rbind -- "$1" "$2"
    [[ -z $3 ]] || cd -- "$2$4"
    exec "$2${5#"$1"}" "${@:6}"
  ' workspace "$REPO" "$folder" "${below:+x}" "$below" "$script" "$@"
}

# The clone's path for people.
shown_clone() { printf '%s' "${SLIPWAY_CLONE:-$REPO}"; }
