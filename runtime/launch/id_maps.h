// The maps of ids of a container's own user namespace: chosen before the clone, where no stage has
// said them, and written from outside while the child is parked; user_namespaces(7).

#ifndef SLIPWAY_RUNTIME_LAUNCH_ID_MAPS_H_
#define SLIPWAY_RUNTIME_LAUNCH_ID_MAPS_H_

#include <sys/types.h>

#include "runtime/launch/occasion.h"
#include "runtime/launch/plan.h"
#include "runtime/sdk/result.h"
#include "runtime/state/journal.h"
#include "runtime/state/root.h"

namespace slipway::launch {

// Completes plan.ids, if the plan has an own user namespace, and writes down which ids the
// container has. root: of the journal. With CAP_SETUID and CAP_SETGID: 65536 free ids. Else: this
// user is root, and the subordinate ids follow, where there are such and newuidmap(1). Warns where
// ids that a stage has given are a running container's too.
Status ChooseIdMaps(Plan& plan, const state::Root& root, state::Journal& journal, const Log& log);

// child: a parked process in the user namespace, be it an own one or one that is joined; of that
// the ids are written down. Does nothing where the plan has none.
Status WriteIdMaps(const Plan& plan, pid_t child, state::Journal& journal);

}  // namespace slipway::launch

#endif  // SLIPWAY_RUNTIME_LAUNCH_ID_MAPS_H_
