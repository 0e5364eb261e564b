// dlopen(3), clone3(2).

#include "plugins/cgroup/testing.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/sdk/testing/host.h"
#include "runtime/sys/file.h"

struct slipway_context {
  slipway::cgroup::testing::HookedStage* test;
};

namespace slipway::cgroup::testing {
namespace {

[[noreturn]] void Die(const std::string& why) {
  fprintf(stderr, "cgroup/testing: %s\n", why.c_str());
  abort();
}

const char* ContainerId(const slipway_context* context) { return context->test->id().c_str(); }

int RecordUndo(slipway_context* context, const void* record, size_t size, slipway_error* error) {
  std::string text(static_cast<const char*>(record), size);
  if (context->test->on_record) {
    Status status = context->test->on_record(text);
    if (!status.ok()) {
      error->record = *status.error();
      return -1;
    }
  }
  context->test->records.push_back(std::move(text));
  return 0;
}

int SetCgroup(slipway_context* context, int cgroup_fd, slipway_error*) {
  context->test->cgroup_fd = cgroup_fd;
  return 0;
}

int AddCgroupTasks(slipway_context* context, int tasks_fd, slipway_error*) {
  context->test->cgroup_tasks.push_back(tasks_fd);
  return 0;
}

slipway_host Host() {
  slipway_host host = slipway::testing::HostForTests();
  host.container_id = ContainerId;
  host.record_undo = RecordUndo;
  host.set_cgroup = SetCgroup;
  host.add_cgroup_tasks = AddCgroupTasks;
  return host;
}

const slipway_host kHost = Host();

using slipway::testing::StatusOf;

}  // namespace

HookedStage::HookedStage(const std::string& library, std::string id) : id_(std::move(id)) {
  void* handle = dlopen(("./" + library).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) Die(dlerror());
  const auto* plugin = static_cast<const slipway_plugin*>(dlsym(handle, SLIPWAY_PLUGIN_SYMBOL));
  if (plugin == nullptr) Die(dlerror());
  stage_ = plugin->stages[0];
  values_.resize(stage_->option_count);
  strings_.resize(stage_->option_count);
  Set("parent", "/");
}

HookedStage::~HookedStage() {
  if (object_ != nullptr) stage_->destroy(object_);
  Status status = TeardownAll();
  if (!status.ok()) ADD_FAILURE() << status.error().ToString();
}

void HookedStage::Set(const std::string& option, int64_t value) {
  for (uint32_t i = 0; i < stage_->option_count; ++i) {
    if (option != stage_->options[i].name) continue;
    values_[i].type = stage_->options[i].type;
    values_[i].as.integer = value;
    return;
  }
  Die("no option " + option);
}

void HookedStage::Set(const std::string& option, const std::string& value) {
  for (uint32_t i = 0; i < stage_->option_count; ++i) {
    if (option != stage_->options[i].name) continue;
    strings_[i] = value;
    values_[i].type = stage_->options[i].type;
    values_[i].as.string = strings_[i].c_str();
    return;
  }
  Die("no option " + option);
}

Status HookedStage::Create() {
  if (object_ != nullptr) stage_->destroy(object_);
  object_ = nullptr;
  probed_ = false;
  slipway_error error;
  slipway_context context{this};
  return StatusOf(stage_->create(&kHost, &context, values_.data(), &object_, &error), error);
}

Status HookedStage::Probe() {
  RETURN_IF_ERROR(Create());
  probed_ = true;
  slipway_error error;
  slipway_context context{this};
  return StatusOf(stage_->probe(object_, &context, &error), error);
}

Status HookedStage::PreClone() {
  if (!probed_) RETURN_IF_ERROR(Probe());
  slipway_error error;
  slipway_context context{this};
  return StatusOf(stage_->pre_clone(object_, &context, &error), error);
}

Status HookedStage::EnterCgroups() const {
  for (const int tasks : cgroup_tasks) {
    if (write(tasks, "0", 1) != 1) return Error(errno, "enter the cgroup");
  }
  return Ok();
}

Status HookedStage::Teardown(const std::string& record) {
  slipway_error error;
  slipway_context context{this};
  return StatusOf(
      stage_->teardown(&kHost, &context, values_.data(), record.data(), record.size(), &error),
      error);
}

Status HookedStage::TeardownAll() {
  Status first;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    Status status = Teardown(*record);
    if (first.ok() && !status.ok()) first = std::move(status);
  }
  return first;
}

Shell::Shell(const std::string& script, int cgroup_fd) { Start(script, cgroup_fd, nullptr); }

Shell::Shell(const std::string& script, HookedStage& entered) { Start(script, -1, &entered); }

void Shell::Start(const std::string& script, int cgroup_fd, HookedStage* entered) {
  int release[2];
  int output[2];
  if (pipe2(release, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) Die("pipe2");
  Result<sys::Cloned> cloned = sys::Clone(0, cgroup_fd);
  if (!cloned.ok()) Die(cloned.error().ToString());
  process_ = std::move(cloned).value();
  if (process_.pid == 0) {
    const Status status = entered ? entered->EnterCgroups() : Ok();
    if (!status.ok()) Die(status.error().ToString());
    char byte = 0;
    if (write(output[1], "+", 1) != 1) _exit(1);
    if (read(release[0], &byte, 1) != 1) _exit(1);
    dup2(output[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
    _exit(127);
  }
  close(release[0]);
  close(output[1]);
  release_ = sys::Fd(release[1]);
  output_ = sys::Fd(output[0]);
  char parked = 0;
  if (read(output_.get(), &parked, 1) != 1) Die("the shell has not parked");
}

Shell::~Shell() {
  if (reaped_) return;
  kill(process_.pid, SIGKILL);
  Wait();
}

void Shell::Release() {
  if (write(release_.get(), "x", 1) != 1) Die("write");
}

std::string Shell::ReadLine() {
  std::string line;
  char byte = 0;
  while (read(output_.get(), &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

int Shell::Wait() {
  int status = 0;
  if (waitpid(process_.pid, &status, 0) != process_.pid) Die("waitpid");
  reaped_ = true;
  return status;
}

std::string UniqueId() {
  static int count = 0;
  return "slipway-test-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

std::string Content(const std::string& path) {
  Result<std::string> text = sys::ReadFile(path);
  if (!text.ok()) return "(none)";
  std::string content = std::move(text).value();
  if (content.ends_with('\n')) content.pop_back();
  return content;
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

}  // namespace slipway::cgroup::testing
