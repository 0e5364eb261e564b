// Never comes back from a static constructor.

#include <unistd.h>

#include "runtime/sdk/stage.h"

namespace {

struct Constructed {
  Constructed() {
    while (true) pause();
  }
};
const Constructed constructed;

class ConstructorHangs final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(ConstructorHangs,
              {.name = "bad-constructor-hangs", .summary = "Hangs while it is loaded"});
