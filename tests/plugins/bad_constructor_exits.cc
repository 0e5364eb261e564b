// Ends the process that loads it.

#include <unistd.h>

#include "runtime/sdk/stage.h"

namespace {

struct Constructed {
  Constructed() { _exit(7); }
};
const Constructed constructed;

class ConstructorExits final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(ConstructorExits,
              {.name = "bad-constructor-exits", .summary = "Exits while it is loaded"});
