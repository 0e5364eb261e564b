"""fuzz_test: a libFuzzer target, and an ordinary test that replays what it once found."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def fuzz_test(name, deps):
    """Fuzzes one entrance for untrusted bytes: <name>.cc defines LLVMFuzzerTestOneInput.

    Makes <name>, which only the configuration `fuzz` can link (tools/fuzz runs it), and
    <name>_corpus_test, which gives it each file of <name>_corpus/ in any build. The files there are
    seeds, written by hand, and inputs that once failed.

    Args:
      name: ends in _fuzz.
      deps: libraries.
    """
    corpus = native.glob([name + "_corpus/*"])
    cc_binary(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz",
            "manual",
        ],
        deps = deps,
    )
    cc_test(
        name = name + "_corpus_test",
        size = "small",
        srcs = [
            name + ".cc",
            "//runtime/sdk/testing:corpus_test.cc",
        ],
        args = ["$(rootpath %s)" % file for file in corpus],
        data = corpus,
        deps = deps + ["@debian//:gtest"],
    )
