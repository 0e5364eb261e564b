// Files of /proc, which may not be mounted.

#ifndef SLIPWAY_RUNTIME_PROBE_PROC_H_
#define SLIPWAY_RUNTIME_PROBE_PROC_H_

#include <stddef.h>

#include "runtime/probe/json.h"

// The text of a file, to be freed; NULL when it cannot be read. size: of it; or NULL.
char* ReadText(const char* path, size_t* size);

// Writes an object, or a list, by what `write` makes of each line of a file, which it may change;
// null when the file cannot be read.
void ObjectOfLines(Json* json, const char* path, void (*write)(Json* json, char* line));
void ListOfLines(Json* json, const char* path, void (*write)(Json* json, char* line));

// What a symlink says, to be freed; NULL when it cannot be read.
char* ReadLink(const char* path);

// The text behind "FIELD:" of a line of /proc/self/status, without blanks around it, to be freed;
// NULL when there is none.
char* ReadStatus(const char* field);

#endif  // SLIPWAY_RUNTIME_PROBE_PROC_H_
