#include "runtime/commands/options.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "runtime/state/root.h"
#include "runtime/sys/file.h"

namespace slipway::commands {
namespace {

constexpr uint32_t kMaxTimeout = 86400;  // a day, in seconds

Status CheckEach(const std::vector<std::string>& folders, const char* takes) {
  for (const std::string& folder : folders) {
    auto fd = sys::Open(folder, O_PATH | O_DIRECTORY);
    if (fd.ok()) continue;
    Error& error = fd.error();
    const bool absent = error->errno_value == ENOENT || error->errno_value == ENOTDIR;
    return absent ? error.Hint(takes) : error;
  }
  return Ok();
}

// `option` with each of the folders, which the working folder does not matter to any more.
Status Append(std::vector<std::string>& words, const char* option,
              const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    ASSIGN_OR_RETURN(std::string absolute, sys::Absolute(folder));
    words.insert(words.end(), {option, std::move(absolute)});
  }
  return Ok();
}

}  // namespace

Result<std::string> StateFolder(const cli::Words& words) {
  if (!words.Has(kRoot.name)) return state::DefaultRootOfThisProcess();
  const std::string root = words.Text(kRoot.name);
  // `--root "$DIR"` with a variable that is not set must not mean the default.
  if (root.empty()) return Error("--root needs a value", {}, "write --root DIR");
  return sys::Absolute(root);
}

Result<std::chrono::seconds> HookTimeout(const cli::Words& words) {
  ASSIGN_OR_RETURN(const auto seconds, words.Number(kHookTimeout.name, 0, kMaxTimeout));
  return seconds ? std::chrono::seconds(*seconds) : kDefaultHookTimeout;
}

std::vector<std::string> ChoicesOf(const cli::Option& option) {
  std::vector<std::string> choices;
  std::string_view rest = option.value;
  while (!rest.empty()) {
    choices.emplace_back(rest.substr(0, rest.find(kChoice)));
    rest.remove_prefix(std::min(rest.size(), choices.back().size() + 1));
  }
  return choices;
}

Result<std::string> Format(const cli::Words& words, const cli::Option& format_option) {
  const std::vector<std::string> known = ChoicesOf(format_option);
  if (!words.Has(format_option.name)) return known.front();
  const std::string format = words.Text(format_option.name);
  if (std::find(known.begin(), known.end(), format) != known.end()) return format;
  std::string names;
  for (const std::string& name : known) names += (names.empty() ? "" : " or ") + name;
  return Error("--format: unknown format", format, "write " + names);
}

Status ExpectNoMore(const std::vector<std::string>& rest, size_t taken, const char* see_help) {
  if (rest.size() <= taken) return Ok();
  return Error("unexpected argument", rest[taken], std::string("see ") + see_help);
}

loader::Folders FoldersOf(const cli::Words& words) {
  return {.plugin_dirs = words.Texts(kPluginDir.name), .trusted = words.Texts(kTrust.name)};
}

Status CheckFolders(const cli::Words& words) {
  const loader::Folders folders = FoldersOf(words);
  RETURN_IF_ERROR(CheckEach(folders.plugin_dirs, "--plugin-dir takes a folder with plugins"));
  return CheckEach(folders.trusted, "--trust takes a folder");
}

Result<std::vector<std::string>> GcWords(const std::string& state_folder,
                                         std::chrono::seconds hook_timeout,
                                         const loader::Folders& folders) {
  std::vector<std::string> gc = {"gc", "--root", state_folder, "--hook-timeout",
                                 std::to_string(hook_timeout.count())};
  RETURN_IF_ERROR(Append(gc, "--plugin-dir", folders.plugin_dirs));
  RETURN_IF_ERROR(Append(gc, "--trust", folders.trusted));
  return gc;
}

}  // namespace slipway::commands
