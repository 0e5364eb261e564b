// What the probe sees: each function writes one value.

#ifndef SLIPWAY_RUNTIME_PROBE_FACTS_H_
#define SLIPWAY_RUNTIME_PROBE_FACTS_H_

#include "runtime/probe/json.h"

// facts_of_ids.c: who it is, and what that allows.
void Uid(Json* json);
void Gid(Json* json);
void Groups(Json* json);
void Capabilities(Json* json);
void NoNewPrivs(Json* json);
void Seccomp(Json* json);
void SeccompFilters(Json* json);
void LsmLabel(Json* json);

// facts_of_limits.c: how it is treated.
void Rlimits(Json* json);
void OomScoreAdj(Json* json);
void Scheduling(Json* json);
void Personality(Json* json);
void Umask(Json* json);

// facts_of_places.c: where it is.
void Hostname(Json* json);
void Domainname(Json* json);
void Kernel(Json* json);
void Process(Json* json);
void Namespaces(Json* json);
void TimeOffsets(Json* json);
void Cgroups(Json* json);
void Interfaces(Json* json);

// facts_of_files.c: what it has, and what is there.
void Cwd(Json* json);
void Environment(Json* json);
void Mounts(Json* json);
void Descriptors(Json* json);

#endif  // SLIPWAY_RUNTIME_PROBE_FACTS_H_
