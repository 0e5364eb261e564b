#include "runtime/config/syntax_error.h"
namespace slipway::config {
Error SyntaxError(const YamlComplaint& complaint, const Lines&, const Source& source) {
  return Error("not valid YAML", {}, complaint.problem).At(source.At(complaint.place));
}
}
