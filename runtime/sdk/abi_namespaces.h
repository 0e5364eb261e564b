/* Namespaces of a container beyond CLONE_NEW* flags, in the contract between host and stage: what
 * abi.h needs to know of them. */
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
