#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/probe/facts.h"
#include "runtime/probe/proc.h"

static struct utsname Names(void) {
  struct utsname names = {0};
  uname(&names);
  return names;
}

void Hostname(Json* json) { String(json, Names().nodename); }

void Domainname(Json* json) { String(json, Names().domainname); }

void Kernel(Json* json) {
  OpenObject(json);
  Key(json, "release");
  String(json, Names().release);
  Key(json, "machine");
  String(json, Names().machine);
  CloseObject(json);
}

void Process(Json* json) {
  OpenObject(json);
  Key(json, "id");
  Number(json, getpid());
  Key(json, "parent");
  Number(json, getppid());
  Key(json, "group");
  Number(json, getpgrp());
  Key(json, "session");
  Number(json, getsid(0));
  CloseObject(json);
}

void Namespaces(Json* json) {
  static const char* const kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"};
  if (access("/proc/self/ns", X_OK) != 0) {
    Null(json);
    return;
  }
  OpenObject(json);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
    char* const link = ReadLink(path);
    const char* const number = link != NULL ? strchr(link, '[') : NULL;
    Key(json, kinds[i]);
    if (number != NULL) {
      Number(json, atoll(number + 1));
    } else {
      Null(json);
    }
    free(link);
  }
  CloseObject(json);
}

static void TimeOffset(Json* json, char* line) {
  char clock[16];
  long long seconds = 0, nanoseconds = 0;
  if (sscanf(line, "%15s %lld %lld", clock, &seconds, &nanoseconds) != 3) return;
  Key(json, clock);
  OpenObject(json);
  Key(json, "seconds");
  Number(json, seconds);
  Key(json, "nanoseconds");
  Number(json, nanoseconds);
  CloseObject(json);
}

void TimeOffsets(Json* json) { ObjectOfLines(json, "/proc/self/timens_offsets", TimeOffset); }

// ID:CONTROLLERS:PATH, cgroups(7). The path may hold colons.
static void Cgroup(Json* json, char* line) {
  char unified[] = "unified";
  const char* const id = strsep(&line, ":");
  char* controllers = strsep(&line, ":");
  if (id == NULL || controllers == NULL || line == NULL) return;
  if (*controllers == '\0') controllers = unified;
  for (char* controller = NULL; (controller = strsep(&controllers, ",")) != NULL;) {
    Key(json, controller);
    String(json, line);
  }
}

void Cgroups(Json* json) { ObjectOfLines(json, "/proc/self/cgroup", Cgroup); }

static void Address(Json* json, const struct ifaddrs* entry) {
  const bool v6 = entry->ifa_addr->sa_family == AF_INET6;
  const void* const address =
      v6 ? (const void*)&((const struct sockaddr_in6*)(const void*)entry->ifa_addr)->sin6_addr
         : (const void*)&((const struct sockaddr_in*)(const void*)entry->ifa_addr)->sin_addr;
  char text[INET6_ADDRSTRLEN + 16] = "";
  inet_ntop(entry->ifa_addr->sa_family, address, text, INET6_ADDRSTRLEN);
  if (entry->ifa_netmask != NULL) {
    const unsigned char* const mask =
        v6 ? ((const struct sockaddr_in6*)(const void*)entry->ifa_netmask)->sin6_addr.s6_addr
           : (const unsigned char*)&((const struct sockaddr_in*)(const void*)entry->ifa_netmask)
                 ->sin_addr;
    int bits = 0;
    for (int i = 0; i < (v6 ? 16 : 4); ++i) bits += __builtin_popcount(mask[i]);
    snprintf(text + strlen(text), 16, "/%d", bits);
  }
  String(json, text);
}

static void Mac(Json* json, const struct sockaddr_ll* link) {
  char text[3 * sizeof link->sll_addr + 1] = "";
  for (int i = 0; i < link->sll_halen && i < (int)sizeof link->sll_addr; ++i) {
    snprintf(text + strlen(text), 4, i == 0 ? "%02x" : ":%02x", link->sll_addr[i]);
  }
  String(json, text);
}

// Of a device of its own (AF_PACKET), the list has one entry, also when it is down.
void Interfaces(Json* json) {
  struct ifaddrs* all = NULL;
  if (getifaddrs(&all) != 0) {
    Null(json);
    return;
  }
  OpenList(json);
  for (const struct ifaddrs* device = all; device != NULL; device = device->ifa_next) {
    if (device->ifa_addr == NULL || device->ifa_addr->sa_family != AF_PACKET) continue;
    OpenObject(json);
    Key(json, "name");
    String(json, device->ifa_name);
    Key(json, "up");
    Bool(json, (device->ifa_flags & IFF_UP) != 0);
    Key(json, "loopback");
    Bool(json, (device->ifa_flags & IFF_LOOPBACK) != 0);
    Key(json, "mac");
    Mac(json, (const struct sockaddr_ll*)(const void*)device->ifa_addr);
    Key(json, "addresses");
    OpenList(json);
    for (const struct ifaddrs* entry = all; entry != NULL; entry = entry->ifa_next) {
      if (entry->ifa_addr == NULL || strcmp(entry->ifa_name, device->ifa_name) != 0) continue;
      const int family = entry->ifa_addr->sa_family;
      if (family == AF_INET || family == AF_INET6) Address(json, entry);
    }
    CloseList(json);
    CloseObject(json);
  }
  CloseList(json);
  freeifaddrs(all);
}
