// JSON that is written in one go, and a look into it.
//
// Commas come of themselves: a value behind another one is the next of its list or object.

#ifndef SLIPWAY_RUNTIME_PROBE_JSON_H_
#define SLIPWAY_RUNTIME_PROBE_JSON_H_

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char* text;  // ends with a NUL
  size_t size;
  size_t room;
} Json;

void OpenObject(Json* json);
void CloseObject(Json* json);
void OpenList(Json* json);
void CloseList(Json* json);

// Of an object: its next value is this one's.
void Key(Json* json, const char* name);
void KeyOf(Json* json, const char* name, size_t size);

// Bytes that are no UTF-8 become U+FFFD: RFC 8259, 8.1.
void String(Json* json, const char* text);
void StringOf(Json* json, const char* text, size_t size);
void Number(Json* json, long long number);
void Bool(Json* json, bool value);
void Null(Json* json);

// The value at a path such as "rlimits.nofile.soft", in what was written; NULL: there is none. An
// element of a list is named by its number or, where it is an object, by the first value of that:
// "mounts./proc.type". Of several the last one counts, as of mounts over each other.
const char* Find(const char* json, const char* path);

// Prints the value that begins at `value`, with a newline: a string as it is, anything else as
// JSON.
void PrintBare(const char* value);

#endif  // SLIPWAY_RUNTIME_PROBE_JSON_H_
