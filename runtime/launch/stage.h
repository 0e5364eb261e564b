// One stage of a pipeline, with its options: calls the hooks of its descriptor, and says in each
// error which stage and which hook it came from.

#ifndef SLIPWAY_RUNTIME_LAUNCH_STAGE_H_
#define SLIPWAY_RUNTIME_LAUNCH_STAGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/launch/occasion.h"
#include "runtime/sdk/abi.h"
#include "runtime/sdk/result.h"

namespace slipway::launch {

// A stage that may be launched. The descriptor and the values outlive the launch.
struct StageSpec {
  const slipway_stage* descriptor;
  const slipway_value* options = nullptr;  // descriptor->option_count of them
  std::string where = {};                  // file:line:column of the pipeline
  // Where an option stands, as `binds[0].source`: file:line:column. May be empty; may return "".
  std::function<std::string(std::string_view option)> locate = {};
};

// The stages of which the first that works here is taken; mostly a single one.
struct StageChoice {
  std::string where;  // file:line:column of the pipeline
  std::vector<StageSpec> stages;
  bool optional = false;  // it is left out, if none of them works
};

// Fails when code of the stage that runs before the clone has left a thread behind: that would not
// come along into the child, with whatever it holds.
Status CheckThreads(const char* stage, const char* hook);

class Stage {
 public:
  explicit Stage(StageSpec spec) : spec_(std::move(spec)) {}

  const char* name() const { return spec_.descriptor->name; }
  const StageSpec& spec() const { return spec_; }
  const slipway_stage& descriptor() const { return *spec_.descriptor; }

  Status Create(slipway_context& context);
  // Has this process the privileges that the stage needs, and does the stage work here? The error
  // is not_here where the pipeline is not to blame. in_user_namespace: a stage before it gives the
  // container one.
  Status Probe(slipway_context& context, bool in_user_namespace = false) const;
  bool GivesUserNamespace() const;
  Status Describe(slipway_context& context) const;
  Status PreClone(slipway_context& context) const;
  Status PostClone(slipway_context& context) const;
  Status InChild(slipway_context& context) const;
  Status Serve(slipway_context& context, std::string_view request, int file) const;
  Status Finish(slipway_context& context) const;
  Status Started(slipway_context& context) const;
  // Has it a PostClone that this start calls? skipped: Plan::SkipsPostClone.
  bool HasPostClone(bool skipped) const {
    return spec_.descriptor->post_clone != nullptr && !skipped;
  }
  // Has the host to do something while the child of a start prepares, or is one half of it there?
  bool NeedsHost(bool skips_post_clone) const;
  // Does the hook hold for an exec? hook: of slipway_joins; terminal: whether one is wanted.
  bool Joins(slipway_joins hook, bool terminal) const {
    return (spec_.descriptor->joins & hook) != 0 && (terminal || !GivesTerminal());
  }
  // Is it there in an exec for the terminal alone?
  bool GivesTerminal() const { return (spec_.descriptor->joins & SLIPWAY_JOIN_TERMINAL) != 0; }
  // The ones from here on need no Create.
  Status Freeze(slipway_context& context, std::string_view record, bool frozen) const;
  Status Processes(slipway_context& context, std::string_view record) const;
  // before: the options that held until now.
  Status Update(slipway_context& context, const slipway_value* before,
                std::string_view record) const;
  Status Report(slipway_context& context, std::string_view record) const;
  Status Teardown(slipway_context& context, std::string_view record) const;

  // An error of the host about what this stage has asked for, in that hook: it says where.
  Error Blamed(Error error, const char* hook_name) const;

 private:
  using Hook = int (*)(void*, slipway_context*, slipway_error*);

  Status CheckPrivileges(bool in_user_namespace) const;

  // Under the guard's eyes: a crash in it is the stage's.
  struct Destroy {
    const slipway_stage* descriptor;
    void operator()(void* object) const;
  };

  // `call` takes the error and returns what the hook does.
  template <typename Function>
  Status Watched(const char* hook_name, slipway_context& context, Function call) const;
  // The same, for a hook whose errors the pipeline may be to blame for: they say where it is.
  template <typename Function>
  Status WatchedAndPlaced(const char* hook_name, slipway_context& context, Function call) const;
  Status Call(const char* hook_name, Hook hook, slipway_context& context) const;
  void Place(Error& error) const;

  StageSpec spec_;
  std::unique_ptr<void, Destroy> object_{nullptr, Destroy{nullptr}};
};

// An alternative that does not work here.
struct Rejected {
  size_t alternative = 0;  // position in StageChoice::stages
  std::string name;
  Error reason;  // of its Probe
};

// What became of a StageChoice.
struct Selection {
  std::optional<size_t> taken;     // position in StageChoice::stages; none: nothing works here
  std::vector<Rejected> rejected;  // those before it
};

// Creates every stage of every alternative, without Probe: so mistakes in options show without
// privileges, and away from the machine that the pipeline is for. Returns all that is wrong.
std::vector<Error> CreateStages(const std::vector<StageChoice>& choices,
                                const Occasion& occasion = {});

// Creates the stages, made from options that were checked when the container was started. Of a
// start this is SelectStages's to do.
Status CreateAll(std::vector<Stage>& stages, const Occasion& occasion);

// Takes from each choice the first stage whose Probe succeeds, and creates it; from an optional one
// perhaps none. A stage that is
// not taken is created too, and thrown away, so that a mistake in its options shows on each
// machine. No side effects. Fails when a Probe finds a mistake, and when nothing of a choice works
// here: with the reason, if it is the only alternative; else the reasons are those of its
// Selection. selections: gets one for each choice that was looked at, also when this fails; or
// null.
Result<std::vector<Stage>> SelectStages(const std::vector<StageChoice>& choices,
                                        const Occasion& occasion = {},
                                        std::vector<Selection>* selections = nullptr);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_STAGE_H_
