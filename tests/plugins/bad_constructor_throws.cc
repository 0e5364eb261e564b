// Throws from a static constructor, which ends the process that loads it.

#include <stdexcept>

#include "runtime/sdk/stage.h"

namespace {

struct Constructed {
  Constructed() { throw std::runtime_error("thrown on purpose"); }
};
const Constructed constructed;

class ConstructorThrows final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(ConstructorThrows,
              {.name = "bad-constructor-throws", .summary = "Throws while it is loaded"});
