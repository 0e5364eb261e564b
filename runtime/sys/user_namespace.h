// May this process make user namespaces? user_namespaces(7).

#ifndef SLIPWAY_RUNTIME_SYS_USER_NAMESPACE_H_
#define SLIPWAY_RUNTIME_SYS_USER_NAMESPACE_H_

#include <string>

#include "runtime/sdk/result.h"

namespace slipway::sys {

// Asks the kernel, and makes none. Errors as for CLONE_NEWUSER of clone(2): EPERM, ENOSPC (EUSERS
// before Linux 4.9), ENOSYS.
Status TryUserNamespace();

// Which setting keeps plain users from making them, in words; "": none that is known. The first is
// Debian's and older Ubuntu's, the second newer Ubuntu's. settings: the folder of both.
std::string WhatForbidsUserNamespaces(const std::string& settings = "/proc/sys/kernel");

// Newer Ubuntu lets each program make one, but without rights in it, unless a profile of AppArmor
// gives them: is this process such a program? label: the file with its profile's name.
bool GetsNoRightsInUserNamespaces(const std::string& settings = "/proc/sys/kernel",
                                  const std::string& label = "/proc/self/attr/current");

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_USER_NAMESPACE_H_
