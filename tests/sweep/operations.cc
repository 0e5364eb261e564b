#include "tests/sweep/operations.h"

namespace slipway::testing {
namespace {

using Words = std::vector<std::string>;
using Roles = std::vector<Role>;

// A child that becomes an init, and the command below it.
const Roles kAll = {Role::kHost, Role::kChild, Role::kCommand, Role::kInit};
const Roles kOfRun = {Role::kHost, Role::kChild, Role::kCommand, Role::kInit, Role::kHelper};
const Roles kBackground = {Role::kHost, Role::kMonitor, Role::kChild, Role::kCommand, Role::kInit};
const Words kEach = {"Service", "OwnUsers"};
const Words kEachUser = {"Service", "OwnUsers", "PlainUser"};
const Words kEachMade = {"Service", "OwnUsers", "PlainUser", "Member"};

Words Build(const Words& verb) {
  const Words rest = {"--root", "STATE", "--config", "CONFIG",  "--plugin-dir", "PLUGINS",
                      "--name", "ID",    "--",       "/bin/sh", "-c",           "SCRIPT"};
  Words words = verb;
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

}  // namespace

const std::vector<Operation>& Operations() {
  static const std::vector<Operation> operations = {
      {.name = "",
       .words = Build({}),
       .fate = Fate::kEnds,
       .roles = kOfRun,
       .out = "ran\n",
       .pipelines = {},
       .testbed = true},
      // What makes a container that stays.
      {.name = "Create",
       .words = Build({"create"}),
       .fate = Fate::kIsMade,
       .roles = {Role::kHost, Role::kChild, Role::kInit},
       .out = "ID\n",
       .pipelines = kEachMade},
      {.name = "Start",
       .words = {"start", "--root", "STATE", "ID"},
       .before = Before::kCreated,
       .pipelines = kEachUser},
      {.name = "Waiting",
       .words = {"start", "--root", "STATE", "ID"},
       .before = Before::kCreated,
       .fate = Fate::kIsEnded,
       .roles = {Role::kInit, Role::kCommand},
       .births = {Role::kCommand},
       .pipelines = kEach},
      {.name = "Detach",
       .words = Build({"run", "--detach", "--log", "LOG"}),
       .fate = Fate::kIsMade,
       .roles = kBackground,
       .out = "ID\n",
       .births = {Role::kMonitor, Role::kChild, Role::kCommand},
       .pipelines = kEach},
      // What looks at one, changes or joins it.
      {.name = "List",
       .words = {"list", "--root", "STATE"},
       .before = Before::kDetached,
       .out = "*",
       .again = true},
      {.name = "Logs",
       .words = {"logs", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .out = "said\n",
       .again = true},
      {.name = "Ps",
       .words = {"ps", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .out = "*",
       .again = true},
      {.name = "Stats",
       .words = {"stats", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .out = "*",
       .again = true},
      {.name = "Exec",
       .words = {"exec", "--root", "STATE", "ID", "/bin/echo", "ran"},
       .before = Before::kDetached,
       .roles = kAll,
       .out = "ran\n",
       .again = true,
       .pipelines = kEachUser},
      {.name = "ExecAlone",
       .words = {"exec", "--root", "STATE", "ID", "/bin/echo", "ran"},
       .before = Before::kStarted,
       .out = "ran\n",
       .again = true},
      {.name = "Update",
       .words = {"update", "--root", "STATE", "--set", "cgroup.pids.max=30", "ID"},
       .before = Before::kDetached,
       .again = true,
       .testbed = true},
      {.name = "Pause",
       .words = {"pause", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .again = true,
       .testbed = true},
      {.name = "PauseAlone",
       .words = {"pause", "--root", "STATE", "ID"},
       .before = Before::kStarted,
       .again = true},
      {.name = "Resume",
       .words = {"resume", "--root", "STATE", "ID"},
       .before = Before::kPaused,
       .again = true,
       .testbed = true},
      // What ends one.
      {.name = "Kill",
       .words = {"kill", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .fate = Fate::kIsEnded},
      {.name = "KillAll",
       .words = {"kill", "--root", "STATE", "--all", "ID", "KILL"},
       .before = Before::kPaused,
       .fate = Fate::kIsEnded,
       .testbed = true},
      {.name = "Stop",
       .words = {"stop", "--root", "STATE", "ID"},
       .before = Before::kDetached,
       .fate = Fate::kIsEnded},
      {.name = "StopAlone",
       .words = {"stop", "--root", "STATE", "ID"},
       .before = Before::kStarted,
       .fate = Fate::kIsEnded},
      {.name = "DeleteCreated",
       .words = {"delete", "--root", "STATE", "ID"},
       .before = Before::kCreated,
       .fate = Fate::kIsEnded},
      {.name = "DeleteEnded",
       .words = {"delete", "--root", "STATE", "ID"},
       .before = Before::kEnded,
       .fate = Fate::kEnds},
      {.name = "DeleteForce",
       .words = {"delete", "--root", "STATE", "--force", "ID"},
       .before = Before::kDetached,
       .fate = Fate::kIsEnded,
       .testbed = true},
      {.name = "Gc",
       .words = {"gc", "--root", "STATE"},
       .before = Before::kDead,
       .fate = Fate::kEnds,
       .out = "*"},
  };
  return operations;
}

}  // namespace slipway::testing
