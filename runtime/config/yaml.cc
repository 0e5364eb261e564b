#include "runtime/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/config/syntax_error.h"
#include "runtime/config/text.h"

namespace slipway::config {
namespace {

// "!!binary" as it was written, of "tag:yaml.org,2002:binary".
std::string ShortTag(const std::string& tag) {
  constexpr std::string_view kStandard = "tag:yaml.org,2002:";
  return tag.starts_with(kStandard) ? "!!" + tag.substr(kStandard.size()) : tag;
}

// Builds the tree from yaml-cpp's events. What it refuses it throws as an Error: that is how a
// handler stops the parser.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Lines& lines, const Source& source) : lines_(lines), source_(source) {}

  // Once all documents are read.
  Node TakeRoot() {
    // yaml-cpp takes the end of the text for a closing quote: the stages that follow would vanish.
    if (last_quoted_ && !QuoteCloses(lines_, *last_quoted_)) {
      Refuse(*last_quoted_, "not valid YAML", {}, "a quoted text that does not end");
    }
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ == 0) return;
    const Place place = ToPlace(mark);
    if (lines_[place.line].starts_with("---")) {
      Refuse(place, "more than one document", {}, "a config is one: remove what follows the ---");
    }
    Refuse(place, "not valid YAML", {}, "the text before this is already complete");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.place = ToPlace(mark);
    Add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Refuse(ToPlace(mark), "an alias inside what it stands for", {}, "it would never end");
    }
    Add(Copy(found->second, ToPlace(mark), frames_.size()), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseTag(mark, tag);
    Node node;
    node.kind = Node::Kind::kScalar;
    node.quoted = tag == "!";
    node.place = ToPlace(mark);
    node.text = value;
    if (value.find('\0') != std::string::npos) {
      Refuse(node.place, "a NUL character in a text", {}, "no Linux interface can take one");
    }
    if (node.quoted) {
      last_quoted_ = node.place;
    } else {
      RefuseTabbedContinuation(node);
    }
    Add(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    Enter(Node::Kind::kList, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { Leave(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    Enter(Node::Kind::kMap, mark, tag, anchor, style);
  }
  void OnMapEnd() override {
    RefuseDuplicates(frames_.back().node);
    Leave();
  }

 private:
  struct Frame {
    Node node;
    std::optional<Key> key;  // of a map: read, and waiting for its value
    YAML::anchor_t anchor;
    bool block;
  };

  [[noreturn]] void Refuse(Place place, std::string_view operation, std::string_view subject,
                           std::string_view hint) const {
    throw Error(operation, subject, hint).At(source_.At(place));
  }

  // yaml-cpp's "?" is an untagged plain value, "!" an untagged one in quotes.
  void RefuseTag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag == "?" || tag == "!" || tag.empty()) return;
    Refuse(ToPlace(mark), "a tag", ShortTag(tag),
           "leave it out: the option decides what its value is");
  }

  // A line that a tab indents goes on with the plain text above it, as YAML has it: `- uts`, and
  // below it `<tab>- pid`, is one stage "uts - pid".
  void RefuseTabbedContinuation(const Node& node) const {
    if (node.text.find(' ') == std::string::npos) return;
    const std::string_view line = lines_[node.place.line];
    const size_t start = std::min(line.size(), static_cast<size_t>(node.place.column - 1));
    if (line.substr(start).starts_with(node.text)) return;
    if (auto tab = TabInIndentation(lines_, node.place.line + 1)) {
      Refuse(*tab, "a tab in the indentation", {}, "YAML wants spaces");
    }
  }

  void RefuseDuplicates(const Node& map) const {
    if (map.keys.size() < 2) return;
    std::vector<const Key*> keys;
    keys.reserve(map.keys.size());
    for (const Key& key : map.keys) keys.push_back(&key);
    std::stable_sort(keys.begin(), keys.end(),
                     [](const Key* a, const Key* b) { return a->text < b->text; });
    const auto twice = std::adjacent_find(
        keys.begin(), keys.end(), [](const Key* a, const Key* b) { return a->text == b->text; });
    if (twice == keys.end()) return;
    const Key& first = **twice;
    const Key& second = **(twice + 1);
    Refuse(second.place, "duplicate key", second.text,
           "the first is at " + source_.At(first.place));
  }

  void Count(Place place) {
    if (++nodes_ <= kMaxNodes) return;
    Refuse(place, "too many values", {},
           "at most " + std::to_string(kMaxNodes) + ", aliases counted as often as they are used");
  }

  void CheckDepth(Place place, size_t depth) const {
    if (depth <= kMaxDepth) return;
    Refuse(place, "nested too deeply", {}, "at most " + std::to_string(kMaxDepth) + " levels");
  }

  // Copies for the alias or anchor at `place`, below `depth` levels.
  Node Copy(const Node& node, Place place, size_t depth) {
    Count(place);
    Node copy;
    copy.kind = node.kind;
    copy.quoted = node.quoted;
    copy.place = node.place;
    copy.text = node.text;
    copy.keys = node.keys;
    copy.items.reserve(node.items.size());
    if (node.is_list() || node.is_map()) CheckDepth(place, depth + 1);
    for (const Node& item : node.items) copy.items.push_back(Copy(item, place, depth + 1));
    return copy;
  }

  void Enter(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style) {
    RefuseTag(mark, tag);
    const Place place = ToPlace(mark);
    CheckDepth(place, frames_.size() + 1);
    Frame frame{
        .node = {}, .key = {}, .anchor = anchor, .block = style == YAML::EmitterStyle::Block};
    frame.node.kind = kind;
    frame.node.place = place;
    frames_.push_back(std::move(frame));
  }

  void Leave() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    Add(std::move(frame.node), frame.anchor);
  }

  bool WaitsForKey() const {
    return !frames_.empty() && frames_.back().node.is_map() && !frames_.back().key;
  }

  void Add(Node node, YAML::anchor_t anchor) {
    Count(node.place);
    if (anchor != 0) anchors_[anchor] = Copy(node, node.place, frames_.size());
    if (frames_.empty()) {
      root_ = std::move(node);
    } else if (frames_.back().node.is_list()) {
      AddItem(std::move(node));
    } else if (WaitsForKey()) {
      AddKey(std::move(node));
    } else {
      AddValue(std::move(node));
    }
  }

  void AddItem(Node node) {
    Frame& frame = frames_.back();
    if (node.is_null()) {
      const Place place = frame.block ? EmptyItemBefore(lines_, node.place) : node.place;
      Refuse(place, "an empty list item", {},
             "remove it; an empty text is \"\", the word null is \"null\"");
    }
    frame.node.items.push_back(std::move(node));
  }

  void AddKey(Node node) {
    if (!node.is_scalar()) {
      Refuse(node.place, "a key that is not a text", {}, "put a text in quotes before the colon");
    }
    if (node.text == "<<" && !node.quoted) {
      Refuse(node.place, "a merge key", "<<", "write the keys out, or alias a whole value");
    }
    frames_.back().key = Key{.text = std::move(node.text), .place = node.place};
  }

  void AddValue(Node node) {
    Frame& frame = frames_.back();
    // yaml-cpp notices that a value is missing at the next token, perhaps lines below.
    if (node.is_null()) node.place = frame.key->place;
    frame.node.keys.push_back(std::move(*frame.key));
    frame.node.items.push_back(std::move(node));
    frame.key.reset();
  }

  const Lines& lines_;
  const Source& source_;
  Node root_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::optional<Place> last_quoted_;
  int documents_ = 0;
  int nodes_ = 0;
};

// A stream over memory that is not copied.
class TextBuffer final : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

Status CheckBytes(std::string_view text, const Source& source) {
  if (size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return Error("a NUL byte", {}, "a config is a text").At(source.At(PlaceOf(text, nul)));
  }
  if (size_t bad = FindInvalidUtf8(text); bad != std::string_view::npos) {
    return Error("a byte that is not UTF-8", {}, "a config is a text in UTF-8")
        .At(source.At(PlaceOf(text, bad)));
  }
  return Ok();
}

}  // namespace

Result<Node> ParseYaml(std::string_view text, const Source& source) {
  RETURN_IF_ERROR(CheckBytes(text, source));
  const Lines lines(text);
  try {
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    Builder builder(lines, source);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.TakeRoot();
  } catch (const Error& refused) {
    return refused;
  } catch (const YAML::Exception& exception) {
    return SyntaxError(exception, lines, source);
  } catch (const std::exception& exception) {
    return Error("not valid YAML", {}, exception.what()).At(source.At({}));
  }
}

}  // namespace slipway::config
