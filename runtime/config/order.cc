#include "runtime/config/order.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::config {
namespace {

// The first alternative that provides the token; nullptr when none does.
const StageEntry* ProviderIn(const Step& step, std::string_view token) {
  for (const StageEntry& stage : step.alternatives) {
    if (Provides(stage, token)) return &stage;
  }
  return nullptr;
}

// `which provides "root" at ubuntu.yaml:12:5`; a stage's own name needs no such explanation.
std::string ProvidedAt(const StageEntry& provider, std::string_view token) {
  if (provider.name == token) return "at " + provider.where;
  return "which provides \"" + std::string(token) + "\" at " + provider.where;
}

class Rules {
 public:
  Rules(const std::vector<Step>& steps, const AllStages& all_stages, Mistakes& mistakes)
      : steps_(steps), all_stages_(all_stages), mistakes_(mistakes) {}

  // Of one alternative of the step at `index`.
  void Check(const StageEntry& stage, size_t index) {
    stage_ = &stage;
    index_ = index;
    told_.clear();
    ForEach(stage.descriptor->conflicts, &Rules::CheckConflicts);
    ForEach(stage.descriptor->after, &Rules::CheckAfter);
    ForEach(stage.descriptor->requires_, &Rules::CheckRequires);
  }

 private:
  using Rule = void (Rules::*)(std::string_view);

  void ForEach(const char* const* tokens, Rule rule) {
    for (; tokens != nullptr && *tokens != nullptr; ++tokens) (this->*rule)(*tokens);
  }

  void Tell(std::string_view rule, std::string_view subject, const std::string& hint) {
    mistakes_.Add(Error(rule, subject, hint).At(stage_->where).In(stage_->name, ""));
  }

  // Returns whether it is the first that is said of this stage and the other one.
  bool IsNew(const StageEntry& other) {
    if (std::find(told_.begin(), told_.end(), &other) != told_.end()) return false;
    told_.push_back(&other);
    return true;
  }

  void CheckConflicts(std::string_view token) {
    for (size_t i = 0; i < steps_.size(); ++i) {
      const StageEntry* other = i == index_ ? nullptr : ProviderIn(steps_[i], token);
      if (other == nullptr || !IsNew(*other)) continue;
      Tell("conflicts with", other->name, ProvidedAt(*other, token) + ": keep one of them");
    }
  }

  void CheckAfter(std::string_view token) {
    for (size_t i = index_ + 1; i < steps_.size(); ++i) {
      const StageEntry* later = ProviderIn(steps_[i], token);
      if (later == nullptr || !IsNew(*later)) continue;
      Tell("must come after", later->name, ProvidedAt(*later, token) + ": move it up");
    }
  }

  void CheckRequires(std::string_view token) {
    const StageEntry* later = nullptr;
    for (size_t i = 0; i < steps_.size(); ++i) {
      const StageEntry* provider = i == index_ ? nullptr : ProviderIn(steps_[i], token);
      if (i > index_) {
        if (later == nullptr) later = provider;
        continue;
      }
      if (i == index_) continue;
      const auto& alternatives = steps_[i].alternatives;
      const auto missing =
          std::find_if(alternatives.begin(), alternatives.end(), [&](const StageEntry& entry) {
            return entry.descriptor != nullptr && !Provides(entry, token);
          });
      const bool all = missing == alternatives.end();
      // Provided, or not known.
      if (all && (provider == nullptr || !steps_[i].is_optional())) return;
      if (provider == nullptr) continue;
      Tell("needs", token,
           "stage \"" + provider->name + "\" at " + provider->where +
               " provides it, but its alternative \"" + (all ? "none" : missing->name) + "\" at " +
               (all ? steps_[i].none_where : missing->where) + " does not");
      return;
    }
    if (later != nullptr && !IsNew(*later)) return;
    TellNeed(token, later);
  }

  void TellNeed(std::string_view token, const StageEntry* later) {
    std::string hint = "runtime describe STAGE shows what a stage provides";
    if (later != nullptr) {
      hint = later->name + " at " + later->where + " does: move it up";
    } else if (const std::string name = OtherProvider(token); !name.empty()) {
      hint = "the stage " + name + " does: put it before";
    }
    Tell("needs \"" + std::string(token) + "\", which no stage before it provides", {}, hint);
  }

  // A stage that is not in the pipeline; empty when none provides the token.
  std::string OtherProvider(std::string_view token) const {
    if (!all_stages_) return {};
    for (const slipway_stage* stage : all_stages_()) {
      if (stage->name != stage_->name && Provides(*stage, stage->name, token)) return stage->name;
    }
    return {};
  }

  const std::vector<Step>& steps_;
  const AllStages& all_stages_;
  Mistakes& mistakes_;

  const StageEntry* stage_ = nullptr;  // whose rules are checked
  size_t index_ = 0;                   // of its step
  std::vector<const StageEntry*> told_;
};

}  // namespace

void CheckOrder(const std::vector<Step>& steps, const AllStages& all_stages, Mistakes& mistakes) {
  Rules rules(steps, all_stages, mistakes);
  for (size_t i = 0; i < steps.size(); ++i) {
    for (const StageEntry& stage : steps[i].alternatives) {
      if (stage.descriptor != nullptr) rules.Check(stage, i);
    }
  }
}

}  // namespace slipway::config
