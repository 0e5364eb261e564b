// The same as good-told, with the hooks for which the child is a copy of the host.

#include "tests/plugins/told.h"

namespace {

class ToldParked final : public told::Told {
 public:
  using told::Told::Options;

  slipway::Status PostClone(slipway::ParkedChild& child) override {
    return Tell(child, "PostClone");
  }
  slipway::Status Started(slipway::StartedContainer& container) override {
    return Tell(container, "Started");
  }
};

}  // namespace

SLIPWAY_STAGE(ToldParked, {.name = "good-told-parked",
                           .summary = "Writes down what it is told, also in PostClone",
                           .joins = SLIPWAY_JOIN_PRE_CLONE});
