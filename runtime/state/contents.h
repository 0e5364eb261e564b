// What a journal says: its lines and what they mean.
//
//   slipway-journal 3
//   container WHEN OUTLIVES STAGES ID   nanoseconds since 1970; 1 or 0; a count
//   boot ID                             of the kernel's boot; a pid means nothing in another
//   config PATH
//   extends PATHS                       of the configs that it extends; none: no line
//   command TEXT                        of CommandText; older journals have none
//   cwd PATH                            of its command; empty: nobody has set it
//   environment VARIABLES               that somebody has set, with NUL between them
//   annotations TEXTS                   NAME=value, likewise; none: no line
//   stop-signal NUMBER                  what asks its command to end; TERM: no line
//   kept LOG                            of a container that stays until `runtime delete`: the file
//                                       that its output goes to, or nothing
//   stage NAME VERSION DIGEST PATH      for each stage, in pipeline order; VERSION: of its records
//   options VALUES                      followed by its options
//   started                             and by this, where it wants to know that the command runs
//   child PID UNIQUE START              the first process, once it is cloned; the last one counts
//   record STAGE BYTES                  an undo record; STAGE is a position in the pipeline
//   state STAGE BYTES                   what a stage keeps for later; the last one counts
//   status WORD                         created, running, paused; creating before the first one
//   changed STAGE VALUES                options of a stage, changed while the container ran
//   ids FIRST COUNT                     to which its user namespace maps
//   ended STATUS [timeout]              of a kept one: the exit status of a runtime for it; and
//                                       whether its time was up
//   undone                              of a kept one: no record counts any more
//
// Those up to `options` are written in one go, before any side effect. A journal of version 2 is
// read too: it has none from `state` on, and no cwd, environment, annotations, stop-signal and
// kept.

#ifndef SLIPWAY_RUNTIME_STATE_CONTENTS_H_
#define SLIPWAY_RUNTIME_STATE_CONTENTS_H_

#include <signal.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/result.h"
#include "runtime/sys/ids.h"
#include "runtime/sys/process.h"

namespace slipway::state {

struct SavedStage {
  std::string name;
  uint32_t record_version = 0;  // of the records that it leaves
  std::string digest;        // of the plugin, as the loader words it; without a blank: for people
  std::string path;          // of the plugin
  std::string options;       // of FormatValues
  bool has_started = false;  // wants to know that the command runs
};

// What is known of a container before it is made.
struct Facts {
  std::string id;
  std::string config;                         // path, as absolute as it could be made
  std::vector<std::string> extends = {};      // likewise, the nearest first
  std::string command = {};                   // of CommandText
  std::string cwd = {};                       // of the command; empty: nobody has set it
  std::vector<std::string> environment = {};  // of the command: NAME=VALUE, as somebody has set it
  std::vector<std::string> annotations = {};  // NAME=VALUE
  int stop_signal = SIGTERM;                  // what asks the command to end
  int64_t since = 0;                          // nanoseconds since 1970, CLOCK_REALTIME
  bool outlives_host = false;                 // the death of the host does not end it
  // It is there until somebody deletes it, also once it has ended. With outlives_host it has no
  // host at all once it has been created.
  bool kept = false;
  std::string log = {};  // of a kept one: the file that its output goes to; empty: none
  std::vector<SavedStage> stages;
};

// A range of user or group ids of this machine, which are the container's.
using sys::Ids;

enum class Phase {
  kCreating,
  kCreated,  // its first process waits for `runtime start`
  kRunning,
  kPaused,
  kStopped,  // somebody has seen its end, and written it down
};

// As `runtime list` says it.
const char* NameOf(Phase phase);

struct Entry {
  size_t stage;  // position in the pipeline
  std::string record;
};

struct Contents {
  Facts facts;
  std::string boot;                           // sys::BootId; empty where it was not asked for
  std::optional<sys::ProcessIdentity> child;  // of this boot, if `boot` is
  std::vector<Entry> entries;                 // the oldest first
  std::vector<std::string> states;            // one for each stage; empty: it keeps nothing
  std::vector<Ids> ids;                       // of its own user namespace
  Phase phase = Phase::kCreating;
  std::optional<int> exit_status;  // of one that has stopped
  bool timed_out = false;          // it was ended because its time was up
  // False: the host died while it wrote the facts, before any side effect.
  bool complete = false;
};

// As a shell reads it as one word: in single quotes where it needs them.
std::string ShellWord(const std::string& word);

// The command as people see it in a list: its words with blanks between them, in single quotes
// where a shell would want them; cut at 256 bytes.
std::string CommandText(const std::vector<std::string>& words);

// The lines of the facts.
std::string FormatFacts(const Facts& facts, std::string_view boot);
std::string FormatChild(const sys::ProcessIdentity& child);
std::string FormatEntry(size_t stage, std::string_view record);
std::string FormatState(size_t stage, std::string_view state);
// Not of kCreating and kStopped, which have no such line.
std::string FormatPhase(Phase phase);
std::string FormatIds(const Ids& ids);
std::string FormatEnded(int exit_status, bool timed_out = false);
std::string FormatUndone();
std::string FormatChanged(size_t stage, std::string_view options);

// Reads a journal. A last line without its newline is one whose writing was cut short, and counts
// as not written: the side effect that it would have covered has not happened. Any other line that
// makes no sense is an error that names it. `path` names the journal there.
Result<Contents> ParseContents(std::string_view text, const std::string& path);

}  // namespace slipway::state

#endif  // SLIPWAY_RUNTIME_STATE_CONTENTS_H_
