// Wants of the command's process what the pipeline says, word for word.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/sdk/stage.h"

namespace {

class Process final : public slipway::Stage {
 public:
  static constexpr auto Options() {
    using slipway::Option;
    return slipway::OptionTable(
        Option<&Process::user_>("user", "User"), Option<&Process::groups_>("groups", "Groups"),
        Option<&Process::environment_>("environment", "NAME=value, or NAME"),
        Option<&Process::folder_>("folder", "Folder"),
        Option<&Process::make_folder_>("make-folder", "Is it made?"),
        Option<&Process::umask_>("umask", "Umask"),
        Option<&Process::kept_>("kept", "Numbers of the capabilities that are kept"),
        Option<&Process::ambient_>("ambient", "Are they ambient too?"),
        Option<&Process::no_new_privileges_>("no-new-privileges", "Set it, or want it unset"),
        Option<&Process::nofile_>("nofile", "RLIMIT_NOFILE"),
        Option<&Process::fsize_>("fsize", "RLIMIT_FSIZE"),
        Option<&Process::oom_score_adj_>("oom-score-adj", "oom_score_adj"),
        Option<&Process::nice_>("nice", "Nice value"),
        Option<&Process::processor_>("processor", "The only processor"),
        Option<&Process::personality_>("personality", "Personality"),
        Option<&Process::label_>("label", "Label for attr/exec"),
        Option<&Process::deny_mkdir_>("deny-mkdir", "mkdir fails with ENOTEMPTY"));
  }

  slipway::Status PreClone(slipway::Plan& plan) override {
    slipway_process wishes{};
    AddIdentity(wishes);
    AddSurroundings(wishes);
    AddTreatment(wishes);
    RETURN_IF_ERROR(plan.SetProcess(wishes));
    return deny_mkdir_ ? DenyMkdir(plan) : slipway::Ok();
  }

 private:
  using Texts = std::vector<std::string>;

  static void Point(const Texts& texts, std::vector<const char*>& pointers) {
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    pointers.push_back(nullptr);
  }

  void AddIdentity(slipway_process& wishes) {
    if (user_) {
      wishes.fields |= SLIPWAY_PROCESS_USER;
      wishes.user = user_->c_str();
    }
    if (groups_) {
      wishes.fields |= SLIPWAY_PROCESS_GROUPS;
      Point(*groups_, group_pointers_);
      wishes.groups = group_pointers_.data();
    }
    if (kept_) {
      wishes.fields |= SLIPWAY_PROCESS_CAPABILITIES;
      uint64_t set = 0;
      for (const int64_t number : *kept_) set |= uint64_t{1} << number;
      wishes.capabilities = {set, set, set, ambient_ ? set : 0, ambient_ ? set : 0};
    }
    if (no_new_privileges_) {
      wishes.fields |= SLIPWAY_PROCESS_NO_NEW_PRIVILEGES;
      wishes.no_new_privileges = *no_new_privileges_ ? 1 : 0;
    }
    if (label_) {
      wishes.fields |= SLIPWAY_PROCESS_LABEL;
      wishes.label_file = "exec";
      wishes.label = label_->c_str();
    }
  }

  void AddSurroundings(slipway_process& wishes) {
    if (environment_) {
      wishes.fields |= SLIPWAY_PROCESS_ENVIRONMENT;
      Point(*environment_, environment_pointers_);
      wishes.environment = environment_pointers_.data();
    }
    if (folder_) {
      wishes.fields |= SLIPWAY_PROCESS_FOLDER;
      wishes.folder = folder_->c_str();
    }
    if (make_folder_) wishes.fields |= SLIPWAY_PROCESS_MAKE_FOLDER;
    if (umask_) {
      wishes.fields |= SLIPWAY_PROCESS_UMASK;
      wishes.umask = umask_->bits;
    }
    const auto limit = [&](uint32_t resource, const std::optional<int64_t>& value) {
      if (!value) return;
      const auto number = static_cast<uint64_t>(*value);
      limits_.push_back({resource, 0, number, number});
    };
    limit(RLIMIT_NOFILE, nofile_);
    limit(RLIMIT_FSIZE, fsize_);
    if (!limits_.empty()) wishes.fields |= SLIPWAY_PROCESS_RLIMITS;
    wishes.rlimits = limits_.data();
    wishes.rlimit_count = static_cast<uint32_t>(limits_.size());
  }

  void AddTreatment(slipway_process& wishes) {
    if (oom_score_adj_) {
      wishes.fields |= SLIPWAY_PROCESS_OOM_SCORE_ADJ;
      wishes.oom_score_adj = static_cast<int32_t>(*oom_score_adj_);
    }
    if (nice_) {
      wishes.fields |= SLIPWAY_PROCESS_NICE;
      wishes.nice = static_cast<int32_t>(*nice_);
    }
    if (processor_) {
      wishes.fields |= SLIPWAY_PROCESS_AFFINITY;
      processors_ = uint64_t{1} << *processor_;
      wishes.affinity = &processors_;
      wishes.affinity_words = 1;
    }
    if (personality_) {
      wishes.fields |= SLIPWAY_PROCESS_PERSONALITY;
      wishes.personality = static_cast<uint32_t>(*personality_);
    }
  }

  static slipway::Status DenyMkdir(slipway::Plan& plan) {
    const sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
#ifdef SYS_mkdir
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 1, 0),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOTEMPTY),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return plan.AddFilter(program, std::size(program));
  }

  std::optional<std::string> user_;
  std::optional<Texts> groups_;
  std::optional<Texts> environment_;
  std::optional<std::string> folder_;
  bool make_folder_ = false;
  std::optional<slipway::Mode> umask_;
  std::optional<std::vector<int64_t>> kept_;
  std::optional<bool> ambient_;
  std::optional<bool> no_new_privileges_;
  std::optional<int64_t> nofile_;
  std::optional<int64_t> fsize_;
  std::optional<int64_t> oom_score_adj_;
  std::optional<int64_t> nice_;
  std::optional<int64_t> processor_;
  std::optional<int64_t> personality_;
  std::optional<std::string> label_;
  bool deny_mkdir_ = false;
  std::vector<const char*> group_pointers_;
  std::vector<const char*> environment_pointers_;
  std::vector<slipway_rlimit> limits_;
  uint64_t processors_ = 0;
};

}  // namespace

SLIPWAY_STAGE(Process, {.name = "good-process",
                        .summary = "Wants something of the command's process",
                        .joins = SLIPWAY_JOIN_PRE_CLONE});
