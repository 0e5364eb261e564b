"""stage_pack: one plugin of many stages."""

load("//tools/bazel:stage_plugin.bzl", "plugin_library", "stage_symbol")

def stage_pack(
        name,
        stages,
        library = "libslipway_stages.so",
        packed = "//plugins/%s:packed",
        order = None,
        testonly = False):
    """A plugin that has the stages with these names.

    Makes <library>, and <name>, another name for it.

    Args:
      name: of the target.
      stages: names of stages.
      library: the file's name.
      packed: the packed_stage of each, with %s for its name, in which '_' stands for '-'.
      order: a linker script that says which code comes first; see tools/order.
      testonly: for fixtures of tests.
    """
    symbols = [stage_symbol(stage) for stage in stages]
    lines = ["#include \"runtime/sdk/abi.h\"", ""]
    lines += ["extern const slipway_stage %s;" % symbol for symbol in symbols]
    lines += ["", "SLIPWAY_PLUGIN(%s);" % ", ".join(["&" + symbol for symbol in symbols])]
    native.genrule(
        name = name + "_table",
        testonly = testonly,
        outs = [name + "_table.c"],
        cmd = "cat > $@ <<'EOF'\n%s\nEOF" % "\n".join(lines),
    )
    plugin_library(
        name = library,
        srcs = [name + "_table.c"],
        order = order,
        testonly = testonly,
        deps = [packed % stage.replace("-", "_") for stage in stages],
    )
    native.filegroup(
        name = name,
        testonly = testonly,
        srcs = [library],
        visibility = ["//visibility:public"],
    )
