#include "runtime/launch/time_limit.h"

#include <gtest/gtest.h>

namespace slipway::launch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Due = Countdown::Due;

constexpr Countdown::Clock::time_point kStart{hours(7)};

TEST(Countdown, WithoutALimitNothingIsEverDue) {
  const TimeLimit none;
  Countdown countdown(none);
  EXPECT_FALSE(countdown.runs());
  EXPECT_EQ(countdown.Take(kStart + hours(1)), Due::kNothing);
  EXPECT_EQ(countdown.Left(kStart, seconds(5)), seconds(5));
}

TEST(Countdown, EachIsDueOnce) {
  const TimeLimit limit{.time = seconds(3), .grace = seconds(2)};
  Countdown countdown(limit);
  countdown.Start(kStart);
  EXPECT_EQ(countdown.Take(kStart + milliseconds(2999)), Due::kNothing);
  EXPECT_EQ(countdown.Take(kStart + seconds(3)), Due::kStop);
  EXPECT_EQ(countdown.Take(kStart + milliseconds(4999)), Due::kNothing);
  EXPECT_EQ(countdown.Take(kStart + seconds(5)), Due::kKill);
  EXPECT_EQ(countdown.Take(kStart + seconds(5)), Due::kNothing);
  EXPECT_EQ(countdown.Take(kStart + seconds(6)), Due::kKillAgain);
  EXPECT_EQ(countdown.Take(kStart + hours(1)), Due::kNothing);
  EXPECT_FALSE(countdown.runs());
}

TEST(Countdown, TheGraceBeginsWithTheSignal) {
  const TimeLimit limit{.time = seconds(3), .grace = seconds(2)};
  Countdown countdown(limit);
  countdown.Start(kStart);
  // Whoever counts was stopped meanwhile.
  EXPECT_EQ(countdown.Take(kStart + hours(1)), Due::kStop);
  EXPECT_EQ(countdown.Take(kStart + hours(1) + milliseconds(1999)), Due::kNothing);
  EXPECT_EQ(countdown.Take(kStart + hours(1) + seconds(2)), Due::kKill);
}

TEST(Countdown, WaitsUntilTheNextIsDue) {
  const TimeLimit limit{.time = seconds(3), .grace = seconds(2)};
  Countdown countdown(limit);
  countdown.Start(kStart);
  EXPECT_EQ(countdown.Left(kStart, seconds(5)), seconds(3));
  EXPECT_EQ(countdown.Left(kStart, seconds(1)), seconds(1));
  EXPECT_EQ(countdown.Left(kStart + seconds(4), seconds(5)), seconds(0));
}

TEST(Countdown, StopsWhenTheCommandHasEnded) {
  const TimeLimit limit{.time = seconds(3), .grace = seconds(2)};
  Countdown countdown(limit);
  countdown.Start(kStart);
  countdown.Stop();
  EXPECT_EQ(countdown.Take(kStart + hours(1)), Due::kNothing);
}

}  // namespace
}  // namespace slipway::launch
