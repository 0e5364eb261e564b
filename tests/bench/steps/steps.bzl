"""step_stages: as many stages that do nothing as the speed table puts into a pipeline, or beside it."""

load("//tools/bazel:stage_pack.bzl", "stage_pack")
load("//tools/bazel:stage_plugin.bzl", "packed_stage", "stage_library", "stage_library_name")

def step_stages(name, count):
    """libstep_1_stage.so and so on, each from a copy of step.cc.in with its own name, and a pack.

    Args:
      name: a filegroup of them all.
      count: how many.
    """
    stages = ["step-%d" % (number + 1) for number in range(count)]
    for stage in stages:
        native.genrule(
            name = stage + "_source",
            testonly = True,
            srcs = ["step.cc.in"],
            outs = [stage + ".cc"],
            cmd = "sed 's/step-NUMBER/%s/' $< >$@" % stage,
        )
        stage_library(
            name = stage,
            testonly = True,
            srcs = [stage + ".cc"],
            visibility = ["//tests/bench:__pkg__"],
        )
        packed_stage(
            name = stage.replace("-", "_") + "_packed",
            testonly = True,
            stage = stage,
            srcs = [stage + ".cc"],
            visibility = ["//visibility:private"],
        )
    pack = "libslipway_steps.so"
    stage_pack(
        name = name + "_pack",
        testonly = True,
        library = pack,
        packed = ":%s_packed",
        stages = stages,
    )
    native.filegroup(
        name = name,
        testonly = True,
        srcs = [pack] + [stage_library_name(stage) for stage in stages],
        visibility = ["//tests/bench:__pkg__"],
    )
