// A program on a real pseudo-terminal, as a person has it: what is typed goes in, what the screen
// would show comes out.

#ifndef SLIPWAY_TESTS_PTY_H_
#define SLIPWAY_TESTS_PTY_H_

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace slipway::testing {

class Pty {
 public:
  // Runs `argv` as the leader of a session whose controlling terminal is a new pty of 24 rows and
  // 80 columns.
  explicit Pty(const std::vector<std::string>& argv);
  // The same terminal, for somebody else: it is nobody's controlling one.
  Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;
  ~Pty();  // kills what still runs

  void Type(const std::string& keys) const;

  // Reads on until `text` appears, and takes everything up to and including it off the screen.
  // Returns what stood before it; nullopt when it has not come within a minute.
  std::optional<std::string> Expect(const std::string& text);

  // Types `keys` again and again until `text` appears: for a program that is about to read the
  // terminal, when what is typed before that is lost. False when it has not come within a
  // minute.
  bool TypeUntil(const std::string& keys, const std::string& text);

  // Of the other end, which a program would open.
  const std::string& path() const { return path_; }

  // Ends the terminal, as when a person closes its window.
  void HangUp();

  // Waits until the terminal is in raw mode, or in the one that a person's line is read in. False:
  // a minute was not enough.
  bool AwaitRaw(bool raw) const;

  void Resize(unsigned short rows, unsigned short columns) const;

  // Waits for the program's end. As a shell has it: the exit status, or 128 + N for signal N.
  int Await();

  // What has come and has not been taken: for messages.
  const std::string& screen() const { return screen_; }

 private:
  bool ReadSome(int timeout_ms);
  std::optional<std::string> ExpectWithin(const std::string& text,
                                          std::chrono::milliseconds patience);

  int master_ = -1;
  int other_ =
      -1;  // the other end, held open so that the screen does not end before somebody has it
  pid_t pid_ = -1;
  std::string path_;
  std::string screen_;
};

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_PTY_H_
