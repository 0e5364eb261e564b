#include "runtime/launch/credentials.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <string>

#include "runtime/sys/capability_name.h"

namespace slipway::launch {
namespace {

constexpr uint64_t Bit(int capability) { return uint64_t{1} << capability; }

// What lets a process open files that their permissions keep from it.
constexpr uint64_t kPassesPermissions = Bit(CAP_DAC_OVERRIDE) | Bit(CAP_DAC_READ_SEARCH);

struct Sets {
  uint64_t effective = 0;
  uint64_t permitted = 0;
  uint64_t inheritable = 0;
};

constexpr uint64_t Join(uint32_t low, uint32_t high) { return low | uint64_t{high} << 32; }

Result<Sets> OwnSets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return Error(errno, "look at the capabilities");
  return Sets{Join(data[0].effective, data[1].effective),
              Join(data[0].permitted, data[1].permitted),
              Join(data[0].inheritable, data[1].inheritable)};
}

int Set(const Sets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = [](uint64_t set) { return static_cast<uint32_t>(set); };
  const auto high = [](uint64_t set) { return static_cast<uint32_t>(set >> 32); };
  const __user_cap_data_struct data[2] = {
      {low(sets.effective), low(sets.permitted), low(sets.inheritable)},
      {high(sets.effective), high(sets.permitted), high(sets.inheritable)}};
  return static_cast<int>(syscall(SYS_capset, &header, data));
}

Error CannotSet(int cause, uint64_t missing) {
  return Error(cause, "give the command its capabilities", sys::CapabilityNames(missing),
               missing != 0 ? "the runtime itself does not have them, and can give none that it "
                              "does not have"
                            : "");
}

Status RaiseAmbient(uint64_t ambient) {
  // Linux before 4.3 has none.
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && ambient == 0) return Ok();
  for (int capability = 0; capability < 64; ++capability) {
    if ((ambient & Bit(capability)) == 0) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) {
      return Error(errno, "make the command's ambient the capability",
                   sys::CapabilityNames(Bit(capability)),
                   errno == EPERM ? "it has to be permitted and inheritable too" : "");
    }
  }
  return Ok();
}

// Ids that cannot be had are why the groups cannot be set either, and what is to be told; the user
// first, who comes with a group of the same kind. Those of files are changed under the same rules;
// setfsuid(2) tells of no failure but by what holds then.
Status CheckIds(const Identity& who) {
  constexpr uid_t kNone = -1;
  const auto own = OwnSets();
  const uint64_t effective = own.ok() ? own->effective : 0;
  const auto refuse = [&](const char* what, uint32_t id, int capability, const char* hint) {
    const bool may = (effective & Bit(capability)) != 0;
    return Error(may ? EINVAL : EPERM, what, std::to_string(id),
                 may ? "the container's user namespace does not map it" : hint);
  };
  syscall(SYS_setfsuid, who.uid);
  if (static_cast<uid_t>(syscall(SYS_setfsuid, kNone)) != who.uid) {
    return refuse("run the command as the user", who.uid, CAP_SETUID, "it takes CAP_SETUID");
  }
  syscall(SYS_setfsgid, who.gid);
  if (static_cast<gid_t>(syscall(SYS_setfsgid, kNone)) != who.gid) {
    return refuse("run the command with the group", who.gid, CAP_SETGID, "it takes CAP_SETGID");
  }
  return Ok();
}

}  // namespace

Status Credentials::SetGroups() const {
  if (identity_->groups.size() > NGROUPS_MAX) {
    return Error("the command's user is in more groups than Linux allows:",
                 std::to_string(identity_->groups.size()),
                 "at most " + std::to_string(NGROUPS_MAX) + "; see the container's /etc/group");
  }
  if (syscall(SYS_setgroups, identity_->groups.size(), identity_->groups.data()) == 0) return Ok();
  const int cause = errno;
  // In a user namespace that maps one id alone they are forbidden. Those of whoever started the
  // runtime stay then, but where somebody has asked for none.
  const bool none = identity_->groups.empty();
  if (cause == EPERM && none && (!identity_->groups_are_wanted || getgroups(0, nullptr) == 0)) {
    return Ok();
  }
  RETURN_IF_ERROR(CheckIds(*identity_));
  return Error(cause, "give the command its supplementary groups", {},
               cause == EPERM    ? "it takes CAP_SETGID, and a user namespace that allows them"
               : cause == EINVAL ? "the container's user namespace does not map one of them"
                                 : "");
}

Status Credentials::SetIds() const {
  const Identity& who = *identity_;
  if (syscall(SYS_setresgid, who.gid, who.gid, who.gid) != 0) {
    const int cause = errno;
    RETURN_IF_ERROR(CheckIds(who));
    return Error(cause, "run the command with the group", std::to_string(who.gid));
  }
  if (syscall(SYS_setresuid, who.uid, who.uid, who.uid) != 0) {
    return Error(
        errno, "run the command as the user", std::to_string(who.uid),
        errno == EINVAL ? "the container's user namespace does not map it" : "it takes CAP_SETUID");
  }
  return Ok();
}

Status Credentials::TakeFileRights() const {
  if (identity_ == nullptr && capabilities_ == nullptr) return Ok();
  uid_t uid = geteuid();
  if (identity_ != nullptr) {
    uid = identity_->uid;
    RETURN_IF_ERROR(SetGroups());
    // They tell of no failure; one shows when the ids are set.
    syscall(SYS_setfsgid, identity_->gid);
    syscall(SYS_setfsuid, uid);
  }
  ASSIGN_OR_RETURN(Sets sets, OwnSets());
  uint64_t later = uid == 0 ? sets.permitted : 0;
  if (capabilities_ != nullptr) {
    ASSIGN_OR_RETURN(const Capabilities wanted, Wanted());
    later = wanted.effective;
  }
  sets.effective = (sets.permitted & ~kPassesPermissions) | (sets.permitted & later);
  if (Set(sets) != 0) return CannotSet(errno, 0);
  return Ok();
}

Status Credentials::ReturnFileRights() const {
  syscall(SYS_setfsgid, getegid());
  syscall(SYS_setfsuid, geteuid());
  ASSIGN_OR_RETURN(Sets sets, OwnSets());
  sets.effective = sets.permitted;
  return Set(sets) == 0 ? Ok() : Status(CannotSet(errno, 0));
}

// What the exec of the command will leave; capabilities(7), "Transformation of capabilities during
// execve()". From a user who is not root it takes all that are not ambient, but not from a program
// with file capabilities, which would then depend on whether an init is executed first.
Result<Capabilities> Credentials::Wanted() const {
  ASSIGN_OR_RETURN(const Sets own, OwnSets());
  Capabilities wanted = *capabilities_;
  const uint64_t left_out = wanted.dispensable & ~own.permitted;
  for (uint64_t* set :
       {&wanted.permitted, &wanted.effective, &wanted.inheritable, &wanted.ambient}) {
    *set &= ~left_out;
  }
  if ((identity_ != nullptr ? identity_->uid : geteuid()) == 0) return wanted;
  wanted.permitted &= wanted.ambient;
  wanted.effective &= wanted.ambient;
  return wanted;
}

// Those that are not wanted can never be had again; capabilities(7), "Capability bounding set".
Status Credentials::LimitBounding(const Capabilities& wanted) const {
  for (int capability = 0; capability < 64; ++capability) {
    const uint64_t bit = Bit(capability);
    const bool keep = (wanted.bounding & bit) != 0;
    // Also of one that there is not.
    if (!keep && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    const int cause = errno;
    const int had = prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (had < 0) return Ok();  // beyond the last one that the kernel knows
    if (had == 0 && keep && (wanted.dispensable & bit) == 0) return CannotSet(EPERM, bit);
    if (had == 0 || keep) continue;
    if (cause == EPERM && no_new_privileges_) return Ok();
    return Error(cause, "keep from the command the capability", sys::CapabilityNames(bit),
                 cause == EPERM ? "it takes CAP_SETPCAP, or no_new_privs" : "");
  }
  return Ok();
}

Status Credentials::TakeOn() const {
  if (capabilities_ == nullptr) return identity_ != nullptr ? SetIds() : Ok();
  ASSIGN_OR_RETURN(const Capabilities wanted, Wanted());
  ASSIGN_OR_RETURN(const Sets own, OwnSets());
  RETURN_IF_ERROR(LimitBounding(wanted));
  if (identity_ != nullptr) {
    // Else the kernel takes all of them with the change of the user.
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return Error(errno, "keep the capabilities");
    RETURN_IF_ERROR(SetIds());
  }
  if (Set({wanted.effective, wanted.permitted, wanted.inheritable}) != 0) {
    return CannotSet(errno, (wanted.permitted | wanted.inheritable) & ~own.permitted);
  }
  RETURN_IF_ERROR(RaiseAmbient(wanted.ambient));
  (void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  return Ok();
}

}  // namespace slipway::launch
