// What the command may do with files, TCP ports and processes outside, whoever it is: landlock(7).
// The ruleset is made in the container, from paths beneath its root, and taken on as the last thing
// before the command, its init, and each further command.

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/landlock/rights.h"
#include "plugins/landlock/ruleset.h"
#include "runtime/sdk/stage.h"
#include "runtime/sys/fd.h"

namespace {

using slipway::Child;
using slipway::ContainerPath;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Figures;
using slipway::Finishing;
using slipway::NotHere;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;
using slipway::landlock::Bit;
using slipway::landlock::Restricted;
using slipway::landlock::Right;
namespace landlock = slipway::landlock;
namespace sys = slipway::sys;

// Each is the bit of LANDLOCK_SCOPE_* with its number.
enum class Scope { kAbstractUnixSockets, kSignals };

}  // namespace

template <>
inline constexpr std::array<const char*, 17> slipway::kNamesOf<Right>{
    "execute",   "write_file", "read_file", "read_dir",  "remove_dir", "remove_file",
    "make_char", "make_dir",   "make_reg",  "make_sock", "make_fifo",  "make_block",
    "make_sym",  "refer",      "truncate",  "ioctl_dev", nullptr};

template <>
inline constexpr std::array<const char*, 3> slipway::kNamesOf<Scope>{"abstract_unix_sockets",
                                                                     "signals", nullptr};

namespace {

constexpr int64_t kLastPort = 65535;

// A path of one of the lists that stand for a set of rights.
struct Place {
  static constexpr const char* kTextForm = "path:optional=optional";
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Place::path>("path", "A file, or a folder with all that is below it",
                                      {.required = true}),
        slipway::Option<&Place::optional>("optional", "Pass it over if it is not there",
                                          {.fallback = "false"}));
  }

  ContainerPath path;
  bool optional = false;
};

struct Rule {
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Rule::path>("path", "A file, or a folder with all that is below it",
                                     {.required = true}),
        slipway::Option<&Rule::rights>("rights", "What may be done with it", {.required = true}),
        slipway::Option<&Rule::optional>("optional", "Pass it over if it is not there",
                                         {.fallback = "false"}));
  }

  ContainerPath path;
  std::vector<Right> rights;
  bool optional = false;
};

using Places = std::vector<Place>;
using Ports = std::optional<std::vector<int64_t>>;

uint64_t BitsOf(const std::vector<Right>& rights) {
  uint64_t bits = 0;
  for (const Right right : rights) bits |= Bit(right);
  return bits;
}

// What may be done with one path, and the option that says so.
struct Grant {
  std::string option;
  const ContainerPath* path;
  uint64_t rights;
  bool optional;
};

Status Allow(Child& child, const sys::Fd& ruleset, const Grant& grant, uint64_t possible) {
  const auto opened = child.OpenInRoot(*grant.path, O_PATH);
  if (!opened.ok()) {
    const int cause = opened.error()->errno_value;
    const bool absent = cause == ENOENT || cause == ENOTDIR;
    if (absent && grant.optional) return Ok();
    Error error = opened.error();
    if (absent) error.Hint("with \"optional: true\" a path that is not there is passed over");
    return error.Option(grant.option);
  }
  const sys::Fd file(*opened);
  Status allowed = landlock::AllowFile(ruleset, file, grant.rights & possible, grant.path->path);
  return allowed.ok() ? Ok() : Status(allowed.error().Option(grant.option));
}

class Landlock final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Landlock::read_>("read", "Paths whose files may be read, and folders listed",
                                 {.fallback = "[]"}),
        Option<&Landlock::execute_>("execute", "The same, and programs executed",
                                    {.fallback = "[]"}),
        Option<&Landlock::write_>("write",
                                  "The same as read, and files, folders, symlinks, sockets and "
                                  "fifos written, made, moved and removed",
                                  {.fallback = "[]"}),
        Option<&Landlock::devices_>("devices",
                                    "The same as read, and devices written and controlled by "
                                    "ioctl(2)",
                                    {.fallback = "[]"}),
        Option<&Landlock::rules_>("rules", "Paths with rights of your choice, besides those",
                                  {.fallback = "[]"}),
        Option<&Landlock::unrestricted_>(
            "unrestricted", "Rights that the command has with all files", {.fallback = "[]"}),
        Option<&Landlock::tcp_bind_>("tcp_bind",
                                     "TCP ports that the command may listen at, [] for none; all "
                                     "if absent"),
        Option<&Landlock::tcp_connect_>("tcp_connect",
                                        "TCP ports that the command may connect to, [] for none; "
                                        "all if absent"),
        Option<&Landlock::scope_>("scope", "Of processes outside, what is out of reach",
                                  {.fallback = "[]"}),
        Option<&Landlock::best_effort_>("best_effort",
                                        "Leave unrestricted what this kernel's Landlock does not "
                                        "know, instead of refusing to run",
                                        {.fallback = "false"}));
  }

  Status Create(Context&) override {
    RETURN_IF_ERROR(CheckPorts(tcp_bind_, "tcp_bind"));
    RETURN_IF_ERROR(CheckPorts(tcp_connect_, "tcp_connect"));
    const auto refer = std::find(unrestricted_.begin(), unrestricted_.end(), Right::kRefer);
    if (refer != unrestricted_.end()) {
      return Error("a right that the kernel always restricts", "refer",
                   "give it to paths, by write or rules")
          .Option(
              slipway::Element("unrestricted", static_cast<size_t>(refer - unrestricted_.begin())));
    }
    grants_ = Grants();
    wanted_ = Wanted();
    if (wanted_ == Restricted{}) {
      return Error("nothing to restrict", {},
                   "write such as execute: [/usr], or tcp_bind, tcp_connect, scope");
    }
    if ((wanted_.files & Bit(Right::kExecute)) == 0) return Ok();
    if (std::any_of(grants_.begin(), grants_.end(), [](const Grant& grant) {
          return (grant.rights & Bit(Right::kExecute)) != 0;
        })) {
      return Ok();
    }
    return Error("no path from which the command could be executed", {},
                 "name those of programs and of their loader, such as [/usr, /lib64:optional]")
        .Option("execute");
  }

  Status Probe(Context& context) override {
    abi_ = landlock::Abi();
    if (abi_ <= 0) {
      return NotHere(Error(-abi_, "restrict the command by Landlock", {},
                           abi_ == -ENOSYS ? "this kernel has none"
                                           : "it was not enabled when this kernel was started"),
                     "take a kernel with CONFIG_SECURITY_LANDLOCK, and landlock in lsm= of its "
                     "command line");
    }
    context.Info("Landlock of this kernel: ABI " + std::to_string(abi_));
    const std::string lacking = landlock::Lacking(wanted_, abi_);
    if (lacking.empty()) return Ok();
    const std::string what =
        "Landlock of this kernel, ABI " + std::to_string(abi_) + ", does not restrict";
    if (!best_effort_) {
      return NotHere(Error(what, lacking),
                     std::string("take Linux ") + landlock::LinuxFor(wanted_) +
                         " or later, or leave it unrestricted by best_effort: true");
    }
    // What a run is asked for with -v, a check is for.
    const std::string line = what + ": " + lacking;
    if (context.operation() == SLIPWAY_CHECK) {
      context.Warn(line);
    } else {
      context.Info(line);
    }
    return Ok();
  }

  Status Describe(Description& description) override {
    RETURN_IF_ERROR(DescribeFiles(description));
    const auto tell = [&](const char* what, const std::string& how) {
      return description.Add(SLIPWAY_EFFECT_FILTER, what, how);
    };
    const Restricted possible = landlock::Possible(wanted_, abi_);
    if (possible.tcp & landlock::kBindTcp) RETURN_IF_ERROR(tell("TCP, bind", Words(*tcp_bind_)));
    if (possible.tcp & landlock::kConnectTcp) {
      RETURN_IF_ERROR(tell("TCP, connect", Words(*tcp_connect_)));
    }
    for (const Scope scope : scope_) {
      if (possible.scope == 0) break;
      RETURN_IF_ERROR(
          tell(slipway::kNamesOf<Scope>[static_cast<size_t>(scope)], "none of processes outside"));
    }
    const std::string lacking = landlock::Lacking(wanted_, abi_);
    return lacking.empty() ? Ok() : tell("Landlock", "this kernel does not restrict " + lacking);
  }

  // For Report: only where it is less than was asked for.
  Status PreClone(Plan& plan) override {
    if (landlock::Lacking(wanted_, abi_).empty()) return Ok();
    return plan.RecordUndo(std::to_string(abi_));
  }

  Status InChild(Child& child) override {
    const Restricted possible = landlock::Possible(wanted_, landlock::Abi());
    if (possible == Restricted{}) return Ok();
    ASSIGN_OR_RETURN(const sys::Fd ruleset, landlock::MakeRuleset(possible));
    for (const Grant& grant : grants_) {
      RETURN_IF_ERROR(Allow(child, ruleset, grant, possible.files));
    }
    RETURN_IF_ERROR(AllowPorts(ruleset, tcp_bind_, possible.tcp & landlock::kBindTcp, "tcp_bind"));
    RETURN_IF_ERROR(
        AllowPorts(ruleset, tcp_connect_, possible.tcp & landlock::kConnectTcp, "tcp_connect"));
    return child.PutAsideForFinish(ruleset.get());
  }

  Status Finish(Finishing& finishing) override {
    const int ruleset = finishing.Aside();
    return ruleset < 0 ? Ok() : landlock::RestrictSelf(ruleset);
  }

  Status Report(std::string_view record, Figures& figures) override {
    int64_t abi = 0;
    (void)std::from_chars(record.data(), record.data() + record.size(), abi);
    return figures.Add("abi", abi);
  }

  // The record is for Report alone: a ruleset goes with its processes.
  Status Teardown(std::string_view, Context&) override { return Ok(); }

 private:
  static Status CheckPorts(const Ports& ports, const char* option) {
    for (size_t i = 0; ports && i < ports->size(); ++i) {
      const int64_t port = (*ports)[i];
      if (port >= 0 && port <= kLastPort) continue;
      return Error("not a TCP port", std::to_string(port), "write a number up to 65535")
          .Option(slipway::Element(option, i));
    }
    return Ok();
  }

  static Status AllowPorts(const sys::Fd& ruleset, const Ports& ports, uint64_t rights,
                           const char* option) {
    if (!ports || rights == 0) return Ok();
    for (size_t i = 0; i < ports->size(); ++i) {
      Status allowed = landlock::AllowPort(ruleset, (*ports)[i], rights);
      if (!allowed.ok()) return allowed.error().Option(slipway::Element(option, i));
    }
    return Ok();
  }

  static std::string Words(const std::vector<int64_t>& ports) {
    std::string text;
    for (const int64_t port : ports) text += (text.empty() ? "" : ", ") + std::to_string(port);
    return text.empty() ? "no port" : "only " + text;
  }

  Restricted Wanted() const {
    Restricted wanted;
    if (!grants_.empty()) wanted.files = landlock::AllFilesBut(unrestricted_);
    if (tcp_bind_) wanted.tcp |= landlock::kBindTcp;
    if (tcp_connect_) wanted.tcp |= landlock::kConnectTcp;
    for (const Scope scope : scope_) wanted.scope |= uint64_t{1} << static_cast<unsigned>(scope);
    return wanted;
  }

  std::vector<Grant> Grants() const {
    std::vector<Grant> grants;
    const std::pair<const char*, std::pair<const Places*, uint64_t>> lists[] = {
        {"read", {&read_, landlock::kRead}},
        {"execute", {&execute_, landlock::kExecute}},
        {"write", {&write_, landlock::kWrite}},
        {"devices", {&devices_, landlock::kDevices}}};
    for (const auto& [name, list] : lists) {
      const auto& [places, rights] = list;
      for (size_t i = 0; i < places->size(); ++i) {
        const Place& place = (*places)[i];
        grants.push_back(
            {slipway::Element(name, i) + ".path", &place.path, rights, place.optional});
      }
    }
    for (size_t i = 0; i < rules_.size(); ++i) {
      const Rule& rule = rules_[i];
      grants.push_back(
          {slipway::Element("rules", i) + ".path", &rule.path, BitsOf(rule.rights), rule.optional});
    }
    return grants;
  }

  Status DescribeFiles(Description& description) const {
    const uint64_t possible = landlock::Possible(wanted_, abi_).files;
    for (const Grant& grant : grants_) {
      std::string rights;
      for (unsigned i = 0; slipway::kNamesOf<Right>[i] != nullptr; ++i) {
        if ((grant.rights & possible & Bit(static_cast<Right>(i))) == 0) continue;
        rights += (rights.empty() ? "" : ", ") + std::string(slipway::kNamesOf<Right>[i]);
      }
      if (grant.optional) rights += ", if it is there";
      RETURN_IF_ERROR(description.Add(SLIPWAY_EFFECT_FILTER, grant.path->path, "allows " + rights));
    }
    return Ok();
  }

  Places read_;
  Places execute_;
  Places write_;
  Places devices_;
  std::vector<Rule> rules_;
  std::vector<Right> unrestricted_;
  Ports tcp_bind_;
  Ports tcp_connect_;
  std::vector<Scope> scope_;
  bool best_effort_ = false;
  // What these come to.
  std::vector<Grant> grants_;
  Restricted wanted_;
  int abi_ = 0;  // Probe's
};

}  // namespace

SLIPWAY_STAGE(Landlock, {.name = "landlock",
                         .summary = "Only these files, TCP ports and processes (Landlock)",
                         .joins = SLIPWAY_JOIN_IN_CHILD | SLIPWAY_JOIN_FINISH,
                         .after = {"root", "procfs", "sysfs", "dev", "mask"}});
