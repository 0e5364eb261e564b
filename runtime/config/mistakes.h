// The mistakes of a config, all of them: `runtime check` tells them at once, a start tells the
// first.

#ifndef SLIPWAY_RUNTIME_CONFIG_MISTAKES_H_
#define SLIPWAY_RUNTIME_CONFIG_MISTAKES_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/config/node.h"
#include "runtime/sdk/result.h"

namespace slipway::config {

class Mistakes {
 public:
  void Add(Error error) { errors_.push_back(std::move(error)); }

  // Keeps the error, if there is one. Returns whether all was well.
  bool Take(Status status) {
    if (status.ok()) return true;
    Add(std::move(status.error()));
    return false;
  }

  // The value, or nullopt with the error kept.
  template <typename T>
  std::optional<T> Take(Result<T> result) {
    if (result.ok()) return std::move(result).value();
    Add(std::move(result.error()));
    return std::nullopt;
  }

  // A line may hold a secret, and none is to be shown: one that is in the wrong place is of no
  // stage.
  void HideLines() { hides_lines_ = true; }
  bool HidesLines() const { return hides_lines_; }

  // In the order of their places; those of the command line, which have none, come last. Those of
  // one place stay in the order in which they were found.
  void Sort();

  bool empty() const { return errors_.empty(); }
  size_t size() const { return errors_.size(); }
  const std::vector<Error>& errors() const { return errors_; }

  // Ok, or the first.
  Status First() const { return errors_.empty() ? Ok() : Status(errors_.front()); }

 private:
  std::vector<Error> errors_;
  bool hides_lines_ = false;
};

// The place in the `where` of an error: 7:5 of "configs/ubuntu.yaml:7:5"; nothing of "--set a.b".
std::optional<Place> PlaceIn(std::string_view where);
// And the file: "configs/ubuntu.yaml"; empty where there is no place.
std::string_view FileIn(std::string_view where);

}  // namespace slipway::config

#endif  // SLIPWAY_RUNTIME_CONFIG_MISTAKES_H_
