#include "runtime/commands/oci_state.h"

#include <string>

#include "runtime/cli/oci_state.h"
#include "runtime/config/path.h"

namespace slipway::commands {

launch::OciState OciStateOf(const state::Facts& facts) {
  return [&facts](state::Phase phase, pid_t pid) {
    // Standard input and a descriptor have no folder that another process could find.
    const bool is_file = facts.config.starts_with('/');
    return cli::OciStateAsJson({.id = facts.id,
                                .status = state::NameOf(phase),
                                .pid = pid,
                                .bundle = is_file ? config::FolderOf(facts.config) : "/",
                                .annotations = facts.annotations});
  };
}

}  // namespace slipway::commands
