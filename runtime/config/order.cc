#include "runtime/config/order.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace slipway::config {
namespace {

bool Provides(const StageEntry& stage, std::string_view token) {
  if (stage.name == token) return true;
  const char* const* provided = stage.descriptor->provides;
  for (; provided != nullptr && *provided != nullptr; ++provided) {
    if (*provided == token) return true;
  }
  return false;
}

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

Error Broken(const StageEntry& stage, std::string_view rule, std::string_view subject,
             const std::string& hint) {
  return Error(rule, subject, hint).At(stage.where).In(stage.name, "");
}

class Rules {
 public:
  Rules(const std::vector<Step>& steps, size_t index) : steps_(steps), index_(index) {}

  Status Check(const StageEntry& stage) const {
    RETURN_IF_ERROR(ForEach(stage.descriptor->conflicts, stage, &Rules::CheckConflicts));
    RETURN_IF_ERROR(ForEach(stage.descriptor->after, stage, &Rules::CheckAfter));
    return ForEach(stage.descriptor->requires_, stage, &Rules::CheckRequires);
  }

 private:
  using Rule = Status (Rules::*)(const StageEntry&, std::string_view) const;

  Status ForEach(const char* const* tokens, const StageEntry& stage, Rule rule) const {
    for (; tokens != nullptr && *tokens != nullptr; ++tokens) {
      RETURN_IF_ERROR((this->*rule)(stage, *tokens));
    }
    return Ok();
  }

  Status CheckConflicts(const StageEntry& stage, std::string_view token) const {
    for (size_t i = 0; i < steps_.size(); ++i) {
      const StageEntry* other = i == index_ ? nullptr : ProviderIn(steps_[i], token);
      if (other == nullptr) continue;
      return Broken(stage, "conflicts with", other->name,
                    ProvidedAt(*other, token) + ": keep one of them");
    }
    return Ok();
  }

  Status CheckAfter(const StageEntry& stage, std::string_view token) const {
    for (size_t i = index_ + 1; i < steps_.size(); ++i) {
      if (const StageEntry* later = ProviderIn(steps_[i], token)) {
        return Broken(stage, "must stand after", later->name,
                      ProvidedAt(*later, token) + ": move it up");
      }
    }
    return Ok();
  }

  Status CheckRequires(const StageEntry& stage, std::string_view token) const {
    std::string hint = "no stage before it provides it; see runtime describe STAGE";
    for (size_t i = 0; i < steps_.size(); ++i) {
      const StageEntry* provider = i == index_ ? nullptr : ProviderIn(steps_[i], token);
      if (provider == nullptr) continue;
      if (i > index_) {
        hint =
            "stage \"" + provider->name + "\" at " + provider->where + " provides it: move it up";
        break;
      }
      const auto& alternatives = steps_[i].alternatives;
      const auto missing =
          std::find_if_not(alternatives.begin(), alternatives.end(),
                           [&](const StageEntry& entry) { return Provides(entry, token); });
      if (missing == alternatives.end()) return Ok();
      hint = "stage \"" + provider->name + "\" at " + provider->where +
             " provides it, but its alternative \"" + missing->name + "\" at " + missing->where +
             " does not";
    }
    return Broken(stage, "needs", token, hint);
  }

  const std::vector<Step>& steps_;
  size_t index_;  // of the step whose stages are checked
};

}  // namespace

Status CheckOrder(const std::vector<Step>& steps) {
  for (size_t i = 0; i < steps.size(); ++i) {
    const Rules rules(steps, i);
    for (const StageEntry& stage : steps[i].alternatives) RETURN_IF_ERROR(rules.Check(stage));
  }
  return Ok();
}

}  // namespace slipway::config
