# shellcheck shell=bash
# A user namespace in which a plain user is root, with the ids that the stage user gives a container
# of theirs: root is the user, and from 1 on come the subordinate ids of subuid(5) and subgid(5).
# Source this file behind packages.sh.

# What the user lacks for it, in one line that says what root would type.
check_user_namespace() {
  local reason file helper missing=()
  reason=$(what_forbids_user_namespaces)
  [[ -z $reason ]] || die "a plain user needs a user namespace, and none can be made: $reason"
  for helper in newuidmap newgidmap; do
    command -v "$helper" >/dev/null ||
      die "there is no $helper; as root, run: apt-get update && apt-get install --no-install-recommends -y uidmap"
  done
  for file in /etc/subuid /etc/subgid; do
    [[ -n $(subordinate_ids "$file" 0) ]] || missing+=("$file")
  done
  [[ ${#missing[@]} -eq 0 ]] ||
    die "$(name_of_user) has no subordinate ids in ${missing[*]}; as root, run:" \
      "echo $(name_of_user):$(first_free_id):65536 | tee -a ${missing[*]}"
}

name_of_user() {
  local name
  name=$(id -un 2>/dev/null) || name=$UID
  printf '%s' "$name"
}

# chroot(8), because a namespace that can be made may still give no rights.
what_forbids_user_namespaces() {
  local reason setting
  reason=$(unshare --user --map-root-user chroot / true 2>&1) && return
  for setting in user/max_user_namespaces:0:10000 kernel/unprivileged_userns_clone:0:1 \
    kernel/apparmor_restrict_unprivileged_userns:1:0; do
    says_setting "$setting" && return
  done
  printf '%s (a seccomp filter such as docker'\''s, a security module or a chroot may refuse it: run it outside)' \
    "${reason##*: }"
}

# NAME:BAD:GOOD. Prints what is wrong and the cure; fails where it is not BAD.
says_setting() {
  local name bad good value=''
  IFS=: read -r name bad good <<<"$1"
  read -r value 2>/dev/null <"/proc/sys/$name" || true
  [[ $value == "$bad" ]] || return
  printf '/proc/sys/%s is %s; as root, run: sysctl -w %s=%s' "$name" "$bad" "${name/\//.}" "$good"
}

# Behind all that others have.
first_free_id() {
  local owner first count end=100000
  while IFS=: read -r owner first count || [[ -n $owner ]]; do
    [[ $first =~ ^[0-9]+$ && $count =~ ^[0-9]+$ ]] || continue
    ((10#$first + 10#$count > end)) && end=$((10#$first + 10#$count))
  done <<<"$(cat /etc/subuid /etc/subgid 2>/dev/null)"
  printf '%s' "$end"
}

# Prints "INSIDE OUTSIDE COUNT" of each line of the file that is the user's, from 1 on. A line with
# the user's own id, OWN, is left out.
subordinate_ids() {
  local file=$1 own=$2 name inside=1 owner first count
  [[ -r $file ]] || return 0
  name=$(name_of_user)
  while IFS=: read -r owner first count || [[ -n $owner ]]; do
    [[ $owner == "$name" || $owner == "$UID" ]] || continue
    [[ $first =~ ^[0-9]+$ && $count =~ ^[0-9]+$ ]] || continue
    first=$((10#$first)) count=$((10#$count))
    ((count > 0 && (own < first || own >= first + count))) || continue
    printf '%s\n' "$inside $first $count"
    inside=$((inside + count))
  done <"$file"
}

# Goes on as root of such a namespace, with the given command in the place of this script. A process
# that stays outside writes the maps, by the programs that may.
enter_user_namespace() {
  local group users groups
  group=$(id -g)
  mapfile -t users <<<"$(subordinate_ids /etc/subuid "$UID")"
  mapfile -t groups <<<"$(subordinate_ids /etc/subgid "$group")"
  coproc MAPPER {
    read -r _ || exit
    # They run as root, and take nothing of this user's environment. Each line is three words.
    # shellcheck disable=SC2068
    {
      env -i "$(command -v newuidmap)" $$ 0 "$UID" 1 ${users[@]} &&
        env -i "$(command -v newgidmap)" $$ 0 "$group" 1 ${groups[@]} && echo mapped
    } 2>&1
  }
  # Bash closes descriptors of a coprocess on exec, but for those that become 0 to 2. The second exec
  # gives root of the namespace its rights, once there is one.
  # shellcheck disable=SC2016
  exec unshare --user -- "$BASH" -c '
    echo
    read -r answer || true
    if [[ $answer != mapped ]]; then
      printf "%s: cannot map the subordinate ids: %s\n" "$1" "${answer:-no answer}" >&2
      exit 1
    fi
    shift
    exec "$@" <&3 >&4 3<&- 4>&-' "$BASH" "$PROGRAM" "$@" 3<&0 4>&1 <&"${MAPPER[0]}" >&"${MAPPER[1]}"
}
