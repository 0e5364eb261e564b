#include "runtime/loader/loader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/loader/descriptor.h"
#include "runtime/loader/digest.h"
#include "runtime/loader/elf.h"
#include "runtime/loader/file.h"
#include "runtime/loader/library.h"
#include "runtime/loader/needs.h"
#include "runtime/loader/note.h"
#include "runtime/sys/file.h"
#include "runtime/sys/own_program.h"
#include "runtime/sys/process.h"
#include "runtime/sys/sealed.h"

namespace slipway::loader {

struct Loader::Plugin {
  Request request;
  std::string path;
  std::string loaded;   // the path that the dynamic loader was given
  bool judged = false;  // its path is that of a trusted file
  dev_t device = 0;     // of the file that was loaded
  ino_t inode = 0;
  const slipway_plugin* library = nullptr;
  const slipway_stage* stage = nullptr;

  bool pinned() const { return !request.sha256.empty(); }
  bool IsFile(const struct stat& facts) const {
    return device == facts.st_dev && inode == facts.st_ino;
  }
};

namespace {

// A file that is asked for by its path: it must be there, and no other takes its place.
Status CheckNamed(const std::string& path, const char* why) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Error(errno, "find the plugin", path, why);
  if (!S_ISREG(facts.st_mode)) return Error("not a regular file", path, why);
  return Ok();
}

// Puts in the place of `file` a copy of it that nobody can change any more, once its bytes are
// those that are asked for: whoever owns the file could exchange it, or write to it, after they
// were looked at. Returns the copy's path.
Result<std::string> Seal(const Request& request, const std::string& path, sys::Fd& file) {
  ASSIGN_OR_RETURN(const std::string bytes, sys::ReadFile(file, path));
  if (!request.sha256.empty()) RETURN_IF_ERROR(CheckDigest(bytes, path, request.sha256));
  ASSIGN_OR_RETURN(file, sys::SealedCopy(request.name, bytes));
  return "/proc/self/fd/" + std::to_string(file.get());
}

// Without symlinks. What is not there holds nothing to trust.
std::vector<std::string> RealPaths(const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (const std::string& folder : folders) {
    const std::unique_ptr<char, decltype(&free)> path(realpath(folder.c_str(), nullptr), free);
    if (path != nullptr) paths.emplace_back(path.get());
  }
  return paths;
}

// Does this build of the stage know the records that another one has left?
Status CheckRecords(const slipway_stage& stage, const Request& request, const std::string& path) {
  const uint32_t oldest = stage.oldest_record_version;
  const uint32_t newest = stage.record_version;
  if (*request.record_version >= oldest && *request.record_version <= newest) return Ok();
  const auto bytes = sys::ReadFile(path);
  return Error("does not know the undo records of the build that made the container", path,
               "they are of version " + std::to_string(*request.record_version) +
                   ", and it knows " + std::to_string(oldest) + " to " + std::to_string(newest) +
                   "; it is " + (bytes.ok() ? DigestOfBytes(*bytes) : "another") + ", and was " +
                   request.digest + "; name a folder that has the old one with --plugin-dir");
}

// Without the build tree's folder where there is none: each stage would be looked for in it.
std::vector<Place> PlacesThere(const std::vector<std::string>& plugin_dirs,
                               const std::string& executable) {
  std::vector<Place> places = Places(plugin_dirs, executable);
  std::erase_if(places, [](const Place& place) {
    struct stat facts {};
    return place.folder_per_stage && stat(place.folder.c_str(), &facts) != 0 && errno == ENOENT;
  });
  // Most stages of a pipeline are in the first that is there; to look for each by its whole path
  // would take three times as long.
  for (Place& place : places) {
    sys::Fd folder(open(place.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) continue;
    place.opened = std::make_shared<const sys::Fd>(std::move(folder));
    break;
  }
  return places;
}

constexpr const char* kPinned = "pinned in the config";
constexpr const char* kKnown =
    "it built the container; name a folder that has it with --plugin-dir";

}  // namespace

Loader::Loader(const Folders& folders) : Loader(folders, sys::ThisProgram().path) {}

Loader::Loader(const Folders& folders, const std::string& executable)
    : places_(PlacesThere(folders.plugin_dirs, executable)),
      executable_(executable),
      privileged_(sys::IsPrivileged()),
      trusted_(sys::InvokerOfThisProcess(), RealPaths(folders.trusted), "--trust") {}

Loader::~Loader() = default;

Result<const slipway_stage*> Loader::Load(const Request& request) {
  RETURN_IF_ERROR(CheckName(places_, request.name));
  for (const auto& plugin : plugins_) {
    if (plugin->request == request) return plugin->stage;
  }
  std::optional<Found> found;
  if (request.path.empty()) {
    ASSIGN_OR_RETURN(found, FindFor(request));
  }
  auto plugin =
      found ? LoadFound(request, *found) : LoadFile(request, request.path, /*facts=*/nullptr);
  if (!plugin.ok()) {
    plugin.error().In(request.name, "load");
    return std::move(plugin).status();
  }
  plugins_.push_back(std::move(plugin).value());
  return plugins_.back()->stage;
}

Result<Found> Loader::FindFor(const Request& request) const {
  auto found = Find(places_, request.name);
  if (!found.ok() && executable_.empty()) {
    const std::string hint = found.error()->hint;
    found.error().Hint(hint + "; not beside the runtime, whose own path cannot be found out");
  }
  return found;
}

Result<std::unique_ptr<Loader::Plugin>> Loader::LoadFound(const Request& request,
                                                          const Found& found) {
  // A pack has a link for each of its stages.
  if (const Plugin* known = KnownFile(request, found)) {
    return FromKnown(*known, request, privileged_ ? known->path : found.path, privileged_);
  }
  return LoadFile(request, found.path, &found.facts);
}

const Loader::Plugin* Loader::KnownFile(const Request& request, const Found& found) const {
  // A pinned one is loaded from a copy of its own.
  if (!request.sha256.empty()) return nullptr;
  for (const auto& known : plugins_) {
    if (known->pinned() || !known->IsFile(found.target)) continue;
    if (!privileged_ || (known->judged && trusted_.Admits(found.path, found.facts))) {
      return known.get();
    }
  }
  return nullptr;
}

bool Loader::HasFileOf(const Request& request) const {
  for (const auto& plugin : plugins_) {
    if (plugin->request == request) return true;
  }
  // A pinned one is loaded from a copy of its own.
  if (!request.sha256.empty()) return false;
  struct stat wanted {};
  if (request.path.empty()) {
    const auto found = Find(places_, request.name);
    if (!found.ok()) return false;
    wanted = found->target;
  } else if (stat(request.path.c_str(), &wanted) != 0) {
    return false;
  }
  return std::any_of(plugins_.begin(), plugins_.end(), [&](const auto& plugin) {
    return !plugin->pinned() && plugin->IsFile(wanted);
  });
}

Status Loader::CheckConfig(const std::string& path, const struct stat& facts) {
  return privileged_ ? trusted_.JudgeOpened(path, facts) : Ok();
}

bool Loader::IsJudged(const Request& request) const {
  if (privileged_) return true;
  if (request.path.empty() || !request.record_version) return false;
  const auto own = Find(places_, request.name);
  return !own.ok() || own->path != request.path;
}

Result<std::unique_ptr<Loader::Plugin>> Loader::LoadFile(const Request& request, std::string path,
                                                         const struct stat* facts) {
  const bool pinned = !request.sha256.empty();
  if (!request.path.empty()) {
    for (const auto& known : plugins_) {
      if (pinned || known->pinned() || !known->judged || known->request.path != path) continue;
      return FromKnown(*known, request, known->path, /*judged=*/true);
    }
    RETURN_IF_ERROR(CheckNamed(path, request.record_version ? kKnown : kPinned));
  }
  sys::TrustedPaths* const judge = IsJudged(request) ? &trusted_ : nullptr;
  if (judge != nullptr) {
    ASSIGN_OR_RETURN(path, judge->Resolve(path, facts));
  }
  for (const auto& known : plugins_) {
    if (pinned || known->pinned() || known->path != path) continue;
    return FromKnown(*known, request, path, judge != nullptr);
  }
  ASSIGN_OR_RETURN(OpenedFile file, OpenFile(path, judge != nullptr ? O_NOFOLLOW : 0));
  if (judge != nullptr) RETURN_IF_ERROR(judge->Judge(path, file.facts));
  std::string loaded = path;
  if (pinned) {
    ASSIGN_OR_RETURN(loaded, Seal(request, path, file.fd));
  }
  RETURN_IF_ERROR(CheckNote(file.fd, path));
  ASSIGN_OR_RETURN(const Dynamic dynamic, ReadDynamic(ReaderOf(file.fd, path), path));
  RETURN_IF_ERROR(AdmitNeeds(dynamic, path, judge));
  // The dynamic loader knows libraries by their paths: no other may get that of a copy.
  if (loaded != path) file.fd.Release();
  // It opens the file once more, and there may be few descriptors.
  file.fd.Close();
  ASSIGN_OR_RETURN(auto* library, OpenLibrary(loaded, path));
  try {
    auto plugin = FromLibrary(library->get<const slipway_plugin>(SLIPWAY_PLUGIN_SYMBOL), request,
                              path, judge != nullptr);
    if (!plugin.ok()) return plugin;
    (*plugin)->loaded = loaded;
    (*plugin)->device = file.facts.st_dev;
    (*plugin)->inode = file.facts.st_ino;
    return plugin;
  } catch (const std::system_error&) {
    return Error("no symbol", SLIPWAY_PLUGIN_SYMBOL,
                 "each plugin exports it, see SLIPWAY_STAGE; file: " + path);
  }
}

Result<std::unique_ptr<Loader::Plugin>> Loader::FromKnown(const Plugin& known,
                                                          const Request& request,
                                                          const std::string& path, bool judged) {
  auto plugin = FromLibrary(*known.library, request, path, judged);
  if (!plugin.ok()) return plugin;
  (*plugin)->device = known.device;
  (*plugin)->inode = known.inode;
  return plugin;
}

Result<std::unique_ptr<Loader::Plugin>> Loader::FromLibrary(const slipway_plugin& library,
                                                            const Request& request,
                                                            const std::string& path, bool judged) {
  auto plugin = std::make_unique<Plugin>();
  plugin->request = request;
  plugin->path = path;
  plugin->loaded = path;
  plugin->library = &library;
  plugin->judged = judged;
  ASSIGN_OR_RETURN(plugin->stage, FindStage(library, request.name, path));
  if (request.record_version) RETURN_IF_ERROR(CheckRecords(*plugin->stage, request, path));
  return plugin;
}

Result<std::string> Loader::PathOf(const slipway_stage* stage) const {
  for (const auto& plugin : plugins_) {
    if (plugin->stage == stage) return sys::Absolute(plugin->path);
  }
  return Error("not a stage of this loader");
}

Result<Origin> Loader::OriginOf(const slipway_stage* stage) const {
  for (const auto& plugin : plugins_) {
    if (plugin->stage != stage) continue;
    Origin origin;
    ASSIGN_OR_RETURN(origin.path, sys::Absolute(plugin->path));
    ASSIGN_OR_RETURN(origin.digest, DigestOfLoaded(stage, plugin->loaded));
    return origin;
  }
  return Error("not a stage of this loader");
}

Result<Request> RequestForFile(const std::string& path) {
  const std::optional<std::string> name = NameOf(path.substr(path.rfind('/') + 1));
  if (name) return Request{.name = *name, .path = path};
  return Error("not the file of a stage's plugin", path, "such a file is lib<name>_stage.so");
}

}  // namespace slipway::loader
