#include "runtime/sdk/testing/host.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace slipway::testing {
namespace {

const char* TextOf(const char* text) { return text != nullptr ? text : ""; }

int Fail(slipway_error* error, int errno_value, const char* operation, const char* subject,
         const char* hint) {
  error->record = *Error(TextOf(operation), TextOf(subject), TextOf(hint));
  error->record.errno_value = errno_value;
  return -1;
}

void BlameOption(slipway_error* error, const char* option) {
  CopyText(error->record.option, TextOf(option));
}

void Cure(slipway_error* error, const char* text) { CopyText(error->record.cure, TextOf(text)); }

int ErrorErrno(const slipway_error* error) { return error->record.errno_value; }

const char* ErrorText(const slipway_error* error, slipway_error_part part) {
  const ErrorRecord& record = error->record;
  switch (part) {
    case SLIPWAY_OPERATION:
      return record.operation;
    case SLIPWAY_SUBJECT:
      return record.subject;
    case SLIPWAY_HINT:
      return record.hint;
    case SLIPWAY_OPTION:
      return record.option;
    case SLIPWAY_CURE:
      return record.cure;
  }
  return "";
}

const char* ContainerId(const slipway_context*) { return "test"; }

uint32_t Operation(const slipway_context*) { return SLIPWAY_START; }

}  // namespace

slipway_host HostForTests() {
  slipway_host host{};
  host.struct_size = sizeof(host);
  host.fail = Fail;
  host.blame_option = BlameOption;
  host.cure = Cure;
  host.error_errno = ErrorErrno;
  host.error_text = ErrorText;
  host.container_id = ContainerId;
  host.operation = Operation;
  return host;
}

Status StatusOf(int result, const slipway_error& error) {
  if (result == 0) return Ok();
  Error said(error.record);
  said->not_here = result == SLIPWAY_NOT_HERE;
  return said;
}

Status ProbeInRoot(const std::string& plugin, const std::string& root) {
  void* library = dlopen(plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Error("load", plugin, dlerror());
  const auto* table = static_cast<const slipway_plugin*>(dlsym(library, SLIPWAY_PLUGIN_SYMBOL));
  const slipway_stage& stage = *table->stages[0];
  // The child's too.
  auto* error = static_cast<slipway_error*>(mmap(
      nullptr, sizeof(slipway_error), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) {
    if (chroot(root.c_str()) != 0 || chdir("/") != 0) _exit(126);
    const slipway_host host = HostForTests();
    const std::vector<slipway_value> values(stage.option_count + 1);
    void* made = nullptr;
    if (stage.create(&host, nullptr, values.data(), &made, error) != 0) _exit(126);
    _exit(stage.probe(made, nullptr, error));
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return Error(errno, "probe", plugin);
  const int result = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  Status said = StatusOf(result, *error);
  munmap(error, sizeof(slipway_error));
  dlclose(library);
  return said;
}

}  // namespace slipway::testing
