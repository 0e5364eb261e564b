// Whom the command runs as, and with which rights: credentials(7), capabilities(7). The host
// applies all of it, as the last thing before the command, its init, and each further command.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "plugins/credentials/capabilities.h"
#include "runtime/sdk/stage.h"

namespace {

using credentials::Given;
using credentials::Names;
using slipway::Context;
using slipway::Description;
using slipway::Error;
using slipway::Ok;
using slipway::Plan;
using slipway::Status;

constexpr int64_t kMostOfUmask = 0777;

// As the host reads them; group(5). The last number is none.
Status CheckGroup(const std::string& text) {
  constexpr const char* kHint = "write a name or a number, such as 44 or video";
  if (text.empty() || text.find_first_of(":, \t\n/") != std::string::npos || text.front() == '-') {
    return Error("not a group", text, kHint);
  }
  if (text.find_first_not_of("0123456789") != std::string::npos) return Ok();
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && number != UINT32_MAX) return Ok();
  return Error("not a group", text, "a number is at most 4294967294");
}

std::string Join(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

class Credentials final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    return slipway::OptionTable(
        slipway::Option<&Credentials::user_>(
            "user",
            "Whom the command runs as; names are those of the container's own /etc/passwd and "
            "/etc/group; root, where the container has one, if absent",
            {.short_name = "user"}),
        slipway::Option<&Credentials::groups_>(
            "groups",
            "Supplementary groups, by number or name of the container's /etc/group; [] for none; "
            "without it, those that /etc/group gives the user"),
        slipway::Option<&Credentials::umask_>(
            "umask", "Permissions that files the command makes do not get; the caller's if absent",
            {.minimum = 0, .maximum = kMostOfUmask}),
        slipway::Option<&Credentials::capabilities_>(
            "capabilities",
            "These and no others, for root and any other user alike; [all] for all that the "
            "runtime has, [] for none"),
        slipway::Option<&Credentials::cap_add_>(
            "cap_add", "More than by default, for root and any other user alike; [all] for all",
            {.fallback = "[]", .short_name = "cap-add"}),
        slipway::Option<&Credentials::cap_drop_>(
            "cap_drop", "Fewer than by default; [all] for none but those of cap_add",
            {.fallback = "[]", .short_name = "cap-drop"}),
        slipway::Option<&Credentials::capability_sets_>(
            "capability_sets",
            "Each of the five sets of capabilities(7), for those who know them; one that is absent "
            "is empty"),
        slipway::Option<&Credentials::no_new_privs_>(
            "no_new_privs",
            "Nothing that is executed gives more rights: su, sudo and file capabilities do not "
            "work",
            {.fallback = "true"}));
  }

  Status Create(Context&) override {
    for (size_t i = 0; groups_ && i < groups_->size(); ++i) {
      Status checked = CheckGroup((*groups_)[i]);
      if (!checked.ok()) return checked.error().Option(slipway::Element("groups", i));
    }
    ASSIGN_OR_RETURN(given_,
                     credentials::SetsOf({capabilities_, cap_add_, cap_drop_, capability_sets_}));
    return Ok();
  }

  Status Describe(Description& description) override {
    if (user_) RETURN_IF_ERROR(Tell(description, "user", user_->text));
    if (groups_) RETURN_IF_ERROR(Tell(description, "groups", Join(*groups_)));
    if (umask_) {
      char text[8];
      (void)snprintf(text, sizeof(text), "%04o", umask_->bits);
      RETURN_IF_ERROR(Tell(description, "umask", text));
    }
    RETURN_IF_ERROR(capability_sets_ ? TellSets(description) : TellCapabilities(description));
    return Tell(description, "no_new_privs",
                no_new_privs_ ? "nothing that is executed gives more rights"
                              : "off: su, sudo and file capabilities work");
  }

  Status PreClone(Plan& plan) override {
    slipway_process wishes{};
    wishes.fields = SLIPWAY_PROCESS_CAPABILITIES | SLIPWAY_PROCESS_NO_NEW_PRIVILEGES;
    wishes.capabilities = given_.sets;
    wishes.dispensable_capabilities = given_.dispensable;
    wishes.no_new_privileges = no_new_privs_ ? 1 : 0;
    if (user_) {
      wishes.fields |= SLIPWAY_PROCESS_USER;
      wishes.user = user_->text.c_str();
    }
    std::vector<const char*> groups;
    if (groups_) {
      wishes.fields |= SLIPWAY_PROCESS_GROUPS;
      for (const std::string& group : *groups_) groups.push_back(group.c_str());
      groups.push_back(nullptr);
      wishes.groups = groups.data();
    }
    if (umask_) {
      wishes.fields |= SLIPWAY_PROCESS_UMASK;
      wishes.umask = umask_->bits;
    }
    return plan.SetProcess(wishes);
  }

 private:
  static Status Tell(Description& description, const char* what, const std::string& how) {
    return description.Add(SLIPWAY_EFFECT_PROCESS, what, how);
  }

  Status TellCapabilities(Description& description) const {
    const uint64_t root = given_.sets.permitted;
    const uint64_t others = given_.sets.ambient;
    if (root == others) return Tell(description, "capabilities", credentials::Words(root));
    RETURN_IF_ERROR(Tell(description, "capabilities", "of root: " + credentials::Words(root)));
    return Tell(description, "capabilities", "of another user: " + credentials::Words(others));
  }

  Status TellSets(Description& description) const {
    const slipway_capabilities& sets = given_.sets;
    RETURN_IF_ERROR(Tell(description, "bounding set", credentials::Words(sets.bounding)));
    RETURN_IF_ERROR(Tell(description, "permitted set", credentials::Words(sets.permitted)));
    RETURN_IF_ERROR(Tell(description, "effective set", credentials::Words(sets.effective)));
    RETURN_IF_ERROR(Tell(description, "inheritable set", credentials::Words(sets.inheritable)));
    return Tell(description, "ambient set", credentials::Words(sets.ambient));
  }

  std::optional<slipway::User> user_;
  std::optional<Names> groups_;
  std::optional<slipway::Mode> umask_;
  std::optional<Names> capabilities_;
  Names cap_add_;
  Names cap_drop_;
  std::optional<credentials::Sets> capability_sets_;
  bool no_new_privs_ = true;
  Given given_;
};

}  // namespace

SLIPWAY_STAGE(Credentials, {.name = "credentials",
                            .summary = "The command's user, groups, umask and capabilities; no "
                                       "more rights by what it executes",
                            .joins = SLIPWAY_JOIN_PRE_CLONE,
                            .needs = "CAP_SETUID and CAP_SETGID for another user or other groups"});
