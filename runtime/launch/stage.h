// One stage of a pipeline, with its options: calls the hooks of its descriptor, and says in each
// error which stage and which hook it came from.

#ifndef SLIPWAY_RUNTIME_LAUNCH_STAGE_H_
#define SLIPWAY_RUNTIME_LAUNCH_STAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// A stage that may be launched. The descriptor and the values outlive the launch.
struct StageSpec {
  const slipway_stage* descriptor;
  const slipway_value* options;  // descriptor->option_count of them
  std::string where;             // file:line:column of the pipeline
  // Where an option stands, as `binds[0].source`: file:line:column. May be empty; may return "".
  std::function<std::string(std::string_view option)> locate = {};
};

// The stages of which the first that works here is taken; mostly a single one.
struct StageChoice {
  std::string where;  // file:line:column of the pipeline
  std::vector<StageSpec> stages;
};

class Stage {
 public:
  explicit Stage(StageSpec spec) : spec_(std::move(spec)) {}

  const char* name() const { return spec_.descriptor->name; }
  const StageSpec& spec() const { return spec_; }
  const slipway_stage& descriptor() const { return *spec_.descriptor; }

  Status Create();
  // Has this process the privileges that the stage needs, and does the stage work here?
  Status Probe() const;
  Status PreClone(slipway_context& context) const;
  Status PostClone(slipway_context& context) const;
  Status InChild(slipway_context& context) const;
  // These two need no Create.
  Status Report(slipway_context& context, std::string_view record) const;
  Status Teardown(std::string_view record) const;

 private:
  using Hook = int (*)(void*, slipway_context*, slipway_error*);

  // `call` takes the error record and returns what the hook does.
  template <typename Function>
  Status Watched(const char* hook_name, Function call) const;
  Status Call(const char* hook_name, Hook hook, slipway_context& context) const;

  StageSpec spec_;
  std::unique_ptr<void, void (*)(void*)> object_{nullptr, nullptr};
};

// Takes from each choice the first stage whose Probe succeeds, and creates it. A stage that is
// not taken is created too, and thrown away, so that a mistake in its options shows on each
// machine. No side effects. Fails, when nothing of a choice works, with each one's reason.
Result<std::vector<Stage>> SelectStages(const std::vector<StageChoice>& choices);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_STAGE_H_
