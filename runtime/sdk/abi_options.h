/* The options of a stage, in the contract of abi.h: a static table that says which there are, and
 * the checked values that the host makes of what stands in a pipeline.
 */
#ifndef SLIPWAY_RUNTIME_SDK_ABI_OPTIONS_H_
#define SLIPWAY_RUNTIME_SDK_ABI_OPTIONS_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum slipway_type {
  SLIPWAY_STRING = 1, /* as.string; minimum and maximum bound its length in bytes */
  SLIPWAY_BOOL,       /* as.integer is 0 or 1 */
  SLIPWAY_INTEGER,    /* as.integer */
  SLIPWAY_DECIMAL,    /* a number such as 1.5; as.integer holds thousandths */
  SLIPWAY_BYTES,      /* "512MiB"; as.integer holds bytes */
  SLIPWAY_DURATION,   /* "100ms"; as.integer holds nanoseconds. With a minimum below 0, "-100ms" */
  SLIPWAY_PATH,       /* a path of the host; as.string is absolute (see below) */
  SLIPWAY_ENUM,       /* as.integer is the index into slipway_option.names */
  SLIPWAY_LIST,       /* as.items, count of them, each an element */
  SLIPWAY_MAP,        /* as.items, 2 * count of them: key (a string), element, key, ... */
  SLIPWAY_RECORD,     /* as.items, one for each of slipway_option.fields, in their order */
  SLIPWAY_MODE,       /* permissions in octal, "0755"; as.integer holds their bits, chmod(2) */
  SLIPWAY_USER        /* of the container: "1000", "1000:1000", "www-data:www-data"; as.string, for
                         slipway_process.user */
} slipway_type;

typedef enum slipway_option_flags {
  SLIPWAY_REQUIRED = 1,     /* the author of the pipeline must give it */
  SLIPWAY_IN_CONTAINER = 2, /* SLIPWAY_PATH: absolute inside the container, not on the host */
  SLIPWAY_SECRET = 4,       /* of the stage's own table: never written down or printed, and so
                               without a value in Report and Teardown */
  SLIPWAY_HAS_MINIMUM = 8,
  SLIPWAY_HAS_MAXIMUM = 16,
  SLIPWAY_CHANGEABLE = 32, /* of the stage's own table: Update can change it while the container
                             runs */
  SLIPWAY_OR_MAX = 64 /* of a number: the word "max" is allowed too; as.integer is INT64_MAX then */
} slipway_option_flags;

/* One option, in a static table. From it the host checks, describes and documents; a stage
 * never sees a value that its table does not allow. */
typedef struct slipway_option {
  const char* name;
  const char* summary;                  /* one sentence, without the final full stop */
  uint32_t type;                        /* slipway_type */
  uint32_t flags;                       /* slipway_option_flags */
  const char* fallback;                 /* the default, as it would stand in YAML, such as "5" or
                                           "[a, b]"; or NULL */
  const char* unit;                     /* of a number, for people; or NULL */
  int64_t minimum;                      /* SLIPWAY_HAS_MINIMUM: in the unit of as.integer */
  int64_t maximum;                      /* SLIPWAY_HAS_MAXIMUM: the same */
  const char* const* names;             /* SLIPWAY_ENUM: the names, then NULL */
  const struct slipway_option* element; /* SLIPWAY_LIST, SLIPWAY_MAP: what they hold */
  const struct slipway_option* fields;  /* SLIPWAY_RECORD */
  uint32_t field_count;

  /* The name of a command line option of the runtime that sets this one, without the dashes:
   * "memory" for --memory; or NULL. A flag for a SLIPWAY_BOOL; for a list each use adds an element.
   * Letters a-z, digits and '-', beginning with a letter; only in the stage's own table. */
  const char* short_name;

  /* SLIPWAY_RECORD: how it may be written as one text; or NULL. Names of fields, the values of
   * which follow each other with ':' between them, then WORD=FIELD for a word that makes a
   * SLIPWAY_BOOL field true: "source:target:ro=readonly" reads "/src:/dst" and "/src:/dst:ro".
   * Behind the last field that is required, others may be left out. Behind one more ':' may come
   * words, and any field as NAME=VALUE, with ',' between them: "/tmp:size=64MiB,mode=1777". A value
   * with a ':' in it cannot be written so. */
  const char* text_form;
} slipway_option;

/* A checked value. `type` is 0 when the option was not given and has no default. A relative
 * SLIPWAY_PATH has been resolved against the folder of the config file. */
typedef struct slipway_value {
  uint32_t type;
  uint32_t count;
  union {
    int64_t integer;
    const char* string;
    const struct slipway_value* items;
  } as;
} slipway_value;

#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_RUNTIME_SDK_ABI_OPTIONS_H_ */
