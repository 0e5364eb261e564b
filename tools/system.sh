# shellcheck shell=bash
# What kind of Linux tests run on. Source this file.

# Prints v2, v1 or hybrid: which versions of cgroups are mounted.
cgroup_kind() {
  local type v1='' v2=''
  while read -r _ _ type _; do
    case $type in
      cgroup) v1=1 ;;
      cgroup2) v2=1 ;;
    esac
  done </proc/self/mounts
  case $v1,$v2 in
    1,1) printf 'hybrid' ;;
    1,) printf 'v1' ;;
    ,1) printf 'v2' ;;
    *) printf 'none' ;;
  esac
}

# Prints it for people: cgroup hybrid, Linux 6.1.
describe_system() {
  local release
  release=$(uname -r)
  printf 'cgroup %s, Linux %s' "$(cgroup_kind)" "$(cut -d. -f1,2 <<<"$release")"
}
