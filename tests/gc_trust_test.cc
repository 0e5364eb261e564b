// What a privileged `runtime gc` would take from others, it refuses: plugins that were exchanged or
// are not trusted, state folders and journals that are not the user's own.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"
#include "tests/left_behind.h"
#include "tests/public_copy.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kPlugin[] = "libbad_leaves_record_stage.so";
constexpr uid_t kNobody = 65534;

// A container that a copy of the plugin has built, which the test may spoil.
class Plugin : public LeftBehind {
 protected:
  void SetUp() override {
    LeftBehind::SetUp();
    fs::create_directory(test_.Path("stages"));
    chmod(test_.Path("stages").c_str(), 0755);
    Put(kPlugin);
    LeaveBehind(Config(), {"--plugin-dir", test_.Path("stages"), "--root", State()});
  }

  std::string File() const { return test_.Path("stages/") + kPlugin; }

  // The fixture `file` in the place of the plugin.
  void Put(const std::string& file) const {
    fs::remove(File());
    fs::copy_file(Runfile("tests/plugins/" + file), File());
    chmod(File().c_str(), 0755);
  }

  void ExpectUndoneWithTheOldOne() {
    ExpectOutput(Gc({"--plugin-dir", Runfile("tests/plugins")}), Undone());
    ExpectUndone();
  }

  // The id is not in a stage's own line.
  void ExpectKeptBecause(const RunResult& result, const std::string& begin,
                         const std::vector<std::string>& parts) const {
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.status, 125);
    EXPECT_EQ(result.err.find("runtime: bad-leaves-record: " + begin), 0u) << result.err;
    for (const std::string& part : parts) {
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " is not in " << result.err;
    }
    EXPECT_TRUE(result.err.ends_with("\nruntime: " + KeptLine() + "\n")) << result.err;
    ExpectKept();
  }
};

TEST_F(Plugin, OfAnotherBuildThatKnowsTheRecordsServes) {
  Put("libbad_leaves_record_wider_stage.so");
  ExpectOutput(Gc(), Undone());
  ExpectUndone();
}

TEST_F(Plugin, ThatDoesNotKnowTheRecordsIsRefusedAndTheOldOneStillServes) {
  Put("libbad_leaves_record_newer_stage.so");
  ExpectKeptBecause(
      Gc(),
      "does not know the undo records of the build that made the container \"" + File() + "\"",
      {"(they are of version 1, and it knows 2 to 2; it is build-id:", ", and was build-id:",
       "; name a folder that has the old one with --plugin-dir)"});
  ExpectUndoneWithTheOldOne();
}

TEST_F(Plugin, OfAnotherStageIsRefused) {
  Put("libbad_leaves_record_too_stage.so");
  ExpectKeptBecause(Gc(), "no such stage in the plugin \"bad-leaves-record\"",
                    {"(it has bad-leaves-record-too; file: " + File() + ")"});
}

TEST_F(Plugin, ThatIsNoPluginAnyMoreIsRefused) {
  test_.Write(std::string("stages/") + kPlugin, "not a plugin");
  ExpectKeptBecause(Gc(), "not a shared library \"" + File() + "\"", {"(no ELF file; "});
}

TEST_F(Plugin, ThatHasGoneIsLookedForInThePluginDir) {
  fs::remove(File());
  ExpectKeptBecause(Gc(), "cannot find the plugin \"" + File() + "\": No such file or directory",
                    {"(it built the container; name a folder that has it with --plugin-dir)"});
  ExpectUndoneWithTheOldOne();
}

TEST_F(Plugin, ThatOthersCanWriteToIsRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root: only a privileged host asks whom a file belongs to";
  chmod(File().c_str(), 0757);
  ExpectKeptBecause(Gc(), "not trusted \"" + File() + "\"", {"owned by uid 0, mode 0757"});
}

TEST_F(Plugin, OfSomebodyElseIsRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to give a file away";
  ASSERT_EQ(chown(File().c_str(), kNobody, kNobody), 0);
  ExpectKeptBecause(Gc(), "not trusted \"" + File() + "\"", {"owned by uid 65534"});
}

class StateFolder : public LeftBehind {
 protected:
  // run, list and gc refuse the folder.
  void ExpectNotTaken(const std::string& line) {
    ExpectRefusal(RunProgram(test_.Argv(Config(), {"/bin/true"}, Flags())), line);
    ExpectRefusal(List(), line);
    ExpectRefusal(Gc(), line);
  }

  std::string NotSafe() const {
    return "not a safe place for state \"" + State() + "\" (it must belong to uid " +
           std::to_string(geteuid()) +
           " and not be writable by group or others; choose another folder with --root)";
  }
};

TEST_F(StateFolder, OfSomebodyElseIsRefused) {
  if (!IsRoot()) GTEST_SKIP() << "needs root, to give a folder away";
  LeaveBehind();
  ASSERT_EQ(chown(State().c_str(), kNobody, kNobody), 0);
  ExpectNotTaken(NotSafe());
  ExpectKept();
}

TEST_F(StateFolder, ThatOthersCanWriteToIsRefused) {
  LeaveBehind();
  for (const mode_t mode : {0770, 0707, 01777}) {
    chmod(State().c_str(), mode);
    ExpectNotTaken(NotSafe());
  }
  ExpectKept();
}

TEST_F(StateFolder, ThatIsAFileIsRefused) {
  test_.Write("state", "");
  ExpectNotTaken("cannot open the state folder \"" + State() +
                 "\": Not a directory (choose another folder with --root)");
}

TEST_F(StateFolder, IsMadeForTheUserAloneWithTheFoldersAboveIt) {
  const Words flags = {"--plugin-dir", Runfile("tests/plugins"), "--root", test_.Path("x/y/z/")};
  EXPECT_EQ(test_.RunContainer(Config(), {"/bin/true"}, {}, flags).status, 0);
  struct stat facts {};
  ASSERT_EQ(stat(test_.Path("x/y/z").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & ALLPERMS, 0700u);
}

TEST_F(StateFolder, ThatIsNotThereIsEmpty) {
  ExpectOutput(List("json"), "[]\n");
  ExpectOutput(Gc(), kNothing);
  EXPECT_FALSE(fs::exists(State()));
}

TEST_F(StateFolder, MayBeRelativeToTheCurrentFolder) {
  LeaveBehind();
  const RunResult result = RunProgram({"/bin/sh", "-c", "cd \"$1\" && exec \"$0\" gc --root state",
                                       fs::absolute(Runfile("runtime/runtime")), test_.folder()});
  ExpectOutput(result, Undone());
  ExpectUndone();
}

// Without privileges there are no namespaces here; the record is what gc has to undo. The command
// kills its runtime.
class PlainUser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!IsRoot()) GTEST_SKIP() << "needs root, to become somebody else";
    fs::copy_file(Runfile(std::string("tests/plugins/") + kPlugin), folder_ + "/" + kPlugin);
    chmod((folder_ + "/" + kPlugin).c_str(), 0755);
    for (const std::string& name : {std::string("records"), std::string("xdg")}) {
      fs::create_directory(folder_ + "/" + name);
      ASSERT_EQ(chown((folder_ + "/" + name).c_str(), kUser, kUser), 0);
    }
    copy_.WriteStages("  - bad-leaves-record: {dir: records}\n");
  }

  void TearDown() override {
    std::error_code error;
    fs::remove_all(fs::path("/tmp/slipway-" + std::to_string(kUser)), error);
  }

  // In the folder of the copy.
  RunResult Sh(const std::string& script, const std::string& xdg) {
    return RunProgram({"/bin/sh", "-c", "cd \"$1\" && " + script, copy_.host(), folder_},
                      {.uid = kUser, .environment = {{"XDG_RUNTIME_DIR", xdg}}});
  }

  RunResult LeaveBehind(const std::string& xdg) {
    return Sh("\"$0\" --name web --plugin-dir . --config test.yaml /bin/sh -c 'kill -9 $PPID'",
              xdg);
  }

  // The runtime's own, where it has the least surprise: not anybody else's of this machine.
  const uid_t kUser = 1000000 + static_cast<uid_t>(getpid());
  PublicCopy copy_{{}};
  const std::string folder_ = fs::path(copy_.host()).parent_path().parent_path();
};

TEST_F(PlainUser, HasStateInTheRuntimeFolder) {
  LeaveBehind(folder_ + "/xdg");
  EXPECT_TRUE(fs::exists(folder_ + "/xdg/slipway/web/journal"));
  const RunResult result = Sh("cd / && exec \"$0\" gc", folder_ + "/xdg");
  EXPECT_EQ(result.out, "web: bad-leaves-record: undone: 2 steps\nweb: removed\n") << result.err;
  EXPECT_TRUE(fs::is_empty(folder_ + "/xdg/slipway"));
  EXPECT_FALSE(fs::exists(folder_ + "/records/a"));
}

TEST_F(PlainUser, HasStateInTmpWhenThereIsNoRuntimeFolder) {
  LeaveBehind("");
  const std::string state = "/tmp/slipway-" + std::to_string(kUser);
  EXPECT_TRUE(fs::exists(state + "/web/journal"));
  EXPECT_EQ(Sh("exec \"$0\" gc web", "relative").status, 0);
  EXPECT_TRUE(fs::is_empty(state));
}

// An archive that was unpacked, for example: whoever packed it has chosen the file and its name.
TEST_F(PlainUser, DoesNotLoadWhatAJournalNamesAndOthersOwn) {
  LeaveBehind(folder_ + "/xdg");
  const std::string plugin = folder_ + "/" + kPlugin;
  ASSERT_EQ(chown(plugin.c_str(), kNobody, kNobody), 0);
  const RunResult result = Sh("cd / && exec \"$0\" gc", folder_ + "/xdg");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("bad-leaves-record: not trusted \"" + plugin +
                            "\" (owned by uid 65534, mode 0755; must be owned by root or uid " +
                            std::to_string(kUser) + ": "),
            std::string::npos)
      << result.err;
  EXPECT_TRUE(fs::exists(folder_ + "/records/a"));
  EXPECT_EQ(Sh("cd / && exec \"$0\" gc --trust \"$1\"", folder_ + "/xdg").status, 0);
  EXPECT_FALSE(fs::exists(folder_ + "/records/a"));
}

TEST_F(PlainUser, DoesNotLoadWhatAJournalNamesAndOthersCanWriteTo) {
  LeaveBehind(folder_ + "/xdg");
  chmod((folder_ + "/" + kPlugin).c_str(), 0757);
  EXPECT_EQ(Sh("cd / && exec \"$0\" gc", folder_ + "/xdg").status, 125);
  EXPECT_TRUE(fs::exists(folder_ + "/records/a"));
  // This one the user names.
  EXPECT_EQ(Sh("cd / && exec \"$0\" gc --plugin-dir \"$1\"", folder_ + "/xdg").status, 0);
  EXPECT_FALSE(fs::exists(folder_ + "/records/a"));
}

TEST_F(PlainUser, LoadsWhatTheRuntimeWouldTakeAnyway) {
  const std::string own = folder_ + "/lib/slipway/stages";
  fs::create_directories(own);
  fs::rename(folder_ + "/" + kPlugin, own + "/" + kPlugin);
  chmod((own + "/" + kPlugin).c_str(), 0757);
  LeaveBehind(folder_ + "/xdg");
  EXPECT_TRUE(fs::exists(folder_ + "/records/a"));
  EXPECT_EQ(Sh("cd / && exec \"$0\" gc", folder_ + "/xdg").status, 0);
  EXPECT_FALSE(fs::exists(folder_ + "/records/a"));
}

TEST_F(PlainUser, CannotLookIntoRootsState) {
  LeaveBehind(folder_ + "/xdg");
  ASSERT_EQ(chown((folder_ + "/xdg/slipway").c_str(), 0, 0), 0);
  ExpectRefusal(Sh("exec \"$0\" list", folder_ + "/xdg"),
                "not a safe place for state \"" + folder_ +
                    "/xdg/slipway\" (it must belong to uid " + std::to_string(kUser) +
                    " and not be writable by group or others; choose another folder with --root)");
}

}  // namespace
}  // namespace slipway::testing
