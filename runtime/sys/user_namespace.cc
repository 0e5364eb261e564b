#include "runtime/sys/user_namespace.h"

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "runtime/sys/file.h"

namespace slipway::sys {
namespace {

constexpr const char* kDebian = "/unprivileged_userns_clone";
constexpr const char* kUbuntu = "/apparmor_restrict_unprivileged_userns";

bool Says(const std::string& file, std::string_view line) {
  const auto text = ReadFile(file);
  return text.ok() && *text == line;
}

}  // namespace

// The kernel makes the namespace before it looks for the process's pid, and takes it back when
// there is none: no process can have the pid 0. CLONE_VM, so that it copies no memory before.
Status TryUserNamespace() {
  const pid_t no_pid = 0;
  clone_args args{};
  args.flags = CLONE_NEWUSER | CLONE_VM;
  args.exit_signal = SIGCHLD;
  args.set_tid = reinterpret_cast<uintptr_t>(&no_pid);
  args.set_tid_size = 1;
  syscall(SYS_clone3, &args, sizeof(args));
  if (errno == EINVAL) return Ok();
  return Error(errno, "make a user namespace");
}

std::string WhatForbidsUserNamespaces(const std::string& settings) {
  if (Says(settings + kDebian, "0\n")) {
    return "this system lets only root make user namespaces: " + settings + kDebian + " is 0";
  }
  if (Says(settings + kUbuntu, "1\n")) {
    return "this system lets only programs with an AppArmor profile make user namespaces: " +
           settings + kUbuntu + " is 1";
  }
  return {};
}

bool GetsNoRightsInUserNamespaces(const std::string& settings, const std::string& label) {
  return Says(settings + kUbuntu, "1\n") && Says(label, "unconfined\n");
}

}  // namespace slipway::sys
