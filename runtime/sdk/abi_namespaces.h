/* Namespaces of a container beyond CLONE_NEW* flags, in the contract between host and stage: the
 * functions of slipway_host for them, which abi.h lists, and what they take. All are for PreClone,
 * and have no effect in SLIPWAY_EXEC: a further process enters the namespaces that there are.
 *
 * add_id_map: maps `count` ids of the own user namespace, from `inside` on, to those from `outside`
 * on. kind: a slipway_id_kind. Both user and group ids are mapped, by one stage. The host writes
 * the maps before PostClone; where 0 is mapped, the child becomes root before InChild. The ids of a
 * user without rights take newuidmap(1) and newgidmap(1), but for his own.
 *
 * choose_id_map: the host chooses the maps; so it does as well where no stage says anything about
 * them. With CAP_SETUID and CAP_SETGID: 65536 ids that nobody else has, until the container's end.
 * Else: root is this user, and the ids from 1 on are the subordinate ones, subuid(5); where there
 * are none, root alone is mapped.
 *
 * join_namespace: the container joins the namespace of which this is the file, as /proc/PID/ns/net,
 * and has no own one of that kind. clone_flag: the CLONE_NEW* of its kind. The descriptor stays the
 * stage's, and stays open until destroy. A mount namespace is entered behind the last InChild, all
 * others before the first.
 *
 * set_time_offsets: an own time namespace, in which these clocks are off by so much;
 * time_namespaces(7). One stage at most. The child is in it before the first InChild. */
#ifndef SLIPWAY_RUNTIME_SDK_ABI_NAMESPACES_H_
#define SLIPWAY_RUNTIME_SDK_ABI_NAMESPACES_H_

#ifdef __cplusplus
extern "C" {
#endif

/* Which ids a range of add_id_map is of; user_namespaces(7). */
typedef enum slipway_id_kind { SLIPWAY_USER_IDS = 1, SLIPWAY_GROUP_IDS } slipway_id_kind;

/* A stage whose PreClone asks for an own user namespace, or joins one, provides this token: stages
 * behind it then have CAP_SYS_ADMIN in it, and need not be root's. */
#define SLIPWAY_PROVIDES_USER_NAMESPACE "user-namespace"

#ifdef __cplusplus
}
#endif

#endif /* SLIPWAY_RUNTIME_SDK_ABI_NAMESPACES_H_ */
