#include "runtime/sys/signal_name.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

namespace slipway::sys {
namespace {

TEST(SignalName, AllFormsThatKillTakes) {
  EXPECT_EQ(SignalNumber("TERM"), SIGTERM);
  EXPECT_EQ(SignalNumber("SIGTERM"), SIGTERM);
  EXPECT_EQ(SignalNumber("sigkill"), SIGKILL);
  EXPECT_EQ(SignalNumber("9"), SIGKILL);
  EXPECT_EQ(SignalNumber("RTMIN"), SIGRTMIN);
  EXPECT_EQ(SignalNumber("SIGRTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(SignalNumber("RTMAX-1"), SIGRTMAX - 1);
}

TEST(SignalName, OthersAreNone) {
  for (const char* text : {"", "0", "-9", "65", "9x", "SIG", "TERMINATE", "RTMIN-1", "RTMIN+",
                           "RTMIN+99", "RTMAX+1"}) {
    EXPECT_EQ(SignalNumber(text), std::nullopt) << text;
  }
}

TEST(SignalName, EachNameIsASignal) {
  const std::vector<std::string> names = SignalNames();
  EXPECT_EQ(names.front(), "HUP");
  EXPECT_EQ(names.back(), "RTMAX");
  for (const std::string& name : names) EXPECT_TRUE(SignalNumber(name)) << name;
}

}  // namespace
}  // namespace slipway::sys
