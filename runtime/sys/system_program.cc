#include "runtime/sys/system_program.h"

#include <sys/stat.h>
#include <unistd.h>

namespace slipway::sys {

bool IsSystemProgram(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return false;
  const bool of_root = facts.st_uid == 0 && (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return of_root && access(path.c_str(), X_OK) == 0;
}

std::string FindSystemProgram(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"}) {
    std::string path = folder + name;
    if (IsSystemProgram(path)) return path;
  }
  return {};
}

}  // namespace slipway::sys
