// A stage whose undo records can be watched: PreClone leaves two of them, each with a file that
// it stands for; Teardown appends the record that it gets to a log and removes the file. Two
// stages are made of it, so that the order between stages shows as well as that within one.

#ifndef SLIPWAY_TESTS_PLUGINS_LEAVES_RECORD_H_
#define SLIPWAY_TESTS_PLUGINS_LEAVES_RECORD_H_

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "runtime/sdk/stage.h"
#include "runtime/sys/file.h"

namespace slipway::fixtures {

enum class Fail { kNone, kPreClone, kPostClone, kInChild, kTeardown };

}  // namespace slipway::fixtures

template <>
inline constexpr std::array<const char*, 6> slipway::kNamesOf<slipway::fixtures::Fail>{
    "none", "pre-clone", "post-clone", "in-child", "teardown", nullptr};

namespace slipway::fixtures {

// First: the letter of the first record; the second has the next one.
template <char First>
class LeavesRecord final : public Stage {
 public:
  static constexpr auto Options() {
    return OptionTable(
        Option<&LeavesRecord::dir_>("dir", "Folder for the records' files and for teardown.log",
                                    {.required = true}),
        Option<&LeavesRecord::fail_>("fail", "The hook that fails, once it has done its work",
                                     {.fallback = "none"}));
  }

  Status PreClone(Plan& plan) override {
    for (const char letter : {First, static_cast<char>(First + 1)}) {
      const std::string record(1, letter);
      RETURN_IF_ERROR(plan.RecordUndo(record));
      RETURN_IF_ERROR(sys::Open(PathOf(record), O_WRONLY | O_CREAT, kMode));
    }
    return In(Fail::kPreClone);
  }

  Status PostClone(ParkedChild&) override { return In(Fail::kPostClone); }

  Status InChild(Child&) override { return In(Fail::kInChild); }

  Status Teardown(std::string_view record, Context&) override {
    const std::string log = PathOf("teardown.log");
    ASSIGN_OR_RETURN(const sys::Fd fd, sys::Open(log, O_WRONLY | O_CREAT | O_APPEND, kMode));
    const std::string line = std::string(record) + "\n";
    if (write(fd.get(), line.data(), line.size()) < 0) return Error(errno, "write", log);
    const std::string file = PathOf(std::string(record));
    if (unlink(file.c_str()) != 0 && errno != ENOENT) return Error(errno, "unlink", file);
    return In(Fail::kTeardown);
  }

 private:
  static constexpr unsigned kMode = 0644;

  Status In(Fail hook) const {
    return hook == fail_ ? Status(Error("failed", "on purpose")) : Ok();
  }

  std::string PathOf(const std::string& name) const { return dir_.path + "/" + name; }

  HostPath dir_;
  Fail fail_ = Fail::kNone;
};

}  // namespace slipway::fixtures

#endif  // SLIPWAY_TESTS_PLUGINS_LEAVES_RECORD_H_
