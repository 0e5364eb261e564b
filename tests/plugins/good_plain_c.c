/* A whole stage in C11, with no header of the project but abi.h: its own host name. */

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/sdk/abi.h"

enum { kHostname, kOptionCount };

static const slipway_option kOptions[kOptionCount] = {
    [kHostname] = {.name = "hostname",
                   .summary = "Host name inside the container",
                   .type = SLIPWAY_STRING,
                   .flags = SLIPWAY_HAS_MINIMUM | SLIPWAY_HAS_MAXIMUM,
                   .fallback = "plain-c",
                   .minimum = 1,
                   .maximum = 64},
};

static const char* const kProvides[] = {"plain-c-hostname", NULL};

static const char kRecord[] = "plain-c";

typedef struct PlainC {
  const slipway_host* host;
  const char* hostname; /* the option's: it outlives the stage */
} PlainC;

static int Create(const slipway_host* host, slipway_context* context, const slipway_value* options,
                  void** stage, slipway_error* error) {
  PlainC* self = malloc(sizeof(*self));
  (void)context;
  if (self == NULL) return host->fail(error, errno, "get memory", NULL, NULL);
  self->host = host;
  self->hostname = options[kHostname].as.string;
  *stage = self;
  return 0;
}

static int PreClone(void* stage, slipway_context* context, slipway_error* error) {
  const PlainC* self = stage;
  if (self->host->record_undo(context, kRecord, sizeof(kRecord), error) != 0) return -1;
  return self->host->add_namespaces(context, CLONE_NEWUTS, error);
}

static int InChild(void* stage, slipway_context* context, slipway_error* error) {
  const PlainC* self = stage;
  (void)context;
  if (sethostname(self->hostname, strlen(self->hostname)) == 0) return 0;
  self->host->fail(error, errno, "set the host name", self->hostname, NULL);
  self->host->blame_option(error, "hostname");
  return -1;
}

/* The namespace goes with its last process, so there is nothing to undo but to know the record. */
static int Teardown(const slipway_host* host, slipway_context* context,
                    const slipway_value* options, const void* record, size_t size,
                    slipway_error* error) {
  (void)context;
  (void)options;
  if (size == sizeof(kRecord) && memcmp(record, kRecord, size) == 0) return 0;
  return host->fail(error, 0, "not a record of this stage", NULL, NULL);
}

static void Destroy(void* stage) { free(stage); }

static const slipway_stage kStage = {
    .name = "good-plain-c",
    .version = "0.1.0",
    .summary = "Own host name, from a stage in plain C",
    .privileges = SLIPWAY_ROOT_OR_USERNS,
    .options = kOptions,
    .option_count = kOptionCount,
    .provides = kProvides,
    .create = Create,
    .pre_clone = PreClone,
    .in_child = InChild,
    .teardown = Teardown,
    .destroy = Destroy,
};

SLIPWAY_PLUGIN(&kStage);
