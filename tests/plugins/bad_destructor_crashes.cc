// The object of the stage crashes when it is destroyed.

#include <csignal>

#include "runtime/sdk/stage.h"

namespace {

class DestructorCrashes final : public slipway::Stage {
 public:
  ~DestructorCrashes() override { raise(SIGSEGV); }

  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(DestructorCrashes,
              {.name = "bad-destructor-crashes", .summary = "Crashes when it is destroyed"});
