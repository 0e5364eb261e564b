#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/sdk/testing/container.h"

namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunOptions;
using slipway::testing::RunResult;

namespace fs = std::filesystem;

// mount: its further options.
std::string Stages(const std::string& files, const std::string& mount = "") {
  return "  - pid\n  - mount: {root: root" + mount + "}\n  - proc\n  - files: {" + files + "}\n";
}

constexpr char kOverlay[] = ", overlay: true";
constexpr char kRun[] = ", tmpfs: [/tmp]";

RunResult Try(const std::string& files, const std::string& mount, const std::string& script) {
  return ContainerTest().RunScript(Stages(files, mount), script);
}

void ExpectRefused(const std::string& files, const std::string& mount, const std::string& line) {
  const RunResult result = Try(files, mount, "true");
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
}

// All below a folder, with what tells of a change.
std::string Listing(const std::string& folder) {
  return slipway::testing::RunProgram(
             {"/usr/bin/find", folder, "-printf", "%p %y %m %U:%G %s %l %i\\n"})
      .out;
}

// With the flags of unshare(1), which make this user root of a user namespace.
RunResult InUserNamespace(ContainerTest& test, const std::string& stages,
                          const std::string& script) {
  test.MakeRoot();
  std::vector<std::string> argv = {"/usr/bin/unshare", "--user", "--map-root-user"};
  const auto words = test.Argv(test.WriteStages(stages), {"/bin/sh", "-c", script});
  argv.insert(argv.end(), words.begin(), words.end());
  return slipway::testing::RunProgram(argv);
}

TEST(Files, HasTheTextToTheByte) {
  const RunResult result =
      Try(R"(files: [{path: /etc/a.conf, text: "one\n\ttwo: 3"}, {path: /etc/none}])", kOverlay,
          "cat /etc/a.conf; echo; stat -c '%n %s %a %u:%g' /etc/a.conf /etc/none");
  EXPECT_EQ(result.out, "one\n\ttwo: 3\n/etc/a.conf 11 644 0:0\n/etc/none 0 644 0:0\n")
      << result.err;
}

TEST(Files, HasTheModeAndTheOwner) {
  const RunResult result =
      Try("files: [{path: /etc/a, text: x, mode: \"0640\", user: 7, group: 8}]", kOverlay,
          "stat -c '%a %u:%g' /etc/a");
  EXPECT_EQ(result.out, "640 7:8\n") << result.err;
}

TEST(Files, TheModeIsNotTheCallersUmask) {
  ContainerTest test;
  test.MakeRoot();
  RunOptions careful;
  careful.prepare = [] { umask(0777); };
  const RunResult result = test.RunContainer(
      test.WriteStages(Stages("files: [{path: /a/b, mode: \"0666\"}], folders: [/c/d]", kOverlay)),
      {"/bin/stat", "-c", "%a", "/a", "/a/b", "/c", "/c/d"}, careful);
  EXPECT_EQ(result.out, "755\n666\n755\n755\n") << result.err;
}

TEST(Files, CoversAFileOfARootThatIsWrittenTo) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/hosts", "theirs\n");
  const std::string before = Listing(test.Path("root"));
  const RunResult result =
      test.RunScript(Stages(R"(files: [{path: /etc/hosts, text: "ours\n"}])"), "cat /etc/hosts");
  EXPECT_EQ(result.out, "ours\n") << result.err;
  EXPECT_EQ(Listing(test.Path("root")), before);
}

TEST(Files, NobodyWritesToItOrTakesItAway) {
  const RunResult result =
      Try("files: [{path: /etc/a, text: x}]", kOverlay,
          "(echo y >/etc/a) 2>&1 | grep -o 'Read-only.*'; chmod 777 /etc/a 2>&1 | "
          "grep -o 'Read-only.*'; rm -f /etc/a 2>&1 | grep -o 'busy'; cat /etc/a");
  EXPECT_EQ(result.out, "Read-only file system\nRead-only file system\nbusy\nx") << result.err;
}

TEST(Files, OneThatIsNotReadonlyIsTheContainersAlone) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/a", "theirs\n");
  const RunResult result =
      test.RunScript(Stages("files: [{path: /etc/a, text: x, readonly: false}], room: 8KiB"),
                     "echo y >>/etc/a; cat /etc/a; head -c 100000 /dev/zero >/etc/a 2>/dev/null || "
                     "echo full; test $(stat -c %s /etc/a) -le 16384 && echo small");
  EXPECT_EQ(result.out, "xy\nfull\nsmall\n") << result.err;
  EXPECT_EQ(slipway::testing::ReadText(test.Path("root/etc/a")), "theirs\n");
}

TEST(Files, AProgramAmongThemIsExecutedAndGivesNoRights) {
  const RunResult result =
      Try(R"(files: [{path: /bin/mine, text: "#!/bin/sh\necho mine\n", mode: "4755"}])", kOverlay,
          "mine; grep -c ' /bin/mine tmpfs ro,nosuid,nodev' /proc/mounts");
  EXPECT_EQ(result.out, "mine\n1\n") << result.err;
}

TEST(Files, MakesFoldersAndLinksInAThrowAwayLayer) {
  ContainerTest test;
  test.MakeRoot();
  test.Write("root/etc/link", "a file\n");
  const std::string before = Listing(test.Path("root"));
  const RunResult result = test.RunScript(
      Stages("folders: [/srv/a/b, {path: /srv/c, mode: \"1770\", user: 3, group: 4}, {path: /etc, "
             "mode: \"0711\"}], links: [/etc/link:/srv/none, {path: /srv/l, target: ../etc}]",
             kOverlay),
      "stat -c '%n %A %u:%g' /srv /srv/a/b /srv/c /etc; readlink /etc/link; readlink /srv/l; rm "
      "/etc/link && "
      "echo gone");
  EXPECT_EQ(result.out,
            "/srv drwxr-xr-x 0:0\n/srv/a/b drwxr-xr-x 0:0\n/srv/c drwxrwx--T 3:4\n"
            "/etc drwx--x--x 0:0\n/srv/none\n../etc\ngone\n")
      << result.err;
  EXPECT_EQ(Listing(test.Path("root")), before);
}

TEST(Files, MakesThemInATmpfsOfARootThatIsWrittenTo) {
  ContainerTest test;
  test.MakeRoot();
  const std::string before = Listing(test.Path("root"));
  const RunResult result = test.RunScript(
      Stages("files: [{path: /tmp/a/file, text: x}], folders: [{path: /tmp/b, mode: \"0700\"}], "
             "links: [/tmp/c/link:/etc]",
             kRun),
      "cat /tmp/a/file; stat -c %a /tmp/b; readlink /tmp/c/link");
  EXPECT_EQ(result.out, "x700\n/etc\n") << result.err;
  EXPECT_EQ(Listing(test.Path("root")), before);
}

TEST(Files, WhatIsThereAlreadyIsLeft) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  fs::create_symlink("/usr/share/zoneinfo/UTC", root + "/etc/localtime");
  const RunResult result =
      test.RunScript(Stages("folders: [/etc, {path: /root, mode: \"0755\", user: 0}], "
                            "links: [/etc/localtime:/usr/share/zoneinfo/UTC]"),
                     "readlink /etc/localtime");
  EXPECT_EQ(result.out, "/usr/share/zoneinfo/UTC\n") << result.err;
}

constexpr char kCure[] =
    "(in the container's root, where it would stay: set overlay: true of the stage mount, or put "
    "it below a tmpfs)";

TEST(Files, WhatWouldStayInTheRootIsRefused) {
  ExpectRefused("folders: [/srv/a]", "",
                std::string("test.yaml:6:23: files: folders[0]: cannot make the folder "
                            "\"/srv/a\" ") +
                    kCure);
  ExpectRefused("links: [/etc/a:/b]", "",
                std::string("files: links[0]: cannot make the link \"/etc/a\" ") + kCure);
  ExpectRefused(
      "files: [{path: /etc/a}]", "",
      "files: files[0]: cannot open the container's \"/etc/a\": No such file or directory "
      "(a file can be mounted over one that is there; another is made only where it goes "
      "with the container: set overlay: true of the stage mount, or put it below a "
      "tmpfs)");
}

TEST(Files, AFolderOfTheRootIsNotChanged) {
  ExpectRefused("folders: [{path: /etc, mode: \"0700\"}]", "",
                "files: folders[0]: cannot set the mode of the folder \"/etc\" (it is 0755 in the "
                "container's root, where it would stay: ");
  ExpectRefused("folders: [{path: /etc, group: 4}]", "",
                "files: folders[0]: cannot set the owner of the folder \"/etc\" (it is 0:0 in the "
                "container's root, where it would stay: ");
}

TEST(Files, AFolderOfTheHostThatIsBoundInIsNotChanged) {
  ContainerTest test;
  fs::create_directories(test.Path("bound"));
  const std::string mount = std::string(kOverlay) + ", binds: [bound:/srv]";
  test.MakeRoot();
  for (const char* files : {"folders: [/srv/a]", "links: [/srv/a:/b]", "files: [{path: /srv/a}]"}) {
    const RunResult result = test.RunScript(Stages(files, mount), "true");
    EXPECT_EQ(result.status, 125) << files;
    EXPECT_NE(result.err.find("files: "), std::string::npos) << result.err;
    EXPECT_TRUE(fs::is_empty(test.Path("bound"))) << files;
  }
}

TEST(Files, AFolderIsNotReplacedByALinkOrAFile) {
  ExpectRefused("links: [/etc:/bin]", kOverlay,
                "files: links[0]: cannot make the link in the place of \"/etc\": Is a directory (a "
                "folder is there)");
  ExpectRefused("files: [{path: /etc}]", kOverlay, "files: files[0]: cannot mount at \"/etc\"");
}

TEST(Files, WhatIsMountedIsNotReplacedByALink) {
  ContainerTest test;
  test.Write("bound", "x");
  const RunResult result = test.RunScript(
      Stages("links: [/etc/bound:/bin]", std::string(kOverlay) + ", binds: [bound:/etc/bound]"),
      "true");
  EXPECT_NE(result.err.find("files: links[0]: cannot make the link in the place of \"/etc/bound\": "
                            "Device or resource busy (another stage has mounted something there)"),
            std::string::npos)
      << result.err;
}

// Each would lead out, if it were followed from the host's root.
TEST(Files, LinksOfTheImageLeadNowhereButIntoIt) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  fs::create_directories(test.Path("outside"));
  fs::create_directory_symlink(test.Path("outside"), root + "/etc/absolute");
  fs::create_directory_symlink("../../../../../../../.." + test.Path("outside"), root + "/etc/up");
  fs::create_symlink(test.Path("outside/file"), root + "/etc/file");
  const RunResult result = test.RunScript(
      Stages("files: [{path: /etc/absolute/a, text: a}, {path: /etc/file, text: f}], "
             "folders: [/etc/up/b], links: [/etc/absolute/c:/d]",
             kOverlay),
      "cd " + test.Path("outside") + " && ls | tr '\\n' ' '; cat file");
  EXPECT_EQ(result.out, "a b c file f") << result.err;
  EXPECT_TRUE(fs::is_empty(test.Path("outside")));
}

TEST(Files, WhatLeadsThroughAProcessIsRefused) {
  ContainerTest test;
  const std::string root = test.MakeRoot();
  fs::create_directory_symlink("/proc/self/root", root + "/etc/out");
  for (const char* files :
       {"files: [{path: /etc/out/a}]", "folders: [/etc/out/a]", "links: [/etc/out/a:/b]"}) {
    const RunResult result = test.RunScript(Stages(files, kOverlay), "true");
    EXPECT_EQ(result.status, 125) << files;
    EXPECT_NE(result.err.find("[0]: cannot open the container's \"/etc/out"), std::string::npos)
        << result.err;
    EXPECT_NE(result.err.find("Too many levels of symbolic links"), std::string::npos)
        << result.err;
  }
}

TEST(Files, APathThatIsNoneOrIsNamedTwiceIsRefused) {
  for (const char* path : {"/", "///", "/etc/..", "/etc/."}) {
    ExpectRefused(std::string("folders: [") + path + "]", kOverlay,
                  std::string("files: folders[0]: not the path of a file \"") + path +
                      "\" (name one below /)");
  }
  ExpectRefused("folders: [/a/b/], files: [{path: /c}, {path: /a/b}]", kOverlay,
                "files: files[1]: named twice \"/a/b\" (folders[0] is the same)");
}

TEST(Files, WorksInAUserNamespace) {
  ContainerTest test;
  const RunResult result =
      InUserNamespace(test,
                      Stages("files: [{path: /etc/a, text: x, user: 0}], folders: [{path: /srv/b, "
                             "mode: \"0700\"}], links: [/srv/c:/d], secrets: [{path: /e, text: y}]",
                             kOverlay),
                      "cat /etc/a /e; stat -c '%a %u' /srv/b; readlink /srv/c");
  EXPECT_EQ(result.out, "xy700 0\n/d\n") << result.err;
}

TEST(Files, AnIdThatAUserNamespaceDoesNotHaveIsRefused) {
  ContainerTest test;
  for (const char* files :
       {"files: [{path: /etc/a, user: 7}]", "folders: [{path: /b, group: 7}]"}) {
    const RunResult result = InUserNamespace(test, Stages(files, kOverlay), "true");
    EXPECT_EQ(result.status, 125);
    EXPECT_NE(result.err.find("[0]: cannot set the owner of \"/"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find("Invalid argument (the container's user namespace has no such id)"),
              std::string::npos)
        << result.err;
  }
}

TEST(Files, WorksBehindTheStageUser) {
  const RunResult result = ContainerTest().RunScript(
      "  - user: {uids: [\"0:0:100\"], gids: [\"0:0:100\"]}\n" +
          Stages("files: [{path: /tmp/a, text: x, user: 7}], folders: [{path: /tmp/b, "
                 "group: 8}], links: [/tmp/c:/d]",
                 kRun),
      "stat -c '%n %u:%g' /tmp/a /tmp/b /tmp/c");
  EXPECT_EQ(result.out, "/tmp/a 7:0\n/tmp/b 0:8\n/tmp/c 0:0\n") << result.err;
}

TEST(Files, PutsThemIntoItsOwnDev) {
  const RunResult result = ContainerTest().RunScript(
      "  - pid\n  - mount: {root: root}\n  - proc\n  - dev\n  - files: {links: "
      "[/dev/log:/run/log], "
      "files: [{path: /dev/a, text: x}]}\n",
      "readlink /dev/log; cat /dev/a");
  EXPECT_EQ(result.out, "/run/log\nx") << result.err;
}

TEST(Files, ASecretIsTheOwnersAndWrittenNowhere) {
  ContainerTest test;
  test.MakeRoot();
  const std::string upper = test.Path("upper");
  const std::string stages =
      Stages("secrets: [{path: /run/token, text: \"pass\\tword\"}]", ", upper: upper");
  const RunResult result = test.RunScript(stages, "stat -c '%a %u:%g' /run/token; cat /run/token");
  EXPECT_EQ(result.out, "400 0:0\npass\tword") << result.err;
  EXPECT_EQ(slipway::testing::ReadText(upper + "/run/token"), "");
  const RunResult plan = test.Plan(stages);
  EXPECT_EQ((plan.out + plan.err).find("word"), std::string::npos) << plan.out;
  EXPECT_NE(plan.out.find("secrets  1 in memory, read-only\n"), std::string::npos) << plan.out;
}

// Whatever is wrong with the config: the stage may not even be known.
TEST(Files, ASecretIsNotShownWithAMistake) {
  for (const char* lines : {"  - fils: {secrets: [{path: /x, text: hunter2}]}\n",
                            "  - files: {secrets: [\"/x:hunter2\"]}\n",
                            "  - files:\n    secrets: [{path: /x, text: hunter2}]\n",
                            "  - files: {secrets: [{path: hunter2, text: y}], secrets: []}\n"}) {
    ContainerTest test;
    const RunResult result = slipway::testing::RunProgram(
        {slipway::testing::Runfile("runtime/runtime"), "check", test.WriteStages(lines)});
    EXPECT_EQ(result.status, 1) << lines;
    EXPECT_EQ((result.out + result.err).find("hunter2"), std::string::npos) << result.err;
  }
}

TEST(Files, SaysWhatItWouldDo) {
  const RunResult plan = ContainerTest().Plan(
      Stages("files: [{path: /a, text: xyz}, {path: /b, readonly: false}], folders: [/c], "
             "links: [/d:/e]"));
  for (const char* line : {"/c  a folder, made if it is not there\n", "/d  a link to /e\n",
                           "/a  a file of 3 bytes in memory, read-only\n",
                           "/b  a file of 0 bytes in memory, to which can be written\n"}) {
    EXPECT_NE(plan.out.find(line), std::string::npos) << line << plan.out << plan.err;
  }
}

}  // namespace
