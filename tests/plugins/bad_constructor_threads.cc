// Leaves a thread behind while it is loaded, as the runtimes of some languages do.

#include <unistd.h>

#include <thread>

#include "runtime/sdk/stage.h"

namespace {

struct Constructed {
  Constructed() {
    std::thread([] {
      while (true) pause();
    }).detach();
  }
};
const Constructed constructed;

class ConstructorThreads final : public slipway::Stage {
 public:
  slipway::Status Create(slipway::Context&) override { return slipway::Ok(); }
};

}  // namespace

SLIPWAY_STAGE(ConstructorThreads,
              {.name = "bad-constructor-threads", .summary = "Starts a thread while it is loaded"});
