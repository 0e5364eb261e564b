#include "plugins/network/name_files.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>
#include <vector>

#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/mount.h"
#include "runtime/sys/staging.h"

namespace slipway::network {
namespace {

constexpr char kFolder[] = "/etc";
constexpr char kResolvConf[] = "/etc/resolv.conf";
// What systemd-resolved asks itself, where /etc/resolv.conf has only its loopback address.
constexpr char kBehindResolved[] = "/run/systemd/resolve/resolv.conf";

struct NameFile {
  std::string name;
  std::string text;
  std::string option;  // that asks for it; "": none does
};

Dns OfHost() {
  for (const char* path : {kResolvConf, kBehindResolved}) {
    const auto text = sys::ReadFile(path);
    Dns dns = ParseResolvConf(text.ok() ? *text : "");
    if (!dns.servers.empty()) return dns;
  }
  return {};
}

Dns Wanted(const NameWishes& wishes) {
  Dns dns = wishes.dns.value_or(Dns());
  if (!dns.servers.empty()) return dns;
  const Dns host = OfHost();
  dns.servers = wishes.server.empty() ? host.servers : std::vector{wishes.server};
  if (dns.search.empty()) dns.search = host.search;
  if (dns.options.empty()) dns.options = host.options;
  return dns;
}

std::string OwnName() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "";
}

std::vector<NameFile> FilesFor(const NameWishes& wishes, Child& child) {
  std::vector<NameFile> files;
  if (wishes.dns || wishes.connected) {
    Dns dns = Wanted(wishes);
    if (dns.servers.empty()) {
      child.Warn(
          "the container has no name server: the host's is reached over its loopback alone; "
          "dns.servers says which one to ask");
    }
    files.push_back({"resolv.conf", ResolvConf(dns), wishes.dns ? "dns" : ""});
  }
  const std::string own_name = OwnName();
  files.push_back(
      {"hosts", HostsFile(wishes.hosts, own_name), wishes.hosts.empty() ? "" : "hosts"});
  files.push_back({"hostname", own_name + "\n", ""});
  return files;
}

// Is this still the host's root, because no stage has given the container one yet?
Result<bool> IsHosts(Child& child) {
  ASSIGN_OR_RETURN(const int opened, child.OpenInRoot({"/"}, O_PATH | O_DIRECTORY));
  const sys::Fd root(opened);
  ASSIGN_OR_RETURN(const sys::Fd own, sys::Open("/", O_PATH | O_DIRECTORY));
  ASSIGN_OR_RETURN(const uint64_t there, sys::MountOf(root.get()));
  ASSIGN_OR_RETURN(const uint64_t here, sys::MountOf(own.get()));
  return there == here;
}

Status WriteInto(const sys::Fd& folder, const NameFile& file) {
  const sys::NoUmask no_umask;
  const sys::Fd written(
      openat(folder.get(), file.name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!written.valid()) return Error(errno, "make the container's", file.name);
  return file.text.empty() ? Ok() : sys::WriteFile(written, file.name, file.text);
}

// Each by itself, detached.
Result<std::vector<sys::Fd>> MakeFiles(const std::vector<NameFile>& files) {
  constexpr uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  ASSIGN_OR_RETURN(
      const sys::Fd memory,
      sys::NewMount("tmpfs", {{"mode", "0755"}, {"size", "1m"}, {"nr_inodes", "16"}}, kAttributes));
  for (const NameFile& file : files) RETURN_IF_ERROR(WriteInto(memory, file));
  RETURN_IF_ERROR(sys::StageMount(memory));
  std::vector<sys::Fd> detached;
  for (const NameFile& file : files) {
    ASSIGN_OR_RETURN(const sys::Fd opened,
                     sys::OpenAt(memory, file.name, O_PATH | O_NOFOLLOW, file.name));
    ASSIGN_OR_RETURN(sys::Fd mount, sys::CloneTree(opened, /*recursive=*/false, file.name));
    detached.push_back(std::move(mount));
  }
  RETURN_IF_ERROR(sys::UnstageMount(memory));
  return detached;
}

bool IsAskedFor(const NameWishes& wishes) { return wishes.dns || !wishes.hosts.empty(); }

}  // namespace

Status DescribeNameFiles(const NameWishes& wishes, Description& description) {
  if (!IsAskedFor(wishes) && !wishes.connected) return Ok();
  const bool has_dns = wishes.dns || wishes.connected;
  return description.Add(
      SLIPWAY_EFFECT_FILE, kFolder,
      std::string("its own ") + (has_dns ? "resolv.conf, " : "") + "hosts and hostname, in memory");
}

Status MakeNameFiles(const NameWishes& wishes, Child& child) {
  if (!IsAskedFor(wishes) && !wishes.connected) return Ok();
  ASSIGN_OR_RETURN(const bool is_hosts, IsHosts(child));
  if (is_hosts) {
    constexpr char kCure[] = "put this stage behind the one that sets the root, such as mount";
    if (IsAskedFor(wishes)) {
      return Error("cannot give the container its own names", kResolvConf,
                   std::string("it has no root of its own yet: ") + kCure)
          .Option(wishes.dns ? "dns" : "hosts");
    }
    child.Warn(std::string("the container keeps its ") + kResolvConf + ": " + kCure);
    return Ok();
  }
  const std::vector<NameFile> files = FilesFor(wishes, child);
  ASSIGN_OR_RETURN(const std::vector<sys::Fd> mounts, MakeFiles(files));
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string path = std::string(kFolder) + "/" + files[i].name;
    Status status = child.Attach(mounts[i].get(), {path});
    if (status.ok()) continue;
    if (!files[i].option.empty()) return status.error().Option(files[i].option);
    child.Info("the container keeps its own " + path + ": " + status.error().ToString());
  }
  return Ok();
}

}  // namespace slipway::network
