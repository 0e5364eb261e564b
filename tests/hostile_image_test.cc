// Images that try to lead the runtime out of themselves before any of their code has been trusted:
// by links through what the runtime has open, and by making it execute its own file. For each kind
// of start.

#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <utility>

#include "runtime/sdk/testing/container.h"
#include "runtime/sys/fd.h"
#include "tests/refusal.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

struct Start {
  const char* name;
  const char* pid;  // the pid stage's line
};
std::ostream& operator<<(std::ostream& out, const Start& start) { return out << start.name; }

class HostileImage : public ::testing::TestWithParam<Start> {
 protected:
  void SetUp() override { test_.MakeRoot(); }

  // What the image brings along.
  void Link(const std::string& name, const std::string& target) const {
    fs::create_symlink(target, test_.Path("root/" + name));
  }
  void WriteProgram(const std::string& name, const std::string& content) const {
    chmod(test_.Write("root/" + name, content).c_str(), 0755);
  }

  RunResult Run(const std::vector<std::string>& command, const std::string& more = "") {
    const std::string stages = test_.WriteStages(std::string("  - ") + GetParam().pid +
                                                 "\n  - mount: {root: root}\n  - proc\n");
    std::ofstream(stages, std::ios::app) << more;
    return test_.RunContainer(stages, command);
  }

  ContainerTest test_;
};

// A program whose ELF loader is `loader`; no kernel would get so far as to see that it has no code.
std::string ProgramLoadedBy(const std::string& loader) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
  header.e_machine = EM_X86_64;
  header.e_phoff = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_INTERP;
  segment.p_offset = sizeof(header) + sizeof(segment);
  segment.p_filesz = loader.size() + 1;
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header))
             .append(reinterpret_cast<const char*>(&segment), sizeof(segment)) +
         loader + '\0';
}

constexpr const char* kMagic =
    "Too many levels of symbolic links (a loop of symlinks, or a link of /proc that would lead out "
    "of the container)";

TEST_P(HostileImage, CannotStartInAFolderThatTheRuntimeHasOpen) {
  for (const char* fd : {"3", "4", "5", "6", "7"}) {
    Link("work" + std::string(fd), "/proc/self/fd/" + std::string(fd));
    const RunResult result = Run({"/bin/sh", "-c", "ls; cat ../../../etc/hostname"},
                                 "process: {cwd: /work" + std::string(fd) + "}\n");
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("cannot start in the container's folder"), std::string::npos)
        << result.err;
    EXPECT_EQ(result.status, 125);
  }
}

TEST_P(HostileImage, CannotHaveWhatTheRuntimeHasOpenExecuted) {
  for (const char* fd : {"3", "4", "5", "6", "7"}) {
    Link("app" + std::string(fd), "/proc/self/fd/" + std::string(fd) + "/../hosttool");
    const RunResult result = Run({"/app" + std::string(fd)});
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find("cannot execute the container's \"/app"), std::string::npos)
        << result.err;
    EXPECT_EQ(result.status, 126);
  }
}

TEST_P(HostileImage, CannotHaveTheRuntimesFileExecuted) {
  Link("app", "/proc/self/exe");
  ExpectRefusal(Run({"/app"}), std::string("cannot execute the container's \"/app\": ") + kMagic,
                126);
}

TEST_P(HostileImage, CannotHaveTheRuntimesFileRunAScript) {
  WriteProgram("bin/script", "#!/proc/self/exe\n");
  Link("loader", "/proc/self/exe");
  WriteProgram("bin/indirect", "#! /loader -x\n");
  ExpectRefusal(Run({"/bin/script"}),
                std::string("cannot execute the container's \"/proc/self/exe\": ") + kMagic, 126);
  ExpectRefusal(Run({"/bin/indirect"}),
                std::string("cannot execute the container's \"/loader\": ") + kMagic, 126);
  WriteProgram("bin/twice", "#!/bin/script\n");
  ExpectRefusal(Run({"/bin/twice"}),
                std::string("cannot execute the container's \"/proc/self/exe\": ") + kMagic, 126);
}

// Whoever has a lease keeps the runtime from reading it, but not the kernel from executing it.
TEST_P(HostileImage, CannotHideByALeaseWhatAProgramIsLoadedBy) {
  WriteProgram("bin/script", "#!/proc/self/exe\n");
  WriteProgram("bin/inner", "#!/proc/self/exe\n");
  WriteProgram("bin/outer", "#!/bin/inner\n");
  signal(SIGIO, SIG_IGN);
  for (const auto& [leased, command] : {std::pair{"script", "script"}, {"inner", "outer"}}) {
    const std::string path = std::string("/bin/") + leased;
    const sys::Fd lease(open(test_.Path("root" + path).c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(fcntl(lease.get(), F_SETLEASE, F_WRLCK), 0) << errno;
    ExpectRefusal(Run({command}),
                  "cannot execute the container's \"" + path +
                      "\": Resource temporarily unavailable (a process has a lease on it; see "
                      "F_SETLEASE in fcntl(2))",
                  126);
  }
}

TEST_P(HostileImage, CannotHaveTheRuntimesFileLoadAProgram) {
  WriteProgram("bin/app", ProgramLoadedBy("/proc/self/exe"));
  ExpectRefusal(Run({"app"}),
                std::string("cannot execute the container's \"/proc/self/exe\": ") + kMagic, 126);
}

// The kernel does not look at the class that a file says it is of.
TEST_P(HostileImage, CannotHideWhatLoadsAProgramByAWrongClass) {
  std::string program = ProgramLoadedBy("/proc/self/exe");
  program[EI_CLASS] = ELFCLASS32;
  WriteProgram("bin/app", program);
  ExpectRefusal(Run({"app"}),
                std::string("cannot execute the container's \"/proc/self/exe\": ") + kMagic, 126);
}

TEST_P(HostileImage, CannotHideWhatLoadsAProgramBehindAsManyScriptsAsTheKernelTakes) {
  WriteProgram("bin/s0", ProgramLoadedBy("/proc/self/exe"));
  for (int i = 1; i <= 7; ++i) {
    WriteProgram("bin/s" + std::to_string(i), "#!/bin/s" + std::to_string(i - 1) + "\n");
  }
  for (int i = 1; i <= 5; ++i) {
    ExpectRefusal(Run({"s" + std::to_string(i)}),
                  std::string("cannot execute the container's \"/proc/self/exe\": ") + kMagic, 126);
  }
  ExpectRefusal(Run({"s7"}),
                "cannot execute the container's \"/bin/s1\": Too many levels of symbolic links "
                "(more scripts run each other than the kernel allows)",
                126);
}

TEST_P(HostileImage, CannotHaveTheRuntimesFileExecutedByItsOtherName) {
  test_.Write("root/bin/other", "");
  const std::string stages = test_.WriteStages(
      std::string("  - ") + GetParam().pid + "\n  - mount: {root: root, binds: [{source: " +
      fs::canonical(Runfile("runtime/runtime")).string() + ", target: /bin/other}]}\n");
  ExpectRefusal(
      test_.RunContainer(stages, {"other"}),
      "cannot execute the container's \"/bin/other\": Operation not permitted (it leads to "
      "the runtime's own file, which an image could overwrite afterwards)",
      126);
}

// What others see of a program that is executed by descriptor.
TEST_P(HostileImage, SeesProgramsUnderTheirNames) {
  WriteProgram("bin/script", "#!/bin/sh\necho $0; cat /proc/$$/comm; echo \"$@\"\n");
  Link("bin/linked", "script");
  EXPECT_EQ(Run({"script", "a"}).out, "/bin/script\nscript\na\n");
  EXPECT_EQ(Run({"/bin/linked"}).out, "/bin/linked\nlinked\n\n");
  EXPECT_EQ(Run({"sh", "-c", "echo $0; readlink /proc/$$/exe; cat /proc/$$/comm; true"}).out,
            "sh\n/bin/busybox\nbusybox\n");
}

TEST_P(HostileImage, SeesNoMountOfTheHost) {
  const std::string stages =
      test_.WriteStages(std::string("  - ") + GetParam().pid +
                        "\n  - mount: {root: root, overlay: true}\n  - proc\n");
  EXPECT_EQ(test_.RunContainer(stages, {"sh", "-c", "cut -d' ' -f5 /proc/self/mountinfo"}).out,
            "/\n/proc\n");
}

// keyctl(2): the caller's session keyring may hold secrets.
TEST_P(HostileImage, HasASessionKeyringOfItsOwn) {
  if (!IsRoot()) GTEST_SKIP() << "needs root";
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  const long key = syscall(SYS_add_key, "user", "slipway-test", "x", 1, KEY_SPEC_SESSION_KEYRING);
  ASSERT_GT(key, 0);
  // Only who possesses it sees it then, by a keyring of its own.
  constexpr unsigned kPossessor = 0x3f000000;
  ASSERT_EQ(syscall(SYS_keyctl, KEYCTL_SETPERM, key, kPossessor), 0);
  const RunResult here = RunProgram({"/bin/grep", "-c", "slipway-test", "/proc/keys"});
  ASSERT_EQ(here.out, "1\n") << "the caller sees it itself";
  const RunResult inside = Run({"sh", "-c", "grep slipway-test /proc/keys"});
  EXPECT_EQ(inside.out, "");
  EXPECT_EQ(inside.status, 1) << inside.err;
}

INSTANTIATE_TEST_SUITE_P(Start, HostileImage,
                         ::testing::Values(Start{"Sharing", "pid: {init: false}"},
                                           Start{"Init", "pid"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace slipway::testing
