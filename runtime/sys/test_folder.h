// A folder for one test, removed with it.

#ifndef SLIPWAY_RUNTIME_SYS_TEST_FOLDER_H_
#define SLIPWAY_RUNTIME_SYS_TEST_FOLDER_H_

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include "runtime/sys/trust.h"

namespace slipway::sys {

class TestFolder {
 public:
  // base: a folder that exists.
  explicit TestFolder(const std::string& base = TrustedBase())
      : path_(std::filesystem::canonical(base) / "folder-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), path_);
    }
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

  std::string Folder(const std::string& name) const {
    std::string path = path_ + "/" + name;
    std::filesystem::create_directories(path);
    return path;
  }

  // A file with mode 0644 whatever the umask; also makes its folder.
  std::string File(const std::string& name, const std::string& text = "") const {
    const std::filesystem::path path = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    Chmod(path, 0644);
    return path;
  }

  std::string Copy(const std::string& source, const std::string& name) const {
    std::string path = File(name);
    std::filesystem::copy_file(source, path, std::filesystem::copy_options::overwrite_existing);
    Chmod(path, 0644);
    return path;
  }

  std::string Symlink(const std::string& target, const std::string& name) const {
    std::string path = path_ + "/" + name;
    std::filesystem::create_symlink(target, path);
    return path;
  }

  static void Chmod(const std::string& path, mode_t mode) {
    if (chmod(path.c_str(), mode) != 0) {
      throw std::system_error(errno, std::generic_category(), path);
    }
  }

 private:
  // Where everything above is trusted, so that a test sees the refusal of what it made itself.
  static std::string TrustedBase() {
    const char* given = std::getenv("TEST_TMPDIR");
    for (const std::string& base :
         {std::string(given ? given : "/root"), std::string("/root"), std::string("/run")}) {
      if (TrustedPaths(InvokerOfThisProcess()).Resolve(base).ok()) return base;
    }
    throw std::runtime_error("neither TEST_TMPDIR nor /root nor /run is trusted with all above it");
  }

  std::string path_;
};

}  // namespace slipway::sys

#endif  // SLIPWAY_RUNTIME_SYS_TEST_FOLDER_H_
