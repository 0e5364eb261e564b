#include "plugins/cgroup/devices.h"

#include <gtest/gtest.h>

#include <string>

namespace slipway::cgroup {
namespace {

std::string ErrorOf(const CgroupOptions& options) {
  Status status = CheckDevices(options);
  if (status.ok()) status = ResolveDevices(options).status();
  if (status.ok()) return "";
  return std::string(status.error()->option) + ": " + status.error().ToString();
}

CgroupOptions WithRule(const DeviceRule& rule) {
  CgroupOptions options;
  options.devices = {rule};
  return options;
}

TEST(ParseDeviceNumber, ReadsNumbersAndStars) {
  for (const char* text : {"8:0", "136:*", "*:7", "*:*", "4095:1048575"}) {
    const auto number = ParseDeviceNumber(text);
    ASSERT_TRUE(number.ok()) << text;
    EXPECT_EQ(DeviceText(*number), text);
  }
  EXPECT_EQ(DeviceText(ParseDeviceNumber("*").value()), "*:*");
}

TEST(ParseDeviceNumber, RefusesEverythingElse) {
  for (const char* text :
       {"", "8", "8:", ":0", "a:b", "8:0:0", "-1:0", "4096:0", "0:1048576", "dev/null"}) {
    EXPECT_FALSE(ParseDeviceNumber(text).ok()) << text;
  }
}

TEST(ResolveDevices, APathBecomesTypeAndNumber) {
  const auto resolved = ResolveDevices(WithRule({{}, "/dev/null", "rw"}));
  ASSERT_TRUE(resolved.ok());
  const DeviceRule& rule = (*resolved).devices->front();
  EXPECT_EQ(rule.type, DeviceType::kChar);
  EXPECT_EQ(rule.device, "1:3");
}

TEST(ResolveDevices, AStarIsAllOfBothTypes) {
  const auto resolved = ResolveDevices(WithRule({{}, "*", "m"}));
  ASSERT_TRUE(resolved.ok());
  EXPECT_EQ((*resolved).devices->front().type, DeviceType::kAll);
  EXPECT_EQ((*resolved).devices->front().device, "*:*");
}

TEST(Devices, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(
      ErrorOf(WithRule({{}, "/dev/no-such", "rwm"})),
      "devices[0].device: cannot find the device \"/dev/no-such\": No such file or directory");
  EXPECT_EQ(
      ErrorOf(WithRule({{}, "/etc", "rwm"})),
      "devices[0].device: not a device \"/etc\" (on the host it is neither a character nor a block "
      "device)");
  EXPECT_EQ(
      ErrorOf(WithRule({DeviceType::kBlock, "/dev/null", "rwm"})),
      "devices[0].type: not of the type that is given \"/dev/null\" (it is a character device)");
  EXPECT_EQ(ErrorOf(WithRule({{}, "1:3", "rwm"})),
            "devices[0]: no type for \"1:3\" (write type: char, block or all)");
  EXPECT_EQ(
      ErrorOf(WithRule({{}, "null", "rwm"})),
      "devices[0].device: not a device \"null\" (write an absolute path, major:minor, or * for "
      "any)");
}

TEST(Devices, TheFieldIsBlamed) {
  const auto option_of = [](const CgroupOptions& options) {
    Status status = CheckDevices(options);
    if (status.ok()) status = ResolveDevices(options).status();
    return status.ok() ? std::string() : std::string(status.error()->option);
  };
  EXPECT_EQ(option_of(WithRule({{}, "/dev/no-such", "rwm"})), "devices[0].device");
  EXPECT_EQ(option_of(WithRule({DeviceType::kBlock, "/dev/null", "rwm"})), "devices[0].type");
  EXPECT_EQ(option_of(WithRule({{}, "*", "x"})), "devices[0].access");
  EXPECT_EQ(option_of(WithRule({{}, "1:3", "rwm"})), "devices[0]");
}

TEST(Devices, ANumberInATextFormIsToldApart) {
  EXPECT_EQ(
      ErrorOf(WithRule({{}, "1", "3"})),
      "devices[0].access: not an access \"3\" (a device's number is written in a map: {device: "
      "\"1:3\", type: char})");
}

TEST(Devices, AnAccessHasEachLetterOnce) {
  for (const char* access : {"x", "rr", "rwx"}) {
    EXPECT_NE(ErrorOf(WithRule({{}, "*", access})), "") << access;
  }
  for (const char* access : {"r", "mw", "rwm"}) {
    EXPECT_EQ(ErrorOf(WithRule({{}, "*", access})), "") << access;
  }
}

TEST(IoMaxOption, NeedsABlockDeviceAndALimit) {
  CgroupOptions options;
  options.io_max = {IoMax{"8:0", {}, {}, {}, {}}};
  EXPECT_EQ(ErrorOf(options), "io.max[0]: no limit for \"8:0\" (give rbps, wbps, riops or wiops)");
  options.io_max = {IoMax{"8:*", Bytes{1}, {}, {}, {}}};
  EXPECT_EQ(
      ErrorOf(options),
      "io.max[0].device: not one device \"8:*\" (write the absolute path of a disk on the host, or "
      "major:minor)");
  options.io_max = {IoMax{"vda", Bytes{1}, {}, {}, {}}};
  EXPECT_EQ(
      ErrorOf(options),
      "io.max[0].device: not a device \"vda\" (write the absolute path of a disk on the host, or "
      "major:minor)");
  options.io_max = {IoMax{"/dev/null", Bytes{1}, {}, {}, {}}};
  EXPECT_EQ(ErrorOf(options),
            "io.max[0].device: not a block device \"/dev/null\" (only disks have such limits)");
  options.io_max = {IoMax{"8:0", Bytes{1}, {}, {}, {}}};
  EXPECT_EQ(ErrorOf(options), "");
}

}  // namespace
}  // namespace slipway::cgroup
