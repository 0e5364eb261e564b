"""whole_program_test: the host with every stage of plugins/, run as a user runs it."""

load("@rules_cc//cc:defs.bzl", "cc_test")
load("//tools/bazel:stage_plugin.bzl", "IN_CONTAINERS", "stage_library_name")

# What a container has at the least; and the rest. Each group is one library of an installed tree, so
# that a start of the first pays for nothing of the second.
BASIC_STAGES = ["cgroup-v1", "cgroup-v2", "mount", "pid", "proc", "uts"]
FURTHER_STAGES = [
    "apparmor",
    "cgroup-namespace",
    "console",
    "credentials",
    "dev",
    "files",
    "ipc",
    "landlock",
    "mask",
    "network",
    "personality",
    "priority",
    "rlimits",
    "seccomp",
    "selinux",
    "sys",
    "sysctl",
    "time",
    "user",
]

STAGES = sorted(BASIC_STAGES + FURTHER_STAGES)

def whole_program_test(name, deps = [], data = [], tags = [], testbed = True, **kwargs):
    """A GoogleTest test of <name>.cc in this folder.

    Args:
      name: ends in _test.
      deps: further libraries.
      data: further files.
      tags: further tags.
      testbed: whether it runs in the testbed too. What is the same on each kernel and takes minutes
        there does not.
      **kwargs: passed to cc_test.
    """
    cc_test(
        name = name,
        size = "medium",
        srcs = [name + ".cc"],
        data = data + ["//runtime"] + [
            "//plugins/%s:%s" % (stage.replace("-", "_"), stage_library_name(stage))
            for stage in STAGES
        ],
        tags = (IN_CONTAINERS if testbed else ["local"]) + tags,
        deps = deps + [
            "//runtime/sdk/testing",
            "@debian//:gtest_main",
        ],
        **kwargs
    )
