// What the tests of both cgroup stages have in common: where the machine's hierarchies are, what
// is put back afterwards, and the cases that both versions must pass.

#ifndef SLIPWAY_PLUGINS_CGROUP_FIXTURE_H_
#define SLIPWAY_PLUGINS_CGROUP_FIXTURE_H_

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "plugins/cgroup/cgroup.h"
#include "plugins/cgroup/testing.h"

namespace slipway::cgroup::testing {

class CgroupTest : public ::testing::Test {
 protected:
  void SetUp() override;  // skips the test without root

  // Removes what MakeForeign has made, and switches off the controllers of v2 that the test has
  // enabled: a stage leaves them on, but the machine of a test keeps its own settings.
  void TearDown() override;

  // Skip the test where one of the controllers is missing. For SetUp.
  void NeedV1(std::initializer_list<const char*> controllers);
  void NeedV2(std::initializer_list<const char*> controllers = {});

  // Where the v1 hierarchy of the controller is mounted; empty: there is none.
  std::string V1(const std::string& controller) const;

  // Where v2 is mounted; empty: nowhere.
  const std::string& v2() const { return v2_; }

  // Does v2 have the controller?
  bool Offers(const std::string& controller) const;

  // Stages with a root folder that has the hierarchy at /tmp; `stage` is the last.
  static std::string StagesWith(const std::string& hierarchy, const std::string& stage,
                                bool pid_namespace);

  // Makes a cgroup that is somebody else's. Returns its path.
  std::string MakeForeign(const std::string& path);

  // Runs a container, whose last stage is `stage`, below a limit of 1024 descriptors. It nests 1100
  // cgroups in its own, in the hierarchy mounted at `hierarchy`, and leaves a process in the last.
  // Expects that nothing is left. Without a pid namespace, which would end that process, it was
  // killed.
  static void ExpectNestedCgroupsEnd(const std::string& hierarchy, const std::string& stage,
                                     bool pid_namespace);

  // Tears the stage down with no descriptor to spare, then with one, and so on until that does it.
  // Expects that the lack of them is what each failure names.
  static void ExpectLackOfDescriptorsIsNamed(HookedStage& stage);

 private:
  std::vector<CgroupMount> mounts_;
  std::string v2_;
  std::string enabled_;  // of v2, before the test
  std::vector<std::string> foreign_;
};

}  // namespace slipway::cgroup::testing

#endif  // SLIPWAY_PLUGINS_CGROUP_FIXTURE_H_
