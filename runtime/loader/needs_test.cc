#include "runtime/loader/needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/sys/trust.h"

namespace slipway::loader {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Refusal(const Dynamic& dynamic, bool judged = true) {
  sys::TrustedPaths trusted(sys::InvokerOfThisProcess());
  const Status status = AdmitNeeds(dynamic, "/x.so", judged ? &trusted : nullptr);
  return status.ok() ? "admitted" : status.error().ToString();
}

TEST(IsOfTheLanguage, KnowsWhatCAndCppNeed) {
  for (const char* name :
       {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libgcc_s.so.1",
        "libstdc++.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"}) {
    EXPECT_TRUE(IsOfTheLanguage(name)) << name;
  }
}

TEST(IsOfTheLanguage, IsTheWholeName) {
  for (const char* name : {"", "libc.so", "libc.so.66", "xlibc.so.6", "/tmp/libc.so.6",
                           "ld-linux/../../tmp/x.so", "libz.so.1"}) {
    EXPECT_FALSE(IsOfTheLanguage(name)) << name;
  }
}

TEST(AdmitNeeds, AdmitsTheCLibrary) {
  EXPECT_EQ(Refusal({.needed = {"libc.so.6", "ld-linux-x86-64.so.2"}}), "admitted");
}

TEST(AdmitNeeds, RefusesWhatLeadsAstrayForEverybody) {
  for (const bool judged : {false, true}) {
    EXPECT_THAT(Refusal({.stray = "DT_RPATH"}, judged),
                StartsWith("cannot load \"/x.so\" (it says where its libraries are, DT_RPATH, "));
    EXPECT_THAT(Refusal({.stray = "DT_AUDIT"}, judged),
                StartsWith("cannot load \"/x.so\" (it has another file loaded by its DT_AUDIT, "));
    for (const char* name : {"./libx.so", "/lib/libx.so", "$ORIGIN", "lib$LIB.so"}) {
      EXPECT_THAT(Refusal({.needed = {name}}, judged),
                  StartsWith(std::string("cannot load \"/x.so\" (it needs ") + name +
                             ", and names it by a path; "));
    }
  }
}

TEST(AdmitNeeds, LooksForOthersInTheSystemAlone) {
  EXPECT_THAT(Refusal({.needed = {"libnowhere.so.1"}}),
              HasSubstr("it needs libnowhere.so.1, which is not among the system's libraries"));
}

TEST(AdmitNeeds, LeavesTheLookingToTheDynamicLoaderWhereNobodyAsks) {
  EXPECT_EQ(Refusal({.needed = {"libnowhere.so.1"}}, /*judged=*/false), "admitted");
}

}  // namespace
}  // namespace slipway::loader
