// Ways in which a caller can start a program in an unusual state, each of which is done to a child
// just before its exec, so that nothing of the test or of the machine changes.

#ifndef SLIPWAY_TESTS_CALLER_STATE_H_
#define SLIPWAY_TESTS_CALLER_STATE_H_

#include <sys/resource.h>

#include <string>
#include <vector>

namespace slipway::testing {

// Each ends the child, with a line on stderr, where the machine does not let it be done.

// The current folder: a deleted one; one that its user may not enter (from then on root has no
// right to files but what their modes give).
void DeleteCurrentFolder();
void EnterFolderOfNoRights();

// From then on root has no right to files but what their modes give.
void DropRightsToFiles();

// Standard descriptors by their numbers.
void CloseDescriptors(const std::vector<int>& fds);
void FillDescriptors(const std::vector<int>& fds);  // to /dev/full
void OpenManyDescriptors();                         // 200, all of which an exec keeps
// To a terminal whose other end is closed; it is the controlling terminal too.
void HangUpDescriptors(const std::vector<int>& fds);

void IgnoreSignals();  // each that can be
void BlockSignals();

// The soft and the hard limit.
void Limit(__rlimit_resource resource, rlim_t value);

// 9/10 of what execve(2) takes for arguments and environment together.
void MakeHugeEnvironment();

// In a mount namespace of its own. A machine without a /tmp has all else that this one has.
void RemoveTmp();
void MakeTmpAFile();
void MakeTmpReadOnly();
void MakeNoexec(const std::string& folder);

}  // namespace slipway::testing

#endif  // SLIPWAY_TESTS_CALLER_STATE_H_
