// Which calls a sweep strikes at: every k-th, and in the next sweep others, so that in time all
// have had their turn. SLIPWAY_SWEEP_EVERY is k; 1 takes all. SLIPWAY_SWEEP_FROM, a number, says
// with which the sweep begins; else it comes from the clock.

#ifndef SLIPWAY_TESTS_SWEEP_STRIDE_H_
#define SLIPWAY_TESTS_SWEEP_STRIDE_H_

#include <cstddef>
#include <string>

namespace slipway::testing {

class Stride {
 public:
  // Of a process that makes so many calls.
  explicit Stride(size_t calls);

  size_t from() const { return from_; }  // the first call is 1
  size_t every() const { return every_; }

  // "48 of 238 calls (SLIPWAY_SWEEP_EVERY=5 SLIPWAY_SWEEP_FROM=3)": with these once more the same.
  std::string Describe(size_t swept) const;

 private:
  size_t calls_, every_, from_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_SWEEP_STRIDE_H_
