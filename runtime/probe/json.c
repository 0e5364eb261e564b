#include "runtime/probe/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void Append(Json* json, const char* text, size_t size) {
  if (json->size + size + 1 > json->room) {
    json->room = (json->room + size + 1) * 2;
    json->text = realloc(json->text, json->room);
    if (json->text == NULL) {
      fputs("slipway-probe: out of memory\n", stderr);
      exit(1);
    }
  }
  memcpy(json->text + json->size, text, size);
  json->size += size;
  json->text[json->size] = '\0';
}

static void AppendText(Json* json, const char* text) { Append(json, text, strlen(text)); }

// Before a key or a value. A string ends with a quote, so the last character tells.
static void Separate(Json* json) {
  if (json->size == 0 || strchr("{[:", json->text[json->size - 1]) != NULL) return;
  AppendText(json, ",");
}

static void Open(Json* json, const char* bracket) {
  Separate(json);
  AppendText(json, bracket);
}

void OpenObject(Json* json) { Open(json, "{"); }
void CloseObject(Json* json) { AppendText(json, "}"); }
void OpenList(Json* json) { Open(json, "["); }
void CloseList(Json* json) { AppendText(json, "]"); }

// The size of the character of UTF-8 at `text`; 0: there is none.
static size_t CharacterSize(const unsigned char* text, size_t left) {
  const unsigned char first = text[0];
  if (first < 0x80) return 1;
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || left < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((text[i] & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = text[1];
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool none = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || none ? 0 : size;
}

static void AppendQuoted(Json* json, const char* text, size_t size) {
  AppendText(json, "\"");
  for (size_t i = 0; i < size;) {
    const size_t step = CharacterSize((const unsigned char*)text + i, size - i);
    const unsigned char byte = (unsigned char)text[i];
    char escaped[8];
    if (step == 0) {
      AppendText(json, "\\ufffd");
    } else if (byte < 0x20 || byte == 0x7f) {
      snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      AppendText(json, escaped);
    } else {
      if (byte == '"' || byte == '\\') AppendText(json, "\\");
      Append(json, text + i, step);
    }
    i += step == 0 ? 1 : step;
  }
  AppendText(json, "\"");
}

void KeyOf(Json* json, const char* name, size_t size) {
  Separate(json);
  AppendQuoted(json, name, size);
  AppendText(json, ":");
}

void Key(Json* json, const char* name) { KeyOf(json, name, strlen(name)); }

void StringOf(Json* json, const char* text, size_t size) {
  Separate(json);
  AppendQuoted(json, text, size);
}

void String(Json* json, const char* text) { StringOf(json, text, strlen(text)); }

void Number(Json* json, long long number) {
  char text[32];
  snprintf(text, sizeof text, "%lld", number);
  Separate(json);
  AppendText(json, text);
}

void Bool(Json* json, bool value) {
  Separate(json);
  AppendText(json, value ? "true" : "false");
}

void Null(Json* json) {
  Separate(json);
  AppendText(json, "null");
}

// Behind the string that begins at `text`.
static const char* EndOfString(const char* text) {
  for (++text; *text != '"'; ++text) {
    if (*text == '\\') ++text;
  }
  return text + 1;
}

static const char* EndOfValue(const char* value) {
  if (*value == '"') return EndOfString(value);
  if (*value != '{' && *value != '[') return value + strcspn(value, ",]}");
  int depth = 0;
  do {
    if (*value == '"') {
      value = EndOfString(value);
      continue;
    }
    if (*value == '{' || *value == '[') ++depth;
    if (*value == '}' || *value == ']') --depth;
    ++value;
  } while (depth > 0);
  return value;
}

// What is left of the path behind this name; NULL: it does not begin with that.
static const char* Behind(const char* path, const char* name, size_t size) {
  if (strncmp(path, name, size) != 0) return NULL;
  if (path[size] == '\0') return path + size;
  return path[size] == '.' ? path + size + 1 : NULL;
}

// The same of a value: a string counts without its quotes.
static const char* BehindValue(const char* path, const char* value) {
  const char* const end = EndOfValue(value);
  if (*value != '"') return Behind(path, value, (size_t)(end - value));
  return Behind(path, value + 1, (size_t)(end - value - 2));
}

const char* Find(const char* json, const char* path) {
  if (*path == '\0') return json;
  const bool list = *json == '[';
  if (!list && *json != '{') return NULL;
  const char* found = NULL;
  long number = 0;
  for (const char* at = json + 1; *at != ']' && *at != '}'; ++number) {
    const char* rest = NULL;
    const char* value = at;
    if (list) {
      char index[24];
      const int size = snprintf(index, sizeof index, "%ld", number);
      if (*value == '{' && value[1] == '"') rest = BehindValue(path, EndOfString(value + 1) + 1);
      if (rest == NULL && *value != '{') rest = Behind(path, index, (size_t)size);
    } else {
      value = EndOfString(at) + 1;
      rest = Behind(path, at + 1, (size_t)(value - at - 3));
    }
    const char* const inner = rest == NULL ? NULL : Find(value, rest);
    if (inner != NULL) found = inner;
    at = EndOfValue(value);
    if (*at == ',') ++at;
  }
  return found;
}

static void PrintString(const char* at, const char* end) {
  while (at < end) {
    if (*at != '\\') {
      putchar(*at++);
    } else if (at[1] != 'u') {
      putchar(at[1]);
      at += 2;
    } else {
      char digits[5] = {at[2], at[3], at[4], at[5], '\0'};
      const unsigned long code = strtoul(digits, NULL, 16);
      if (code < 0x80) {
        putchar((int)code);
      } else {
        fputs("\xef\xbf\xbd", stdout);  // no other one is written that way
      }
      at += 6;
    }
  }
}

void PrintBare(const char* value) {
  const char* const end = EndOfValue(value);
  if (*value == '"') {
    PrintString(value + 1, end - 1);
  } else {
    fwrite(value, 1, (size_t)(end - value), stdout);
  }
  putchar('\n');
}
