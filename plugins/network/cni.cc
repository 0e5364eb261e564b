#include "plugins/network/cni.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "plugins/network/cni_list.h"
#include "plugins/network/cni_run.h"
#include "plugins/network/kept.h"
#include "runtime/sys/fd.h"
#include "runtime/sys/file.h"
#include "runtime/sys/namespace.h"
#include "runtime/sys/process.h"

namespace slipway::network {
namespace {

using sys::Json;

constexpr char kFolder[] = "/run/netns";  // as ip-netns(8) has it

const std::vector<Json>& PluginsOf(const Json& list) { return list.Find("plugins")->items(); }

std::string TypeOf(const Json& plugin) { return plugin.Find("type")->text(); }

std::string PinOf(const std::string& container) {
  return std::string(kFolder) + "/slipway-" + container;
}

// DEL wants the namespace, which ends with the container: a mount keeps it until then.
Status Pin(pid_t child, const std::string& pin) {
  if (mkdir(kFolder, 0755) != 0 && errno != EEXIST) return Error(errno, "make", kFolder);
  return KeepAt(child, pin);
}

bool IsPinned(const std::string& pin) {
  const auto file = sys::Open(pin, O_RDONLY);
  if (!file.ok()) return false;
  const auto kind = sys::NamespaceKind(file->get());
  return kind.ok() && *kind == CLONE_NEWNET;
}

// Everything that DEL needs: the files may have changed by then.
std::string RecordOf(const Json& list, const std::vector<std::string>& ports) {
  Json record = Json::Object();
  record.Set("list", list);
  Json texts = Json::Array();
  for (const std::string& port : ports) texts.Append(Json::String(port));
  record.Set("ports", std::move(texts));
  return std::string(kCniRecord) + record.Write();
}

struct Recorded {
  Json list;
  std::vector<Port> ports;
};

Result<Recorded> ReadRecord(std::string_view record) {
  ASSIGN_OR_RETURN(const Json whole, sys::ParseJson(record.substr(kCniRecord.size()), "record"));
  const Json* list = whole.Find("list");
  const Json* texts = whole.Find("ports");
  if (list == nullptr || texts == nullptr) return Error("cannot read the record of a network");
  Recorded recorded;
  ASSIGN_OR_RETURN(recorded.list, ParseCniList(list->Write(), "record"));
  for (const Json& text : texts->items()) {
    ASSIGN_OR_RETURN(Port port, ParsePort(text.text()));
    recorded.ports.push_back(std::move(port));
  }
  return recorded;
}

std::string LastResult(const Context& context) {
  std::string result;
  for (const std::string_view record : context.UndoRecords()) {
    if (record.starts_with(kCniResult)) result = record.substr(kCniResult.size());
  }
  return result;
}

}  // namespace

Status Cni::Configure(const std::string& network, const std::vector<std::string>& ports) {
  network_ = network;
  port_texts_ = ports;
  return Ok();
}

Status Cni::Probe() {
  if (!IsWanted()) return Ok();
  if (!sys::HasCapability(CAP_SYS_ADMIN) || !sys::HasCapability(CAP_NET_ADMIN)) {
    return NotHere(Error("only root can run network plugins", network_).Option("cni"),
                   "run the runtime as root, or take uplink: pasta");
  }
  auto list = ReadCniList(network_);
  if (!list.ok()) return list.error().Option("cni");
  list_ = std::move(list).value();
  for (const Json& plugin : PluginsOf(list_)) {
    if (!FindCniPlugin(TypeOf(plugin)).empty()) continue;
    return NotHere(Error("there is no network plugin", TypeOf(plugin),
                         "a program of root's in /opt/cni/bin or /usr/lib/cni")
                       .Option("cni"),
                   "apt-get install containernetworking-plugins");
  }
  return Ok();
}

std::string Cni::InWords() const {
  std::string words = "the network " + list_.Find("name")->text() + ":";
  const char* between = " ";
  for (const Json& plugin : PluginsOf(list_)) {
    words.append(between).append(TypeOf(plugin));
    between = ", ";
  }
  return words;
}

Status Cni::PostClone(ParkedChild& child) const {
  if (!IsWanted()) return Ok();
  ASSIGN_OR_RETURN(const std::vector<Port> ports, ParsePorts(port_texts_));
  const std::string id(child.container_id());
  RETURN_IF_ERROR(child.RecordUndo(RecordOf(list_, port_texts_)));
  RETURN_IF_ERROR(Pin(child.pid(), PinOf(id)));
  Json previous;
  bool first = true;
  for (const Json& plugin : PluginsOf(list_)) {
    auto answer =
        RunCni({.path = FindCniPlugin(TypeOf(plugin)),
                .command = "ADD",
                .container = id,
                .netns = PinOf(id),
                .request = CniRequest(list_, plugin, ports, first ? nullptr : &previous)});
    if (!answer.ok()) return answer.error().Option("cni");
    ASSIGN_OR_RETURN(previous, sys::ParseJson(*answer, TypeOf(plugin)));
    first = false;
  }
  return child.RecordUndo(std::string(kCniResult) + previous.Write());
}

Status TeardownCni(std::string_view record, Context& context) {
  if (record.starts_with(kCniResult)) return Ok();  // it says something, and stands for nothing
  ASSIGN_OR_RETURN(const Recorded recorded, ReadRecord(record));
  const std::string id(context.container_id());
  const std::string pin = PinOf(id);
  const auto result = sys::ParseJson(LastResult(context), "record");
  const std::vector<Json>& plugins = PluginsOf(recorded.list);
  const std::string netns = IsPinned(pin) ? pin : "";
  Status status;
  for (auto plugin = plugins.rbegin(); plugin != plugins.rend(); ++plugin) {
    const std::string path = FindCniPlugin(TypeOf(*plugin));
    auto answer = path.empty()
                      ? Result<std::string>(Error("there is no network plugin", TypeOf(*plugin),
                                                  "what it has made is left"))
                      : RunCni({.path = path,
                                .command = "DEL",
                                .container = id,
                                .netns = netns,
                                .request = CniRequest(recorded.list, *plugin, recorded.ports,
                                                      result.ok() ? &result.value() : nullptr)});
    if (status.ok() && !answer.ok()) status = answer.error();
  }
  // Else a later try finds the namespace there still.
  return status.ok() ? DropAt(pin) : std::move(status);
}

}  // namespace slipway::network
