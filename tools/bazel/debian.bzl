"""The external repositories of this workspace, all of them Debian 12 packages on this machine.

Nothing is downloaded: tools/packages.sh installs the packages, and the rules here only point
Bazel at what they put below /usr.
"""

_RULES = "/usr/share/bazel/rules"

def _debian_rules_cc_impl(repository_ctx):
    result = repository_ctx.execute(["cp", "-r", _RULES + "/cc/.", "."])
    if result.return_code:
        fail("rules_cc: " + result.stderr + " (install the Debian package bazel-rules-cc)")

    # rules_cc 0.0.4 asks for a symbol that Debian's Bazel 4.2.3 does not have. Toolchains are
    # found without it there, so an empty list takes its place.
    for name in ["compiler_flag.bzl", "cc_flags_supplier.bzl"]:
        path = "cc/private/rules_impl/" + name
        text = repository_ctx.read(path)
        text = text.replace(', "use_cpp_toolchain"', "").replace("use_cpp_toolchain()", "[]")
        repository_ctx.file(path, text)

_debian_rules_cc = repository_rule(
    doc = "Debian's rules_cc, made loadable by Debian's Bazel.",
    implementation = _debian_rules_cc_impl,
    local = True,
)

def _debian_libraries_impl(repository_ctx):
    repository_ctx.file("WORKSPACE", "workspace(name = \"debian\")\n")
    repository_ctx.symlink(repository_ctx.attr.build_file, "BUILD")

_debian_libraries = repository_rule(
    doc = "C++ libraries that Debian installs where the compiler and the linker look anyway.",
    implementation = _debian_libraries_impl,
    attrs = {"build_file": attr.label(mandatory = True)},
    local = True,
)

def _empty_coverage_tools_impl(repository_ctx):
    repository_ctx.file("BUILD", """
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)
""")

_empty_coverage_tools = repository_rule(
    doc = "cc_test names this repository, which Bazel would otherwise download.",
    implementation = _empty_coverage_tools_impl,
)

def debian_repositories():
    """Declares every external repository that the build needs."""
    _debian_rules_cc(name = "rules_cc")
    _debian_libraries(name = "debian", build_file = "//tools/bazel:debian.BUILD")
    _empty_coverage_tools(name = "remote_coverage_tools")

    # The C++ toolchain's resolution loads these two.
    native.local_repository(name = "rules_java", path = _RULES + "/java")
    native.local_repository(name = "rules_proto", path = _RULES + "/proto")
