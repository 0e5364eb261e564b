#!/bin/sh
# The first process of tools/testbed's virtual machine, run by busybox: out of the initramfs, where
# it puts a copy-on-write view of the machine's files together, and once more (`init view`) inside
# the view, where it runs the command. What it prints is the console's.
#
# /conf has WORK (the testbed's folder on the machine), FOLDER (where the command runs), KERNEL
# (the kernel's package, unpacked) and SHARES (folders that stay writable), all of them paths that
# mean the same on the machine and here.
set -u

OWN=/run/.testbed

fail() {
  echo "testbed: cannot $*"
  poweroff -f
}

# Mounts a tmpfs on a folder of the view.
memory() {
  mkdir -p ".$1"
  mount -t tmpfs -o "mode=$2" tmpfs ".$1" || fail "mount a tmpfs on $1"
}

# Makes a folder of the machine the same folder here, not a copy.
share() {
  mkdir -p ".$1"
  mount -o bind "/mnt/machine$1" ".$1" || fail "share $1"
}

load_modules() {
  while read -r module; do
    insmod "/modules/$module" || fail "load $module"
  done </modules/order
}

mount_view() {
  mount -t tmpfs -o size=75% tmpfs /mnt || fail "mount a tmpfs"
  mkdir /mnt/upper /mnt/work /mnt/view /mnt/machine
  mount -t virtiofs machine /mnt/machine || fail "reach the machine's files"
  mount -t overlay -o lowerdir=/mnt/machine,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/view ||
    fail "mount the copy-on-write view"
}

# What systemd mounts, in the same way; the command's own folders besides.
mount_system() {
  cd /mnt/view || fail "enter the view"
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount -t devtmpfs dev dev
  mount -t securityfs securityfs sys/kernel/security
  mount -t cgroup2 -o nsdelegate,memory_recursiveprot cgroup2 sys/fs/cgroup || fail "mount cgroup2"
  memory /dev/shm 1777
  memory /run 755
  memory /testbed 755
  mkdir -m 1777 run/tmp run/lock
  mkdir -p dev/pts dev/mqueue
  mount -t devpts -o mode=620,gid=5,ptmxmode=666 devpts dev/pts
  mount -t mqueue mqueue dev/mqueue
  ln -s /proc/self/fd dev/fd
  ln -s fd/0 dev/stdin
  ln -s fd/1 dev/stdout
  ln -s fd/2 dev/stderr
  mkdir -p "lib/modules/$(uname -r)"
  mount -o bind "/mnt/machine$KERNEL/lib/modules/$(uname -r)" "lib/modules/$(uname -r)"
  eval "set -- $SHARES"
  for folder; do share "$folder"; done
  share "$WORK"
}

# The view has a busybox only if the machine has one. Its /proc is to be the only one, as elsewhere:
# what a user namespace may mount depends on all of them.
enter_view() {
  mkdir ".$OWN"
  cp /bin/busybox /init /conf ".$OWN/"
  umount /proc || fail "unmount the first /proc"
  exec switch_root /mnt/view "$OWN/busybox" sh "$OWN/init" view
}

# As below systemd: each controller is there for cgroups below the root, and a command's own cgroup
# is not the root.
prepare_cgroups() {
  tr ' ' '\n' </sys/fs/cgroup/cgroup.controllers | while read -r controller; do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
  done
  mkdir /sys/fs/cgroup/testbed
}

# Through pipes, because the command must see no terminal.
run_command() {
  mkfifo "$OWN/out" "$OWN/err"
  cat <"$OWN/out" >/dev/vport0p1 &
  out=$!
  cat <"$OWN/err" >/dev/vport0p2 &
  err=$!
  # shellcheck disable=SC2016,SC2153  # For the inner shell; FOLDER is from /conf.
  setsid /bin/sh -c 'echo $$ >/sys/fs/cgroup/testbed/cgroup.procs; cd "$1" && . "$2"' testbed \
    "$FOLDER" "$WORK/command" </dev/null >"$OWN/out" 2>"$OWN/err"
  status=$?
  # A process that the command left behind may hold the pipes.
  { sleep 2 && kill "$out" "$err"; } 2>/dev/null &
  wait "$out" "$err"
  echo "$status" >"$WORK/status"
}

if [ "${1:-}" = view ]; then
  # shellcheck source=/dev/null
  . "$OWN/conf"
  hostname testbed
  ip link set lo up
  mount --make-rshared /
  prepare_cgroups
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export HOME=/root TERM=dumb TMPDIR=/run/tmp
  run_command
  sync
  poweroff -f
fi
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
# shellcheck source=/dev/null
. /conf
load_modules
mount_view
mount_system
enter_view
