#include "runtime/launch/command.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>
#include <utility>

namespace slipway::launch {
namespace {

constexpr const char* kStep = "exec";
// What is to blame for the command; whoever has read the config knows where that stands.
constexpr const char* kArgs = "process.args";

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view PathOf(const std::vector<std::string>& environment) {
  constexpr std::string_view kName = "PATH=";
  for (std::string_view variable : environment) {
    if (variable.starts_with(kName)) return variable.substr(kName.size());
  }
  return {};
}

// The files that `name` may mean, in order: itself, or one in each folder of `path`.
std::vector<std::string> Candidates(const std::string& name, std::string_view path) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> candidates;
  while (!name.empty() && !path.empty()) {
    const size_t colon = path.find(':');
    std::string_view folder = path.substr(0, colon);
    // An empty entry would mean the current folder; nobody writes it on purpose.
    if (!folder.empty()) candidates.push_back(std::string(folder) + "/" + name);
    path.remove_prefix(colon == std::string_view::npos ? path.size() : colon + 1);
  }
  return candidates;
}

Error NotFound(const std::string& name, std::string_view path, const std::string& cwd) {
  if (name.empty()) {
    return Error("the command is an empty text", {}, "give a program's name or path first")
        .In({}, kStep)
        .Option(kArgs)
        .ExitStatus(kNotFound);
  }
  std::string hint = "there is no such file in the container";
  if (name.find('/') == std::string::npos) {
    hint = path.empty() ? "PATH, in which it would be looked for, is not set, or empty"
                        : "looked in PATH=" + std::string(path);
  } else if (!name.starts_with('/')) {
    hint += "'s folder " + cwd + ", where the command starts; process.cwd sets another";
  }
  return Error("command not found", name, hint).In({}, kStep).Option(kArgs).ExitStatus(kNotFound);
}

// In the container alone, where the path is its.
std::string_view WhyDenied(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  if (S_ISDIR(info.st_mode)) return "it is a folder";
  if (!S_ISREG(info.st_mode)) return "it is no file";
  return (info.st_mode & 0111) == 0 ? "it is not executable: chmod +x" : "";
}

bool Exists(const std::string& file) {
  struct stat info {};
  return lstat(file.c_str(), &info) == 0;
}

}  // namespace

Command Merged(const Command& command, const ProcessPlan& plan, const Identity* identity) {
  std::map<std::string, std::string> variables;
  const auto add = [&variables](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const size_t end = text.find('=');
      variables[text.substr(0, end)] = text.substr(end + 1);
    }
  };
  add(command.defaults);
  if (identity != nullptr) {
    variables["HOME"] = identity->home;
    if (!identity->name.empty()) variables["USER"] = variables["LOGNAME"] = identity->name;
  }
  for (const auto& [name, wish] : plan.environment) {
    if (wish.value) {
      variables[name] = *wish.value;
    } else {
      variables.erase(name);
    }
  }
  add(command.environment);
  Command merged{.args = command.args, .environment = {}, .defaults = {}, .cwd = command.cwd};
  for (const auto& [name, value] : variables) merged.environment.push_back(name + "=" + value);
  if (merged.cwd.empty()) merged.cwd = plan.folder ? plan.folder->value : "/";
  return merged;
}

Execution::Execution(Command command)
    : command_(std::move(command)),
      own_(OwnFile()),
      path_(PathOf(command_.environment)),
      candidates_(Candidates(command_.args[0], path_)),
      args_(Pointers(command_.args)),
      environment_(Pointers(command_.environment)) {}

Result<Program> Execution::Find(bool hostile) const {
  // As execvp(3): a candidate that may not be executed does not end the search, but is what the
  // error tells of when no other can.
  const std::string* denied = nullptr;
  for (const std::string& candidate : candidates_) {
    auto program = FindProgram(candidate, hostile ? own_ : FileId{});
    if (program.ok()) return program;
    const int cause = program.error()->errno_value;
    if ((cause == ENOENT || cause == ENOTDIR) && !Exists(candidate)) continue;
    if (cause == EACCES) {
      if (denied == nullptr) denied = &candidate;
      continue;
    }
    if (*program.error()->hint)
      return program.error().In({}, kStep).Option(kArgs).ExitStatus(kNotExecutable);
    return NotExecutable(cause, candidate);
  }
  if (denied != nullptr) return NotExecutable(EACCES, *denied);
  return NotFound(command_.args[0], path_, command_.cwd);
}

Status Execution::FindOut(Program& program, bool hostile) const {
  Status status = CheckUnread(program, hostile ? own_ : FileId{});
  if (status.ok()) return status;
  return status.error().In({}, kStep).Option(kArgs).ExitStatus(kNotExecutable);
}

Error Execution::Run(const Program& program, std::atomic<bool>& executing) const {
  executing = true;
  const int cause = Execute(program, args_.data(), environment_.data());
  executing = false;
  return NotExecutable(cause, program.path);
}

Error NotExecutable(int cause, const std::string& path) {
  std::string_view hint;
  switch (cause) {
    case ENOENT:
      hint =
          "the file is there, but the interpreter that it names (the ELF loader, or the program "
          "of its #! line) is not";
      break;
    case ENOEXEC:
      hint = "not a program for this machine, or a script without a #! line";
      break;
    case ESTALE:
      hint = "it was exchanged while it was looked at";
      break;
    case EAGAIN:
      hint = kTooManyThreads;
      break;
    case EACCES:
      hint = WhyDenied(path);
      break;
    default:
      break;
  }
  return Error(cause, "execute the container's", path, hint)
      .In({}, kStep)
      .Option(kArgs)
      .ExitStatus(kNotExecutable);
}

}  // namespace slipway::launch
