// runtime logs: what a detached container has written.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>

#include "runtime/commands/log_file.h"
#include "runtime/commands/running.h"
#include "runtime/commands/verbs.h"
#include "runtime/state/living.h"
#include "runtime/state/root.h"
#include "runtime/state/survey.h"
#include "runtime/sys/file_watch.h"

namespace slipway::commands {
namespace {

constexpr size_t kAtOnce = 65536;

constexpr cli::Option kOptions[] = {
    {"follow", Kind::kFlag, "", "go on with what it writes, until it ends", 'f'},
    kRoot,
    kHelp,
};

// From where the file stands to its end.
Status CopyRest(const sys::Fd& file, const std::string& path) {
  char text[kAtOnce];
  while (true) {
    const ssize_t size = read(file.get(), text, sizeof(text));
    if (size == 0) return Ok();
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return Error(errno, "read", path);
    RETURN_IF_ERROR(cli::WriteOut({text, static_cast<size_t>(size)}));
  }
}

Result<cli::Report> Logs(Given given) {
  const cli::Words& words = given.words;
  ASSIGN_OR_RETURN(const std::string id, OnlyId(words, "logs"));
  ASSIGN_OR_RETURN(const std::string folder, StateFolder(words));
  ASSIGN_OR_RETURN(const state::Root root, state::Root::Open(folder));
  ASSIGN_OR_RETURN(const std::optional<state::Seen> seen, state::Look(root, id));
  if (!seen) return state::NoSuchContainer(root, id);
  const std::string& path = seen->contents.facts.log;
  if (path.empty()) {
    return Error("the container has no log:", id, "runtime run --detach --log FILE keeps one");
  }
  ASSIGN_OR_RETURN(const sys::Fd file, OpenLog(path));
  if (words.Has("follow") && seen->child.valid()) {
    ASSIGN_OR_RETURN(const sys::FileWatch watch, sys::FileWatch::Of(file));
    for (bool ended = false; !ended;) {
      RETURN_IF_ERROR(CopyRest(file, path));
      RETURN_IF_ERROR(watch.Await(seen->child));
      ASSIGN_OR_RETURN(ended, sys::AwaitExit(seen->child, std::chrono::milliseconds(0)));
    }
  }
  RETURN_IF_ERROR(CopyRest(file, path));
  return cli::Report{};
}

}  // namespace

constexpr Command kLogsCommand = {
    .name = "logs",
    .synopsis = "[OPTIONS] ID",
    .summary = "print what a container in the background has written",
    .about =
        "Prints the file that runtime run --detach --log FILE was given, also after the "
        "container has ended, until runtime delete.\n"
        "\n"
        "  runtime logs web\n"
        "  runtime logs --follow web\n",
    .options = kOptions,
    .execute = Logs};

}  // namespace slipway::commands
