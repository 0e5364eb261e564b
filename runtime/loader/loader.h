// The room that turns the name of a stage into a checked stage, and the only one that names
// Boost.DLL.
//
// A plugin is found by name (find.h), its file is trusted (trust.h) and is the one that the
// config pins (digest.h), it was built for this runtime's ABI (note.h), and it needs no library but
// the system's (needs.h); only then is it loaded, which runs its code for the first time; the stage
// is in it, and is one that this runtime understands (descriptor.h); only then is it handed out.

#ifndef SLIPWAY_RUNTIME_LOADER_LOADER_H_
#define SLIPWAY_RUNTIME_LOADER_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/loader/find.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/trust.h"

namespace slipway::loader {

struct Request {
  std::string name;         // the stage, as it stands in the pipeline
  std::string path = {};    // the file, if it is known; no place is searched then
  std::string sha256 = {};  // of the file, 64 hexadecimal digits, if the config pins it
  // To undo what a build of it has done: the version of the records that it left, and its digest,
  // as an Origin has it, for the error.
  std::optional<uint32_t> record_version = {};
  std::string digest = {};

  bool operator==(const Request&) const = default;
};

// Where a stage came from.
struct Origin {
  std::string path;    // of the file that was loaded; absolute
  std::string digest;  // see digest.h
};

// For a plugin that is named by its file, lib<name>_stage.so, as in `runtime describe`.
Result<Request> RequestForFile(const std::string& path);

// What a user says of folders. Relative ones begin in the folder that the process is in.
struct Folders {
  std::vector<std::string> plugin_dirs = {};  // searched first, in order
  std::vector<std::string> trusted = {};      // whatever lies below is trusted, see trust.h

  bool operator==(const Folders&) const = default;
};

class Loader {
 public:
  explicit Loader(const Folders& folders);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // The stage, loaded and checked; it stays so to the end of the process. The same request
  // again gives the same stage.
  Result<const slipway_stage*> Load(const Request& request);

  // Has Load been given the file before, if under another name? Then it runs no code of it any
  // more.
  bool HasFileOf(const Request& request) const;

  // Of a stage that this Loader has loaded.
  Result<Origin> OriginOf(const slipway_stage* stage) const;

  // The absolute path of the file that a stage of this Loader was loaded from.
  Result<std::string> PathOf(const slipway_stage* stage) const;

  // May a config of this path say what a privileged process does? It is judged as a plugin is; any
  // other process may read what it likes. facts: of the file that was read.
  Status CheckConfig(const std::string& path, const struct stat& facts);

  // The path of the running binary, beside which stages are looked for; empty: not known.
  const std::string& executable() const { return executable_; }

  // The names of all stages in the places that Load searches, for people to read. Loads nothing.
  std::vector<std::string> Available() const { return StageNames(places_); }

 private:
  struct Plugin;

  Loader(const Folders& folders, const std::string& executable);

  // Is it asked whom its file belongs to? Of a plugin that a journal names, for every user:
  // `runtime gc` would load it unasked. But not of the one that this runtime would find by the name
  // anyway.
  bool IsJudged(const Request& request) const;

  // The file in the first place that has one for the name.
  Result<Found> FindFor(const Request& request) const;

  Result<std::unique_ptr<Plugin>> LoadFound(const Request& request, const Found& found);

  // A plugin of the same file, if that is loaded and needs no other judgment under this name.
  const Plugin* KnownFile(const Request& request, const Found& found) const;

  // Checks, loads and checks again; all that Load does once it knows the path.
  // facts: what lstat(2) says of it, if that is known.
  Result<std::unique_ptr<Plugin>> LoadFile(const Request& request, std::string path,
                                           const struct stat* facts);
  // The stage of a library that is loaded, which may have many.
  static Result<std::unique_ptr<Plugin>> FromLibrary(const slipway_plugin& library,
                                                     const Request& request,
                                                     const std::string& path, bool judged);
  // Of the one that this one is of.
  static Result<std::unique_ptr<Plugin>> FromKnown(const Plugin& known, const Request& request,
                                                   const std::string& path, bool judged);

  std::vector<Place> places_;
  std::string executable_;
  bool privileged_;
  sys::TrustedPaths trusted_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
};

}  // namespace slipway::loader

#endif  // SLIPWAY_RUNTIME_LOADER_LOADER_H_
