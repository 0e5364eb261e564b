// What the host's functions say to a stage, and what they refuse.

#include "runtime/launch/host_table.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>
#include <vector>

namespace slipway::launch {
namespace {

class HostFunctions : public ::testing::Test {
 protected:
  HostFunctions() {
    stage_.name = "mine";
    context_.descriptor = &stage_;
  }

  std::string Text(slipway_error_part part) const { return host_.error_text(&error_, part); }
  std::string Line() const { return Error(error_.record).ToString(); }

  const slipway_host& host_ = *HostTable();
  slipway_stage stage_{};
  slipway_context context_;
  slipway_error error_;
};

TEST_F(HostFunctions, FailTakesTheTextsAndForgetsTheOldOnes) {
  host_.blame_option(&error_, "old");
  host_.cure(&error_, "old");
  EXPECT_EQ(host_.fail(&error_, ENOENT, "open", "/x", nullptr), -1);
  EXPECT_EQ(host_.error_errno(&error_), ENOENT);
  EXPECT_EQ(Text(SLIPWAY_OPERATION), "open");
  EXPECT_EQ(Text(SLIPWAY_SUBJECT), "/x");
  EXPECT_EQ(Text(SLIPWAY_HINT), "");
  EXPECT_EQ(Text(SLIPWAY_OPTION), "");
  EXPECT_EQ(Text(SLIPWAY_CURE), "");
  EXPECT_EQ(Text(static_cast<slipway_error_part>(99)), "");
  host_.blame_option(&error_, "binds[0].source");
  host_.cure(&error_, "make it");
  EXPECT_EQ(Text(SLIPWAY_OPTION), "binds[0].source");
  EXPECT_EQ(Text(SLIPWAY_CURE), "make it");
}

TEST_F(HostFunctions, FailCutsTextsOfAnyLength) {
  const std::string text(10000, 'x');
  host_.fail(&error_, 0, text.c_str(), text.c_str(), text.c_str());
  host_.blame_option(&error_, text.c_str());
  EXPECT_EQ(Text(SLIPWAY_OPERATION).size(), sizeof(ErrorRecord::operation) - 1);
  EXPECT_EQ(Text(SLIPWAY_OPTION).size(), sizeof(ErrorRecord::option) - 1);
  EXPECT_EQ(*error_.record.where, '\0');
  EXPECT_EQ(error_.record.exit_status, 0);
}

TEST_F(HostFunctions, AnswerInCheckThatThereIsNoContainer) {
  EXPECT_STREQ(host_.container_id(&context_), "");
  EXPECT_EQ(host_.operation(&context_), uint32_t{SLIPWAY_CHECK});
}

TEST_F(HostFunctions, TellAnAnnotationByItsWholeName) {
  EXPECT_EQ(host_.annotation(&context_, "a"), nullptr);
  const std::vector<std::string> annotations = {"ab=1", "a=b=2", "empty="};
  context_.annotations = &annotations;
  EXPECT_STREQ(host_.annotation(&context_, "a"), "b=2");
  EXPECT_STREQ(host_.annotation(&context_, "empty"), "");
  EXPECT_EQ(host_.annotation(&context_, "b"), nullptr);
}

TEST_F(HostFunctions, TellTheStateOfOci) {
  EXPECT_STREQ(host_.oci_state(&context_), "");
  const OciState oci_state = [](state::Phase phase, pid_t pid) {
    return std::string(state::NameOf(phase)) + " " + std::to_string(pid);
  };
  context_ = ContextFor({.phase = state::Phase::kPaused, .pid = 7, .oci_state = &oci_state});
  EXPECT_STREQ(host_.oci_state(&context_), "paused 7");
  // The hook's own word of the child counts.
  context_.child_pid = 8;
  EXPECT_STREQ(host_.oci_state(&context_), "paused 8");
  context_ = ContextFor({.oci_state = &oci_state});
  EXPECT_STREQ(host_.oci_state(&context_), "creating 0");
  ContainerRoot root;
  context_.root = &root;  // InChild: this process is the container's first
  EXPECT_EQ(host_.oci_state(&context_), "creating " + std::to_string(getpid()));
}

TEST_F(HostFunctions, AreRefusedOutsideOfTheirHooks) {
  EXPECT_EQ(host_.add_namespaces(&context_, CLONE_NEWUTS, &error_), -1);
  EXPECT_EQ(Line(),
            "called add_namespaces outside its hooks (a bug of the stage: only in PreClone)");
  EXPECT_EQ(host_.record_undo(&context_, "", 0, &error_), -1);
  EXPECT_EQ(Line(),
            "called record_undo outside its hooks (a bug of the stage: only in PreClone, PostClone "
            "and InChild of a start, Freeze and Update)");
  EXPECT_EQ(host_.open_in_root(&context_, "/", 0, &error_), -1);
}

TEST_F(HostFunctions, RefuseANamespaceToAStageThatDeclaresNoPrivileges) {
  Plan plan;
  context_.plan = &plan;
  EXPECT_EQ(host_.add_namespaces(&context_, CLONE_NEWNET, &error_), -1);
  EXPECT_EQ(Line(),
            "asked for a namespace, but says that it needs no privileges (a bug of the stage: its "
            "privileges are SLIPWAY_ROOT_OR_USERNS)");
  EXPECT_EQ(host_.add_namespaces(&context_, CLONE_NEWUSER, &error_), 0);
  stage_.privileges = SLIPWAY_ROOT_OR_USERNS;
  EXPECT_EQ(host_.add_namespaces(&context_, CLONE_NEWNET, &error_), 0);
  EXPECT_EQ(plan.namespaces, uint64_t{CLONE_NEWUSER | CLONE_NEWNET});
}

TEST_F(HostFunctions, AFurtherProcessGetsNoNamespacesOfItsOwn) {
  Plan plan;
  context_.plan = &plan;
  context_.operation = SLIPWAY_EXEC;
  stage_.privileges = SLIPWAY_ROOT_OR_USERNS;
  EXPECT_EQ(host_.add_id_map(&context_, SLIPWAY_USER_IDS, 0, 1, 1, &error_), 0);
  EXPECT_EQ(host_.choose_id_map(&context_, &error_), 0);
  EXPECT_EQ(host_.join_namespace(&context_, -1, CLONE_NEWNET, &error_), 0);
  EXPECT_EQ(host_.set_time_offsets(&context_, 1, 1, &error_), 0);
  EXPECT_FALSE(plan.ids.asked());
  EXPECT_TRUE(plan.joined.empty());
  EXPECT_EQ(plan.namespaces, 0u);
}

TEST_F(HostFunctions, FiguresDoNotOverflow) {
  Findings findings;
  context_.findings = &findings;
  EXPECT_EQ(host_.add_figure(&context_, "x", INT64_MAX, &error_), 0);
  EXPECT_EQ(host_.add_figure(&context_, "x", 1, &error_), 0);
  EXPECT_EQ(findings.figures["mine"]["x"], INT64_MAX);
}

}  // namespace
}  // namespace slipway::launch
