// A start with a child that is a copy of the host: it waits in its new namespaces until the host
// and the stages have done what concerns it from outside, and is released then. See start.h.

#ifndef SLIPWAY_RUNTIME_LAUNCH_PARKED_H_
#define SLIPWAY_RUNTIME_LAUNCH_PARKED_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "runtime/launch/await.h"
#include "runtime/launch/channel.h"
#include "runtime/launch/container.h"
#include "runtime/launch/signals.h"
#include "runtime/launch/start.h"
#include "runtime/sdk/result.h"
#include "runtime/sys/clone.h"

namespace slipway::launch {

class ParkedStart {
 public:
  // Clones the child. `setup` and what it refers to outlive the start.
  static Result<ParkedStart> Clone(const Setup& setup);

  Container& container() { return container_; }

  // A child that has died by now is for whoever waits next to tell.
  Status Release() const;

  // Waits until all hooks are done. An error of one comes back as it was; a child that died without
  // one is named with its hook, and so is a signal that ended the start.
  Status AwaitHooks(const SignalSource& signals, Began& began);

  // Behind it, of a container that joins this pid namespace (the inode of its file): waits for its
  // first process, which is in there, and waits for the next Release.
  Result<sys::Cloned> AwaitBirth(const SignalSource& signals, ino_t pid_namespace, Began& began);

  // container() is that process from now on.
  Status Follow(sys::Cloned born);

  // Last: waits until the command runs. An error of exec comes back as it was.
  Status AwaitExec(const SignalSource& signals, Began& began);

 private:
  struct Unmap {
    void operator()(Progress* progress) const;
  };
  using SharedProgress = std::unique_ptr<Progress, Unmap>;

  ParkedStart(const Setup& setup, Container container, Channel channel, SharedProgress progress)
      : setup_(setup),
        container_(std::move(container)),
        channel_(std::move(channel)),
        progress_(std::move(progress)) {}

  static Result<SharedProgress> MapProgress();

  Error DiedEarly();
  Error LostChannel() const;

  const Setup& setup_;
  Container container_;
  Channel channel_;
  SharedProgress progress_;
  std::string path_;  // of the command's file, once it is known
};

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_PARKED_H_
