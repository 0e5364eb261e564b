"""stage_plugin: everything that a stage's folder builds and tests."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

# tools/test runs tests with the tag `testbed` twice: on this machine, and on a kernel with pure
# cgroup v2.
IN_CONTAINERS = ["local", "testbed"]

_PRIVILEGES = ["unprivileged", "root-or-userns", "root"]

def stage_library_name(name):
    """The file name of a stage's plugin: cgroup-v2 is in libcgroup_v2_stage.so."""
    return "lib%s_stage.so" % name.replace("-", "_")

def stage_symbol(name):
    """What a stage's descriptor is called in a plugin of many; see SLIPWAY_STAGE."""
    return "slipway_stage_" + name.replace("-", "_")

def stage_library(name, **kwargs):
    """The plugin of one stage.

    Args:
      name: the stage's name, as it stands in a pipeline.
      **kwargs: passed to plugin_library.
    """
    plugin_library(name = stage_library_name(name), **kwargs)

def plugin_library(name, srcs, deps = [], order = None, testonly = False, visibility = ["//visibility:public"]):
    """A shared library that needs libc only and exports one symbol, the table of its stages.

    Args:
      name: the file's name.
      srcs: sources, with the one that holds SLIPWAY_STAGE or SLIPWAY_PLUGIN.
      deps: further libraries; only runtime/sys, plugins/cgroup and those of the stage's own folder.
      order: a linker script that says which code comes first; see tools/order.
      testonly: for fixtures of tests.
      visibility: who may load it.
    """
    scripts = [order] if order else []
    cc_binary(
        name = name,
        testonly = testonly,
        srcs = srcs,
        additional_linker_inputs = scripts + ["//tools/bazel:stage.lds"],
        linkopts = [
            "-Wl,--version-script=$(location //tools/bazel:stage.lds)",
            "-Wl,-z,defs",
            # All that loading writes to lies in one page then, in most plugins: making a part of it
            # read-only afterwards would cost a system call, a mapping and two page faults in each.
            "-Wl,-z,norelro",
        ] + ["-Wl,-T,$(location %s)" % script for script in scripts],
        linkshared = True,
        visibility = visibility,
        deps = deps + ["//runtime/sdk", "//runtime/sdk:lean_calls", "//runtime/sdk:lean_libstdcxx"],
    )

def packed_stage(name, stage, srcs, visibility, deps = [], testonly = False):
    """A stage for a plugin of many; see stage_pack.bzl.

    Args:
      name: of the target.
      stage: the stage's name.
      srcs: its sources.
      visibility: of the target.
      deps: further libraries of the stage.
      testonly: for fixtures of tests.
    """
    cc_library(
        name = name,
        testonly = testonly,
        srcs = srcs,
        local_defines = ["SLIPWAY_PACK=" + stage_symbol(stage)],
        linkstatic = True,
        visibility = visibility,
        deps = deps + ["//runtime/sdk"],
        alwayslink = True,
    )

def stage_plugin(name, privileges, srcs = None, deps = [], test_stages = [], tests = [], test_deps = [], test_data = [], **kwargs):
    """One stage: a folder, plugins/<folder>/, with <folder>.cc, <folder>_test.cc and README.md.

    Makes lib<folder>_stage.so, `packed` for stage_pack, <folder>_test (the stage in real containers, through the built
    host) and <folder>_contract_test (descriptor, exported symbols, libraries, README table).

    Args:
      name: the stage's name, as it stands in a pipeline; the folder is the name with '_' for '-'.
      privileges: what the stage needs: "unprivileged", "root-or-userns" or "root".
      srcs: sources, if not <folder>.cc alone.
      deps: further libraries of the plugin.
      test_stages: names of other stages that the stage's test puts into its pipelines.
      tests: further sources for <folder>_test.
      test_deps: libraries that only <folder>_test needs.
      test_data: files that only <folder>_test needs.
      **kwargs: passed to stage_library.
    """
    if privileges not in _PRIVILEGES:
        fail("stage_plugin %s: privileges is one of %s" % (name, ", ".join(_PRIVILEGES)))
    folder = name.replace("-", "_")
    if not native.package_name().endswith("/" + folder):
        fail("stage_plugin %s: belongs in a folder named %s" % (name, folder))
    srcs = srcs or [folder + ".cc"]
    stage_library(
        name = name,
        srcs = srcs,
        deps = deps,
        **kwargs
    )

    packed_stage(
        name = "packed",
        stage = name,
        srcs = srcs,
        visibility = ["//plugins:__pkg__"],
        deps = deps,
    )
    plugin = ":" + stage_library_name(name)
    cc_test(
        name = folder + "_test",
        size = "medium",
        srcs = [folder + "_test.cc"] + tests,
        data = [plugin, "//runtime"] + test_data + [
            "//plugins/%s:%s" % (other.replace("-", "_"), stage_library_name(other))
            for other in test_stages
        ],
        tags = IN_CONTAINERS,
        deps = ["//runtime/sdk/testing", "@debian//:gtest_main"] + deps + test_deps,
    )
    cc_test(
        name = folder + "_contract_test",
        size = "small",
        srcs = ["//runtime/sdk/testing:contract_test.cc"],
        args = [name, privileges, "$(rootpath %s)" % plugin, "$(rootpath README.md)", "$(rootpath //runtime)"],
        data = ["README.md", plugin, "//runtime"],
        # A plugin that a sanitizer has instrumented needs and exports more.
        tags = [
            "local",
            "not-instrumented",
        ],
        deps = ["//runtime/sdk", "//runtime/sdk/testing"],
    )
