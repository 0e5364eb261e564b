/* The test's own listeners outside, and what reaches a network or much of the kernel. */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_alg.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/hostile/try.h"

/* In seconds: for a connection that nobody answers. */
enum { kPatience = 10 };

static int Connect(int kind, const struct sockaddr* to, socklen_t size) {
  const struct timeval patience = {.tv_sec = kPatience};
  const int one = socket(kind, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (one == -1) return errno;
  setsockopt(one, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const int outcome = Did(connect(one, to, size));
  close(one);
  return outcome;
}

static int ReachLoopback(const char* unused) {
  (void)unused;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(Given("port")))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return Connect(AF_INET, (const struct sockaddr*)&to, sizeof(to));
}

/* Whatever connects the container with another network lets nothing on to that one's loopback. */
static int ReachLoopbackByGateway(const char* unused) {
  (void)unused;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(Given("port")))};
  char line[256];
  FILE* routes = fopen("/proc/net/route", "re");
  if (!routes) return errno;
  while (fgets(line, sizeof(line), routes) && to.sin_addr.s_addr == 0) {
    unsigned target = 1;
    unsigned gateway = 0;
    if (sscanf(line, "%*s %x %x", &target, &gateway) == 2 && target == 0) {
      to.sin_addr.s_addr = gateway;
    }
  }
  fclose(routes);
  if (to.sin_addr.s_addr == 0) return ENETUNREACH;
  return Connect(AF_INET, (const struct sockaddr*)&to, sizeof(to));
}

static int ReachAddress(const char* unused) {
  (void)unused;
  struct sockaddr_in to = {.sin_family = AF_INET,
                           .sin_port = htons((uint16_t)atoi(Given("address-port")))};
  to.sin_addr.s_addr = inet_addr(Given("address"));
  return Connect(AF_INET, (const struct sockaddr*)&to, sizeof(to));
}

static int ReachAbstract(const char* unused) {
  (void)unused;
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  const char* name = Given("abstract");
  strncpy(to.sun_path + 1, name, sizeof(to.sun_path) - 2);
  const size_t size = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
  return Connect(AF_UNIX, (const struct sockaddr*)&to, (socklen_t)size);
}

static int ReachFile(const char* unused) {
  (void)unused;
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  strncpy(to.sun_path, Given("socket"), sizeof(to.sun_path) - 1);
  return Connect(AF_UNIX, (const struct sockaddr*)&to, sizeof(to));
}

/* "FAMILY:TYPE:PROTOCOL" */
static int Socket(const char* kind) {
  char* rest = NULL;
  const int family = (int)strtol(kind, &rest, 10);
  const int type = (int)strtol(rest + 1, &rest, 10);
  const int protocol = (int)strtol(rest + 1, NULL, 10);
  return Opened(socket(family, type, protocol));
}

static int ChangeDevice(const char* unused) {
  (void)unused;
  const int one = socket(AF_INET, SOCK_DGRAM, 0);
  if (one == -1) return errno;
  struct ifreq request = {.ifr_name = "lo"};
  int outcome = Did(ioctl(one, SIOCGIFFLAGS, &request));
  if (outcome == 0) outcome = Did(ioctl(one, SIOCSIFFLAGS, &request));
  close(one);
  return outcome;
}

/* Every user may ask; to be told of others' changes, or to change any, takes rights. */
static int HearOfAudit(const char* unused) {
  (void)unused;
  const int one = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);
  if (one == -1) return errno;
  struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = 1};
  const int outcome = Did(bind(one, (const struct sockaddr*)&to, sizeof(to)));
  close(one);
  return outcome;
}

const struct Try kNetworkTries[] = {
    {"loopback", kAnywhere, "a listener of outside, on 127.0.0.1", ReachLoopback, NULL},
    {"loopback-by-gateway", kAnywhere, "the same by the gateway that leads out",
     ReachLoopbackByGateway, NULL},
    {"address", kAnywhere, "a listener of outside, on an address that is no loopback", ReachAddress,
     NULL},
    {"abstract-socket", kAnywhere, "an abstract unix socket of outside", ReachAbstract, NULL},
    {"file-socket", kAnywhere, "a unix socket of outside that is a file", ReachFile, NULL},
    {"network-device", kAnywhere, "changes a network device (to the flags that it has)",
     ChangeDevice, NULL},
    {"raw-socket", kAnywhere, "a raw socket: forged packets", Socket, "2:3:1"},
    {"packet-socket", kAnywhere, "a packet socket: reads all traffic", Socket, "17:3:3"},
    {"vsock", kAnywhere, "AF_VSOCK: to a virtual machine's host", Socket, "40:1:0"},
    {"alg", kAnywhere, "AF_ALG: the kernel's ciphers", Socket, "38:5:0"},
    {"netfilter", kAnywhere, "netlink to the packet filters", Socket, "16:3:12"},
    {"audit", kAnywhere, "the machine's audit messages", HearOfAudit, NULL},
    {NULL, kAnywhere, NULL, NULL, NULL},
};
