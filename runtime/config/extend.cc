#include "runtime/config/extend.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace slipway::config {
namespace {

constexpr size_t kMaxBases = 8;  // in one another

bool IsSameFile(const ConfigText& a, const ConfigText& b) {
  return a.file && b.file && a.file->st_dev == b.file->st_dev && a.file->st_ino == b.file->st_ino;
}

// Those of the chain so far, the document's own first.
struct Chain {
  const ConfigText& own;
  const std::vector<BaseText>& bases;

  // Where the next of the chain that is the same file is extended; nullptr: it is not there.
  const std::string* Extending(const ConfigText& text) const {
    const bool is_own = IsSameFile(own, text);
    const auto same = std::find_if(bases.begin(), bases.end(), [&](const BaseText& base) {
      return IsSameFile(base.text, text);
    });
    if (is_own) return bases.empty() ? &own.name : &bases.front().where;
    if (same == bases.end()) return nullptr;
    return same + 1 == bases.end() ? &same->text.name : &(same + 1)->where;
  }
};

Result<ConfigText> OpenNext(const Chain& chain, const Extends& extends, const std::string& folder,
                            const OpenBase& open) {
  if (chain.bases.size() == kMaxBases) {
    return Error("extends: more than " + std::to_string(kMaxBases) + " configs in one another",
                 extends.name, "the first is extended at " + chain.bases.front().where);
  }
  auto text = open(extends.name, folder);
  if (!text.ok()) return text.error().Prefix("extends");
  if (const std::string* first = chain.Extending(*text)) {
    return Error("extends: a cycle", extends.name,
                 *first == text->name ? "it extends itself" : "it is extended from " + *first);
  }
  return text;
}

}  // namespace

bool Extend(const ConfigText& text, const OpenBase& open, Document& document,
            std::vector<BaseText>& bases, Mistakes& mistakes) {
  std::vector<Document> chain = {document};
  // That it names nothing has been told.
  if (chain.back().extends() && chain.back().extends()->name.empty()) return false;
  while (const std::optional<Extends>& extends = chain.back().extends()) {
    const Source& source = chain.back().source();
    const std::string where = source.At(extends->place);
    auto next = OpenNext({.own = text, .bases = bases}, *extends, source.folder, open);
    if (!next.ok()) {
      if (*next.error()->where == '\0') next.error().At(where);
      mistakes.Add(std::move(next.error()));
      return false;
    }
    bases.push_back({.text = *std::move(next), .where = where});
    const ConfigText& read = bases.back().text;
    std::optional<Document> base = Document::Parse(read.text, read.name, mistakes);
    if (!base) return false;
    chain.push_back(*std::move(base));
  }
  for (size_t i = chain.size() - 1; i > 0; --i) chain[i - 1].Join(chain[i], mistakes);
  mistakes.Sort();
  return true;
}

}  // namespace slipway::config
