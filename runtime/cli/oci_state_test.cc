#include "runtime/cli/oci_state.h"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(OciState, HasWhatTheSpecificationAsksFor) {
  EXPECT_EQ(OciStateAsJson({.id = "web",
                            .status = "running",
                            .pid = 4758,
                            .bundle = "/srv",
                            .annotations = {"org.example.team=web", "b=c=\"d\""}}),
            R"({"ociVersion":"1.0.2","id":"web","status":"running","pid":4758,"bundle":"/srv",)"
            R"("annotations":{"org.example.team":"web","b":"c=\"d\""}})");
}

TEST(OciState, LeavesOutWhatThereIsNot) {
  EXPECT_EQ(OciStateAsJson({.id = "web", .status = "creating", .bundle = "/"}),
            R"({"ociVersion":"1.0.2","id":"web","status":"creating","bundle":"/"})");
}

TEST(OciState, IsJsonWhateverTheBytesAre) {
  const std::string json = OciStateAsJson(
      {.id = "a", .status = "stopped", .bundle = "/\xff", .annotations = {"n=\n\xfe"}});
  EXPECT_NE(json.find("\"bundle\":\"/\xef\xbf\xbd\""), std::string::npos) << json;
  EXPECT_NE(json.find(R"("n":"\n)"
                      "\xef\xbf\xbd\""),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace slipway::cli
