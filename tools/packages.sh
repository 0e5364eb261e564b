# shellcheck shell=bash
# Debian packages that the tools need. Source this file after setting PROGRAM, then:
#   install_packages "${BUILD_PACKAGES[@]}"

# shellcheck disable=SC2034  # The scripts that source this file use the lists.
BUILD_PACKAGES=(
  bazel-bootstrap bazel-platforms bazel-rules-cc bazel-rules-java bazel-rules-proto bazel-skylib
  g++
  libboost1.81-dev libboost-program-options1.81-dev libgmock-dev libgtest-dev libmd-dev libseccomp-dev
  libbenchmark-dev libyaml-cpp-dev python3 zlib1g-dev
)
# shellcheck disable=SC2034
ROOTFS_PACKAGES=(mmdebstrap)
# shellcheck disable=SC2034
ROOTFS_PLAIN_USER_PACKAGES=(uidmap)
# shellcheck disable=SC2034
PACKAGE_PACKAGES=(dpkg-dev)
# shellcheck disable=SC2034
TEST_PACKAGES=(
  apparmor bash-completion busybox-static containernetworking-plugins dpkg-dev e2fsprogs erofs-utils git
  golang-github-containers-common hyperfine iproute2 make man-db passt pkgconf python3 runc slirp4netns
  squashfs-tools strace systemd tmux uidmap util-linux valgrind vim zsh
)
# shellcheck disable=SC2034
TESTBED_PACKAGES=(busybox-static kmod qemu-system-x86)
# shellcheck disable=SC2034
FUZZ_PACKAGES=(clang-14 libclang-rt-14-dev)
# shellcheck disable=SC2034
BENCH_PACKAGES=(bubblewrap crun hyperfine python3 runc strace util-linux)
# shellcheck disable=SC2034
CHECK_PACKAGES=(clang-format clang-tidy git nodejs npm python3 shellcheck)

say() { printf '%s: %s\n' "$PROGRAM" "$*"; }

die() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}

require_root() {
  [[ $EUID -eq 0 ]] || die "$1 needs root: run it with sudo, or as root"
}

# Prints those of the given packages that are not installed.
missing_packages() {
  local -A installed=()
  local name status
  while read -r name status; do
    [[ $status == installed ]] && installed[$name]=1
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for name in "$@"; do
    [[ -n ${installed[$name]:-} ]] && continue
    # Other packagings of Node.js bring npm along and conflict with Debian's package of it.
    [[ $name == npm ]] && command -v npm >/dev/null && continue
    [[ $name == nodejs ]] && command -v node >/dev/null && continue
    printf '%s\n' "$name"
  done
}

# Installs those of the given packages that are missing; quick and silent when none is.
install_packages() {
  command -v dpkg-query >/dev/null || die "this needs Debian or a system derived from it (no dpkg-query here)"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] && return
  local command="apt-get update && apt-get install --no-install-recommends -y ${missing[*]}"
  [[ $EUID -eq 0 ]] || die "packages are missing; as root, run: $command"
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  # A source of somebody else's that cannot be reached must not stop the packages that can.
  run_apt "$log" update || true
  if ! run_apt "$log" install --no-install-recommends -y "${missing[@]}"; then
    local reason
    reason=$(grep -m1 '^E: ' "$log" || tail -n1 "$log")
    rm -f "$log"
    die "cannot install ${missing[*]}: ${reason#E: } (by hand: $command)"
  fi
  rm -f "$log"
}

run_apt() {
  local log=$1
  shift
  DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1
}
