#include "runtime/loader/loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/dll/shared_library.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "runtime/loader/descriptor.h"
#include "runtime/loader/digest.h"
#include "runtime/loader/note.h"
#include "runtime/sys/file.h"
#include "runtime/sys/process.h"

namespace slipway::loader {

namespace dll = boost::dll;

struct Loader::Plugin {
  Request request;
  std::string path;
  const slipway_plugin* library = nullptr;
  const slipway_stage* stage = nullptr;
};

namespace {

// Of an ELF file, elf(5); none for what is no ELF file.
std::optional<Elf64_Ehdr> HeaderOf(const std::string& path) {
  auto file = sys::Open(path, O_RDONLY);
  Elf64_Ehdr header;
  if (!file.ok() || read(file->get(), &header, sizeof(header)) != sizeof(header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return std::nullopt;
  }
  return header;
}

// dlopen(3) keeps mmap(2)'s errno to itself.
const char* WhyNotMapped(const std::string& path) {
  struct statvfs filesystem {};
  if (statvfs(path.c_str(), &filesystem) == 0 && (filesystem.f_flag & ST_NOEXEC)) {
    return ": its filesystem is mounted noexec";
  }
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    struct rlimit limit {};
    if (getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
      return ": a memory limit may be too small: ulimit -v, ulimit -d";
    }
  }
  return "";
}

// Why the last dlopen(3) failed.
Error CannotLoad(const std::string& path) {
  const char* text = dlerror();
  std::string reason = text ? text : "the dynamic loader gives no reason";
  // The error names the path anyway.
  if (reason.starts_with(path + ": ")) reason.erase(0, path.size() + 2);
  if (reason.find("failed to map segment") != std::string::npos) reason += WhyNotMapped(path);
  // Of a file for another processor dlopen(3) says that it does not exist.
  const auto header = HeaderOf(path);
  const auto own = HeaderOf("/proc/self/exe");
  if (header && own && header->e_machine != own->e_machine) {
    reason = "built for machine " + std::to_string(header->e_machine) +
             " of elf.h, this is machine " + std::to_string(own->e_machine);
  }
  return Error("cannot load", path, reason);
}

// A plugin stays loaded to the end of the process: to unload six takes longer than the kernel takes
// to end the process, and their code may be on a stack.
dll::shared_library& Keep(dll::shared_library library) {
  static auto& kept = *new std::deque<dll::shared_library>;
  return kept.emplace_back(std::move(library));
}

Result<dll::shared_library*> Open(const std::string& path) {
  // dlopen(3) would expand $ORIGIN, $LIB and $PLATFORM, and load another file than the one that
  // was checked; ld.so(8), "Dynamic string tokens".
  if (path.find('$') != std::string::npos) {
    return Error("cannot load", path, "the dynamic loader gives '$' in a path a meaning");
  }
  std::error_code error;
  dll::shared_library library;
  library.load(path, error, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (error) return CannotLoad(path);
  return &Keep(std::move(library));
}

// A file that is asked for by its path: it must be there, and no other takes its place.
Status CheckNamed(const std::string& path, const char* why) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return Error(errno, "find the plugin", path, why);
  if (!S_ISREG(facts.st_mode)) return Error("not a regular file", path, why);
  return Ok();
}

// Does this build of the stage know the records that another one has left?
Status CheckRecords(const slipway_stage& stage, const Request& request, const std::string& path) {
  const uint32_t oldest = stage.oldest_record_version;
  const uint32_t newest = stage.record_version;
  if (*request.record_version >= oldest && *request.record_version <= newest) return Ok();
  const auto digest = DigestOfFile(path);
  return Error("does not know the undo records of the build that made the container", path,
               "they are of version " + std::to_string(*request.record_version) +
                   ", and it knows " + std::to_string(oldest) + " to " + std::to_string(newest) +
                   "; it is " + (digest.ok() ? *digest : "another") + ", and was " +
                   request.digest + "; name a folder that has the old one with --plugin-dir");
}

constexpr const char* kPinned = "pinned in the config";
constexpr const char* kKnown =
    "it built the container; name a folder that has it with --plugin-dir";

}  // namespace

Loader::Loader(const std::vector<std::string>& plugin_dirs)
    : Loader(plugin_dirs, sys::ExecutablePath()) {}

Loader::Loader(const std::vector<std::string>& plugin_dirs, const std::string& executable)
    : places_(Places(plugin_dirs, executable)),
      executable_(executable),
      privileged_(sys::IsPrivileged()),
      trusted_(InvokerOfThisProcess()) {}

Loader::~Loader() = default;

Result<const slipway_stage*> Loader::Load(const Request& request) {
  RETURN_IF_ERROR(CheckName(places_, request.name));
  for (const auto& plugin : plugins_) {
    if (plugin->request == request) return plugin->stage;
  }
  std::string path = request.path;
  std::optional<struct stat> facts;
  if (path.empty()) {
    auto found = Find(places_, request.name);
    if (!found.ok() && executable_.empty()) {
      const std::string hint = found.error()->hint;
      found.error().Hint(hint + "; not beside the runtime: /proc/self/exe cannot be read");
    }
    if (!found.ok()) return std::move(found).status();
    path = std::move(found->path);
    facts = found->facts;
  }
  auto plugin = LoadFile(request, path, facts ? &*facts : nullptr);
  if (!plugin.ok()) {
    plugin.error().In(request.name, "load");
    return std::move(plugin).status();
  }
  plugins_.push_back(std::move(plugin).value());
  return plugins_.back()->stage;
}

Result<std::unique_ptr<Loader::Plugin>> Loader::LoadFile(const Request& request, std::string path,
                                                         const struct stat* facts) {
  if (!request.path.empty()) {
    RETURN_IF_ERROR(CheckNamed(path, request.record_version ? kKnown : kPinned));
  }
  if (privileged_) {
    ASSIGN_OR_RETURN(path, trusted_.Resolve(path, facts));
  }
  if (!request.sha256.empty()) RETURN_IF_ERROR(CheckDigest(path, request.sha256));
  auto plugin = std::make_unique<Plugin>();
  plugin->request = request;
  plugin->path = path;
  ASSIGN_OR_RETURN(plugin->library, Library(path));
  ASSIGN_OR_RETURN(plugin->stage, FindStage(*plugin->library, request.name, path));
  if (request.record_version) RETURN_IF_ERROR(CheckRecords(*plugin->stage, request, path));
  return plugin;
}

Result<const slipway_plugin*> Loader::Library(const std::string& path) const {
  for (const auto& plugin : plugins_) {
    if (plugin->path == path) return plugin->library;
  }
  {
    ASSIGN_OR_RETURN(const sys::Fd file, sys::Open(path, O_RDONLY));
    RETURN_IF_ERROR(CheckNote(file, path));
  }
  ASSIGN_OR_RETURN(const dll::shared_library* library, Open(path));
  try {
    return &library->get<const slipway_plugin>(SLIPWAY_PLUGIN_SYMBOL);
  } catch (const std::system_error&) {
    return Error("no symbol", SLIPWAY_PLUGIN_SYMBOL,
                 "each plugin exports it, see SLIPWAY_STAGE; file: " + path);
  }
}

Result<std::string> Loader::PathOf(const slipway_stage* stage) const {
  for (const auto& plugin : plugins_) {
    if (plugin->stage == stage) return sys::Absolute(plugin->path);
  }
  return Error("not a stage of this loader");
}

Result<Origin> Loader::OriginOf(const slipway_stage* stage) const {
  Origin origin;
  ASSIGN_OR_RETURN(origin.path, PathOf(stage));
  ASSIGN_OR_RETURN(origin.digest, DigestOfLoaded(stage, origin.path));
  return origin;
}

Result<Request> RequestForFile(const std::string& path) {
  const std::optional<std::string> name = NameOf(path.substr(path.rfind('/') + 1));
  if (name) return Request{.name = *name, .path = path};
  return Error("not the file of a stage's plugin", path, "such a file is lib<name>_stage.so");
}

}  // namespace slipway::loader
