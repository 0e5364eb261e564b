#include "tests/hostile/outside.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "runtime/sdk/testing/container.h"
#include "tests/hostile/contained.h"

namespace slipway::testing {
namespace {

namespace fs = std::filesystem;

constexpr char kName[] = "slipway-hostile";
constexpr key_t kShm = 0x51504157;
constexpr pid_t kHighPid = 30000;
constexpr uid_t kFirstId = 1000000000;  // of the subordinate ids: nobody else's
constexpr std::chrono::seconds kPatience{120};

// All that the caller has, as a badly started service hands them on; inheritable and ambient.
void HandOnCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) _exit(1);
  for (__user_cap_data_struct& half : data) half.inheritable = half.permitted;
  if (syscall(SYS_capset, &header, data) != 0) _exit(1);
  for (int one = 0; one <= CAP_LAST_CAP; ++one) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, one, 0, 0);
  }
}

// With a group of the user's own, too.
void BecomePlain(uid_t user) {
  if (setgroups(0, nullptr) != 0 || setresgid(user, user, user) != 0) _exit(1);
  if (setresuid(user, user, user) != 0) _exit(1);
}

void TakeTerminal(int terminal) {
  if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) _exit(1);
  if (dup2(terminal, STDIN_FILENO) < 0) _exit(1);
}

void GiveFileCapability(const std::string& path) {
  vfs_cap_data data{};
  data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
  data.data[0].permitted = 1U << CAP_NET_RAW;
  EXPECT_EQ(setxattr(path.c_str(), "security.capability", &data, sizeof(data), 0), 0) << path;
}

sockaddr_un UnixAddress(const std::string& path, bool abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path + (abstract ? 1 : 0), path.data(), path.size());
  return address;
}

}  // namespace

Outside::Outside(uid_t user, bool subordinate_ids)
    : user_(user),
      subordinate_ids_(subordinate_ids),
      folder_("/var/tmp/slipway-hostile-" + std::to_string(TestNumber())) {
  fs::create_directory(folder_);
  EXPECT_EQ(mount("none", folder_.c_str(), "tmpfs", 0, "mode=755"), 0);
  MakeFolders();
  CopyHost();
  if (subordinate_ids_) GiveIds();
  if (network::HasTun()) tun_.emplace(folder_ + "/tun");
  Listen();
  MakeKey();
  MakeMemory();
  // A number that no process in a container has by chance: of this test's own PID namespace.
  std::ofstream("/proc/sys/kernel/ns_last_pid") << kHighPid;
  opened_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  victim_ = std::make_unique<Running>(
      std::vector<std::string>{folder_ + "/runtime", "--wait"},
      RunOptions{.uid = user_, .environment = {{"HOSTILE_SECRET", "x"}}, .timeout = kPatience});
  EXPECT_GT(victim_->pid(), kHighPid);
}

Outside::~Outside() {
  victim_.reset();
  for (int listener : listeners_) close(listener);
  close(opened_);
  shmctl(shmget(kShm, 1, 0), IPC_RMID, nullptr);
  tun_.reset();
  for (const std::string& file : covered_) EXPECT_EQ(umount2(file.c_str(), MNT_DETACH), 0) << file;
  mq_unlink((std::string("/") + kName).c_str());
  fs::remove(std::string("/dev/shm/") + kName);
  EXPECT_EQ(umount2(folder_.c_str(), MNT_DETACH), 0);
  fs::remove(folder_);
}

void Outside::MakeFolders() const {
  for (const char* name :
       {"dev", "etc", "hostile", "mnt", "proc", "root", "run/lock", "sys", "tmp"}) {
    fs::create_directories(root() + "/" + name);
  }
  chmod((root() + "/tmp").c_str(), 01777);
  std::ofstream(root() + "/etc/passwd") << "root:x:0:0::/:/bin/sh\n";
  const uid_t owner = subordinate_ids_ ? user_ : 0;
  EXPECT_EQ(chown(root().c_str(), owner, owner), 0);
  for (const fs::directory_entry& one : fs::recursive_directory_iterator(root())) {
    EXPECT_EQ(chown(one.path().c_str(), owner, owner), 0);
  }
  std::ofstream(folder_ + "/secret") << "x";
  fs::create_directory(programs());
  fs::create_directory(state());
  chmod(state().c_str(), 0700);
  EXPECT_EQ(chown(state().c_str(), user_, user_), 0);
  const std::string program = Runfile("tests/hostile/hostile");
  for (const char* name : {"hostile", "setuid", "capable"}) {
    fs::copy_file(program, programs() + "/" + name);
    EXPECT_EQ(chown((programs() + "/" + name).c_str(), owner, owner), 0);
    chmod((programs() + "/" + name).c_str(), 0755);
  }
  chmod((programs() + "/setuid").c_str(), 04755);
  GiveFileCapability(programs() + "/capable");
  // Under this name, as if a copy of the host were in sight.
  fs::copy_file(program, folder_ + "/runtime");
  chmod((folder_ + "/runtime").c_str(), 0755);
}

void Outside::CopyHost() const {
  std::vector<std::string> files = {"runtime/runtime"};
  for (const fs::directory_entry& stage : fs::directory_iterator(Runfile("plugins"))) {
    const std::string name = stage.path().filename();
    files.push_back("plugins/" + name + "/lib" + name + "_stage.so");
  }
  for (const std::string& file : files) {
    if (!fs::exists(Runfile(file))) continue;
    const fs::path copy = folder_ + "/built/" + file;
    fs::create_directories(copy.parent_path());
    fs::copy_file(Runfile(file), copy);
    chmod(copy.c_str(), 0755);
  }
}

// newuidmap(1) asks for a name too.
void Outside::GiveIds() {
  const std::string ids = std::to_string(kFirstId) + ":65536\n";
  const std::string user = std::to_string(user_);
  const std::pair<const char*, std::string> lines[] = {
      {"passwd", "hostile:x:" + user + ":" + user + "::/:/bin/sh\n"},
      {"subuid", user + ":" + ids},
      {"subgid", user + ":" + ids}};
  for (const auto& [name, line] : lines) {
    const std::string file = std::string("/etc/") + name;
    std::ofstream(folder_ + "/" + name) << ReadText(file) << line;
    EXPECT_EQ(mount((folder_ + "/" + name).c_str(), file.c_str(), nullptr, MS_BIND, nullptr), 0);
    covered_.push_back(file);
  }
}

void Outside::Listen() {
  const auto listening = [this](int family, const void* address, size_t size) {
    const int one = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(one, static_cast<const sockaddr*>(address), static_cast<socklen_t>(size)), 0);
    EXPECT_EQ(listen(one, 16), 0);
    listeners_.push_back(one);
    return one;
  };
  const auto listening_on = [&listening](uint32_t address) {
    sockaddr_in name = network::Address(address, 0);
    const int one = listening(AF_INET, &name, sizeof(name));
    socklen_t size = sizeof(name);
    getsockname(one, reinterpret_cast<sockaddr*>(&name), &size);
    return ntohs(name.sin_port);
  };
  port_ = listening_on(INADDR_LOOPBACK);
  address_port_ = listening_on(network::kAddress);
  const sockaddr_un abstract = UnixAddress(kName, true);
  listening(AF_UNIX, &abstract, offsetof(sockaddr_un, sun_path) + 1 + strlen(kName));
  const std::string path = folder_ + "/socket";
  const sockaddr_un file = UnixAddress(path, false);
  listening(AF_UNIX, &file, sizeof(file));
  chmod(path.c_str(), 0777);
}

// Only who possesses it sees it, by a session keyring that is handed on.
void Outside::MakeKey() {
  constexpr unsigned kPossessor = 0x3f000000;
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  key_ = syscall(SYS_add_key, "user", kName, "x", 1, KEY_SPEC_SESSION_KEYRING);
  EXPECT_GT(key_, 0);
  EXPECT_EQ(syscall(SYS_keyctl, KEYCTL_SETPERM, key_, kPossessor), 0);
  EXPECT_EQ(syscall(SYS_keyctl, KEYCTL_SETPERM, KEY_SPEC_SESSION_KEYRING, kPossessor), 0);
}

void Outside::MakeMemory() const {
  EXPECT_NE(shmget(kShm, 4096, IPC_CREAT | 0666), -1);
  std::ofstream(std::string("/dev/shm/") + kName) << "x";
  const mode_t before = umask(0);
  const mqd_t queue = mq_open((std::string("/") + kName).c_str(), O_CREAT | O_RDWR, 0666, nullptr);
  umask(before);
  EXPECT_NE(queue, static_cast<mqd_t>(-1));
  mq_close(queue);
}

std::vector<std::string> Outside::Arguments(const std::string& programs) const {
  return {"victim=" + std::to_string(victim_->pid()),
          "secret=" + folder_ + "/secret",
          "programs=" + programs,
          "port=" + std::to_string(port_),
          "address=" + std::string(inet_ntoa({htonl(network::kAddress)})),
          "address-port=" + std::to_string(address_port_),
          std::string("abstract=") + kName,
          "socket=" + folder_ + "/socket",
          "shm=" + std::to_string(kShm),
          std::string("name=") + kName,
          "key=" + std::to_string(key_)};
}

RunResult Outside::Run(const std::vector<std::string>& argv) const {
  int master = -1;
  int terminal = -1;
  EXPECT_EQ(openpty(&master, &terminal, nullptr, nullptr, nullptr), 0);
  RunOptions options;
  options.environment = {{"HOSTILE_SECRET", "x"}};
  options.inherited_fds = {opened_};
  options.timeout = kPatience;
  options.prepare = [terminal, this] {
    TakeTerminal(terminal);
    if (user_ == 0) HandOnCapabilities();
    if (user_ != 0) BecomePlain(user_);
  };
  RunResult result = RunProgram(argv, options);
  close(terminal);
  close(master);
  return result;
}

}  // namespace slipway::testing
