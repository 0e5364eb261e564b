#include "runtime/loader/needs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "runtime/loader/file.h"
#include "runtime/loader/library.h"

namespace slipway::loader {
namespace {

constexpr std::string_view kOfTheLanguage[] = {"libc.so.6",      "libm.so.6",       "libgcc_s.so.1",
                                               "libstdc++.so.6", "libpthread.so.0", "libdl.so.2",
                                               "librt.so.1"};

#if defined(__x86_64__)
#define SLIPWAY_MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define SLIPWAY_MULTIARCH "aarch64-linux-gnu"
#else
#error "which multiarch folder has the libraries of this processor?"
#endif

// In the order of the dynamic loader, ld.so(8), without what the machine's owner adds.
constexpr const char* kFolders[] = {"/lib/" SLIPWAY_MULTIARCH,
                                    "/usr/lib/" SLIPWAY_MULTIARCH,
                                    "/lib64",
                                    "/usr/lib64",
                                    "/lib",
                                    "/usr/lib"};

Error CannotLoad(const std::string& path, const std::string& why) {
  return Error("cannot load", path, why);
}

// The path of the library in the system's folders; empty: it is in none.
std::string FindInSystem(const std::string& library) {
  for (const char* folder : kFolders) {
    std::string path = std::string(folder) + "/" + library;
    if (access(path.c_str(), F_OK) == 0) return path;
  }
  return {};
}

std::string FoldersInWords() {
  std::string words;
  for (const char* folder : kFolders) words.append(words.empty() ? "" : ", ").append(folder);
  return words;
}

class Admission {
 public:
  explicit Admission(sys::TrustedPaths* trusted) : trusted_(trusted) {}

  Status Admit(const Dynamic& dynamic, const std::string& path) {
    if (dynamic.stray != nullptr) {
      const bool folders = std::string_view(dynamic.stray).ends_with("PATH");
      return CannotLoad(
          path, folders ? "it says where its libraries are, " + std::string(dynamic.stray) +
                              ", and nobody checks what is there; link it without -rpath, or "
                              "remove that: patchelf --remove-rpath"
                        : "it has another file loaded by its " + std::string(dynamic.stray) +
                              ", and nobody checks that; link it without");
    }
    for (const std::string& library : dynamic.needed) RETURN_IF_ERROR(AdmitOne(library, path));
    return Ok();
  }

 private:
  // path: of what needs it.
  Status AdmitOne(const std::string& library, const std::string& path) {
    if (IsOfTheLanguage(library)) return Ok();
    // '$' would be expanded; a name with '/' is not looked for.
    if (library.find_first_of("/$") != std::string::npos) {
      return CannotLoad(path, "it needs " + library +
                                  ", and names it by a path; link it with a library that has a "
                                  "name of its own (-soname), or statically");
    }
    if (trusted_ == nullptr || !seen_.insert(library).second) return Ok();
    const std::string found = FindInSystem(library);
    if (found.empty()) {
      return CannotLoad(path,
                        "it needs " + library +
                            ", which is not among the system's libraries; install it, or link "
                            "it statically; looked in " +
                            FoldersInWords());
    }
    Status loaded = Load(library, found);
    if (!loaded.ok()) {
      const std::string hint = loaded.error()->hint;
      loaded.error().Hint(hint + (hint.empty() ? "" : "; ") + "needed by " + path);
    }
    return loaded;
  }

  Status Load(const std::string& library, const std::string& found) {
    ASSIGN_OR_RETURN(const std::string path, trusted_->Resolve(found));
    ASSIGN_OR_RETURN(const OpenedFile file, OpenFile(path, O_NOFOLLOW));
    RETURN_IF_ERROR(trusted_->Judge(path, file.facts));
    ASSIGN_OR_RETURN(const Dynamic dynamic, ReadDynamic(ReaderOf(file.fd, path), path));
    // The dynamic loader would not know it again, and look for another.
    if (dynamic.own_name != library) {
      return CannotLoad(path, "its own name is \"" + dynamic.own_name + "\", not " + library);
    }
    RETURN_IF_ERROR(Admit(dynamic, path));
    auto opened = OpenLibrary(path, path);
    return opened.ok() ? Ok() : std::move(opened).status();
  }

  sys::TrustedPaths* trusted_;
  std::set<std::string> seen_;
};

}  // namespace

bool IsOfTheLanguage(std::string_view library) {
  if (library.find('/') != std::string_view::npos) return false;
  // The dynamic loader itself: ld-linux-x86-64.so.2, ld-linux-aarch64.so.1.
  if (library.starts_with("ld-linux") && library.find(".so") != std::string_view::npos) return true;
  return std::find(std::begin(kOfTheLanguage), std::end(kOfTheLanguage), library) !=
         std::end(kOfTheLanguage);
}

Status AdmitNeeds(const Dynamic& dynamic, const std::string& path, sys::TrustedPaths* trusted) {
  return Admission(trusted).Admit(dynamic, path);
}

}  // namespace slipway::loader
