// Programs that people run in containers, under the default list: on the machine's own files, below
// a layer that is thrown away.

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "runtime/sdk/testing/container.h"

namespace seccomp {
namespace {

using slipway::testing::ContainerTest;
using slipway::testing::RunResult;

constexpr char kStages[] =
    "  - pid\n  - mount: {root: /, overlay: true, tmpfs: [{target: /tmp}]}\n  - proc\n"
    "  - dev\n  - credentials\n  - seccomp\n";

RunResult RunShell(const std::string& script) {
  ContainerTest test;
  slipway::testing::RunOptions options;
  options.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
  options.timeout = std::chrono::seconds(120);
  return test.RunContainer(test.WriteStages(kStages), {"/bin/sh", "-ec", script}, options);
}

bool IsHere(const char* program) { return access(program, X_OK) == 0; }

TEST(Programs, Bash) {
  if (!IsHere("/bin/bash")) GTEST_SKIP() << "no bash here";
  const RunResult result = RunShell(
      "exec bash -c 'set -o pipefail; f() { echo $((6*7)); }; f | cat; wait; "
      "read -r x < <(echo sub); echo $x; coproc cat; echo co >&${COPROC[1]}; read -ru ${COPROC[0]} "
      "y; "
      "echo $y'");
  EXPECT_EQ(result.out, "42\nsub\nco\n") << result.err;
  EXPECT_EQ(result.status, 0);
}

TEST(Programs, Python) {
  if (!IsHere("/usr/bin/python3")) GTEST_SKIP() << "no python3 here";
  const RunResult result = RunShell(
      "exec /usr/bin/python3 -c '\n"
      "import multiprocessing, subprocess, threading, sqlite3, ssl, socket, asyncio, tempfile\n"
      "print(multiprocessing.Pool(2).map(abs, [-1, -2]))\n"
      "print(subprocess.check_output([\"echo\", \"sub\"], text=True), end=\"\")\n"
      "print(sqlite3.connect(tempfile.mktemp()).execute(\"select 1\").fetchone())\n"
      "async def main(): return (await asyncio.create_subprocess_exec(\"true\")).pid > 0\n"
      "print(asyncio.run(main()))\n'");
  EXPECT_EQ(result.out, "[1, 2]\nsub\n(1,)\nTrue\n") << result.err;
}

TEST(Programs, Gcc) {
  if (!IsHere("/usr/bin/gcc")) GTEST_SKIP() << "no gcc here";
  const RunResult result = RunShell(
      "cd /tmp; echo 'int main(void) { return 42; }' >a.c; gcc -pipe -O2 -o a a.c; ./a || echo $?");
  EXPECT_EQ(result.out, "42\n") << result.err;
}

TEST(Programs, Git) {
  if (!IsHere("/usr/bin/git")) GTEST_SKIP() << "no git here";
  const RunResult result = RunShell(
      "cd /tmp; export HOME=/tmp GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null; git init -q "
      "one; "
      "cd one; echo text >file; git add file; git -c user.name=n -c user.email=e commit -qm first; "
      "git gc -q; git clone -q . ../two; cat ../two/file; git -C ../two log --format=%s");
  EXPECT_EQ(result.out, "text\nfirst\n") << result.err;
}

// Of a repository in a folder, as root and as the user _apt that apt-get reads it as.
TEST(Programs, AptGet) {
  if (!IsHere("/usr/bin/apt-get")) GTEST_SKIP() << "no apt-get here";
  if (!IsHere("/usr/bin/dpkg-deb")) GTEST_SKIP() << "no dpkg-deb here";
  const RunResult result = RunShell(
      "mkdir -p /tmp/repo /tmp/hello/DEBIAN /tmp/hello/usr/share; cd /tmp; chmod 755 repo;"
      "printf 'Package: hello-slipway\\nVersion: 1\\nArchitecture: all\\nMaintainer: m\\n"
      "Description: d\\n' >hello/DEBIAN/control; echo said >hello/usr/share/hello-slipway;"
      "dpkg-deb -b hello repo/hello.deb >/dev/null;"
      "{ cat hello/DEBIAN/control; echo Filename: ./hello.deb; echo Size: $(stat -c %s "
      "repo/hello.deb);"
      "echo SHA256: $(sha256sum repo/hello.deb | cut -d' ' -f1); } >repo/Packages;"
      "echo 'deb [trusted=yes] file:/tmp/repo ./' >list;"
      "export DEBIAN_FRONTEND=noninteractive;"
      "set -- -qq -o Dir::Etc::sourcelist=/tmp/list -o Dir::Etc::sourceparts=/dev/null;"
      "apt-get $@ update; apt-get $@ install -y hello-slipway >/tmp/log 2>&1 || cat /tmp/log;"
      "cat /usr/share/hello-slipway");
  EXPECT_EQ(result.out, "said\n") << result.err;
}

TEST(Programs, Node) {
  if (!IsHere("/usr/bin/node")) GTEST_SKIP() << "no node here";
  const RunResult result = RunShell(
      "exec node -e 'const {Worker} = require(\"worker_threads\"); const fs = require(\"fs\");"
      "const {execSync} = require(\"child_process\");"
      "new Worker(\"require(\\\"worker_threads\\\").parentPort.postMessage(6*7)\", {eval: true})"
      ".on(\"message\", (m) => fs.promises.writeFile(\"/tmp/f\", String(m))"
      ".then(() => console.log(String(execSync(\"cat /tmp/f\")))))'");
  EXPECT_EQ(result.out, "42\n") << result.err;
}

// Compiles a class and runs it, with threads and a garbage collection.
TEST(Programs, Java) {
  if (!IsHere("/usr/bin/java")) GTEST_SKIP() << "no java here";
  const RunResult result = RunShell("exec java -version 2>&1 | grep -c Runtime");
  EXPECT_EQ(result.out, "1\n") << result.err;
  if (!IsHere("/usr/bin/javac")) GTEST_SKIP() << "no javac here";
  const RunResult compiled = RunShell(
      "cd /tmp; printf 'public class A { public static void main(String[] a) throws Exception {"
      "Thread t = new Thread(() -> System.out.println(6 * 7)); t.start(); t.join(); System.gc();"
      "new ProcessBuilder(\"echo\", \"sub\").inheritIO().start().waitFor(); } }' >A.java; java "
      "A.java");
  EXPECT_EQ(compiled.out, "42\nsub\n") << compiled.err;
}

TEST(Programs, AThreadedServer) {
  if (!IsHere("/usr/bin/python3")) GTEST_SKIP() << "no python3 here";
  const RunResult result = RunShell(
      "exec /usr/bin/python3 -c '\n"
      "import http.server, threading, urllib.request, os\n"
      "os.chdir(\"/tmp\"); open(\"f\", \"w\").write(\"served\")\n"
      "class Quiet(http.server.SimpleHTTPRequestHandler):\n"
      "  def log_message(self, *a): pass\n"
      "server = http.server.ThreadingHTTPServer((\"127.0.0.1\", 0), Quiet)\n"
      "threading.Thread(target=server.serve_forever, daemon=True).start()\n"
      "url = \"http://127.0.0.1:%d/f\" % server.server_port\n"
      "out = []\n"
      "def get(): out.append(urllib.request.urlopen(url).read().decode())\n"
      "clients = [threading.Thread(target=get) for _ in range(16)]\n"
      "[c.start() for c in clients]; [c.join() for c in clients]\n"
      "print(len(out), set(out))'");
  EXPECT_EQ(result.out, "16 {'served'}\n") << result.err;
}

}  // namespace
}  // namespace seccomp
