#include "runtime/config/yaml_events.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>
#include <vector>

#include "runtime/config/unfold.h"

namespace slipway::config {
namespace {

// What yaml-cpp sees: the text with its edits, which is not copied.
class EditedText final : public std::streambuf {
 public:
  EditedText(std::string_view text, const std::vector<Edit>& edits) : text_(text), edits_(edits) {
    ends_.reserve(edits.size());
    size_t end = 0;
    size_t seen = 0;
    for (const Edit& edit : edits) {
      seen += edit.offset - end + edit.stand_in.size();
      end = edit.offset + edit.length;
      ends_.push_back(seen);
    }
    size_ = seen + (text.size() - end);
    // A mark of the encoding, which it does not count: without one yaml-cpp reads ahead, and puts
    // back.
    static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    Show(kByteOrderMark);
  }

  // How much of it yaml-cpp counts.
  size_t size() const { return size_; }

  // Where in the text the character is that yaml-cpp sees at `seen`, which is below size(). Of a
  // stand-in: where what it stands for begins.
  size_t ToOffset(size_t seen) const {
    const auto next =
        static_cast<size_t>(std::upper_bound(ends_.begin(), ends_.end(), seen) - ends_.begin());
    if (next < edits_.size() && seen + edits_[next].stand_in.size() >= ends_[next]) {
      return edits_[next].offset;
    }
    if (next == 0) return seen;
    const Edit& last = edits_[next - 1];
    return last.offset + last.length + (seen - ends_[next - 1]);
  }

 protected:
  int_type underflow() override {
    while (offset_ < text_.size()) {
      std::string_view piece;
      if (next_ < edits_.size() && edits_[next_].offset == offset_) {
        const Edit& edit = edits_[next_++];
        offset_ += edit.length;
        piece = edit.stand_in;
      } else {
        const size_t end = next_ < edits_.size() ? edits_[next_].offset : text_.size();
        piece = text_.substr(offset_, end - offset_);
        offset_ = end;
      }
      if (piece.empty()) continue;
      Show(piece);
      return traits_type::to_int_type(*gptr());
    }
    return traits_type::eof();
  }

 private:
  void Show(std::string_view piece) {
    char* begin = const_cast<char*>(piece.data());  // a get area is never written to
    setg(begin, begin, begin + piece.size());
  }

  std::string_view text_;
  const std::vector<Edit>& edits_;
  std::vector<size_t> ends_;  // of each edit, as yaml-cpp counts
  size_t size_ = 0;
  size_t offset_ = 0;
  size_t next_ = 0;
};

// How a handler stops the parser: what was taken is refused, or yaml-cpp sees another token.
struct Stopped {};
struct Differs {
  Place place;
};

bool operator==(Place a, Place b) { return a.line == b.line && a.column == b.column; }

// Passes the events on, and compares each with the tokens of the text: there is one way to read it,
// or none.
class Handler final : public YAML::EventHandler {
 public:
  Handler(const EditedText& edited, const Lines& lines, const Scanned& scanned,
          const std::function<Status(const YamlEvent&)>& take)
      : edited_(edited), lines_(lines), tokens_(scanned.tokens), take_(take) {}

  Status TakeStatus() { return std::move(status_); }

  Place ToPlace(const YAML::Mark& mark) const {
    const auto seen = static_cast<size_t>(mark.pos);
    if (mark.is_null() || seen >= edited_.size()) return End();
    return lines_.PlaceIn(mark.line + 1, edited_.ToOffset(seen));
  }

  void CheckEnd() {
    if (const Token* token = NextContent()) throw Differs{token->place};
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    Give({.kind = YamlEvent::Kind::kDocument, .place = ToPlace(mark)});
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    const Token* token = NextContent();
    const Place place = ToPlace(mark);
    if (token == nullptr || token->kind != Token::Kind::kAnchor || token->text.substr(1) != name) {
      throw Differs{place};
    }
    anchored_ = true;
    ++next_;
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    TakeContent(ToPlace(mark));
    Give({.kind = YamlEvent::Kind::kAlias, .place = ToPlace(mark), .anchor = anchor});
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Give({.kind = YamlEvent::Kind::kNull, .place = ToPlace(mark), .anchor = anchor});
  }

  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlEvent event = {.kind = YamlEvent::Kind::kScalar, .place = ToPlace(mark), .anchor = anchor};
    const Token& token = TakeContent(event.place);
    event.quoted = token.kind != Token::Kind::kPlain;
    event.text = token.text;
    std::string unfolded;
    if (event.quoted) {
      unfolded = token.kind == Token::Kind::kQuoted ? UnfoldQuoted(token.text)
                                                    : UnfoldBlock(token.text, token.indent);
      event.text = unfolded;
    } else if (token.last_line > token.place.line) {
      unfolded = UnfoldPlain(token.text);
      event.text = unfolded;
    }
    if (!event.quoted && !token.hidden && !IsSame(value, event.text)) throw Differs{token.place};
    if (!event.quoted && IsNull(event.text)) event.kind = YamlEvent::Kind::kNull;
    Give(event);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    Give({.kind = YamlEvent::Kind::kList,
          .place = ToPlace(mark),
          .block = style == YAML::EmitterStyle::Block,
          .anchor = anchor});
  }
  void OnSequenceEnd() override { Give({.kind = YamlEvent::Kind::kListEnd}); }

  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Give({.kind = YamlEvent::Kind::kMap, .place = ToPlace(mark), .anchor = anchor});
  }
  void OnMapEnd() override { Give({.kind = YamlEvent::Kind::kMapEnd}); }

 private:
  static bool IsNull(std::string_view word) {
    return word == "~" || word == "null" || word == "Null" || word == "NULL";
  }

  static bool IsSame(std::string_view seen, std::string_view written) {
    return std::equal(seen.begin(), seen.end(), written.begin(), written.end(), [](char a, char b) {
      return a == b || (a == kCharacterStandIn[0] && b == '?');
    });
  }

  Place End() const {
    const int last = lines_.count();
    return {.line = last, .column = static_cast<int>(lines_[last].size()) + 1};
  }

  // The next token that is an event, too.
  const Token* NextContent() {
    for (; next_ < tokens_.size(); ++next_) {
      if (tokens_[next_].kind >= Token::Kind::kAnchor) return &tokens_[next_];
    }
    return nullptr;
  }

  const Token& TakeContent(Place place) {
    const Token* token = NextContent();
    if (token == nullptr || token->kind == Token::Kind::kAnchor ||
        (!anchored_ && !(token->place == place))) {
      throw Differs{place};
    }
    ++next_;
    return *token;
  }

  void Give(const YamlEvent& event) {
    anchored_ = false;
    status_ = take_(event);
    if (!status_.ok()) throw Stopped();
  }

  const EditedText& edited_;
  const Lines& lines_;
  const std::vector<Token>& tokens_;
  const std::function<Status(const YamlEvent&)>& take_;
  size_t next_ = 0;
  bool anchored_ = false;  // an anchor stands in front of the node that comes
  Status status_;
};

}  // namespace

Status ReadYamlEvents(std::string_view text, const Lines& lines, const Scanned& scanned,
                      const std::function<Status(const YamlEvent&)>& take,
                      std::optional<YamlComplaint>& complaint) {
  EditedText edited(text, scanned.edits);
  Handler handler(edited, lines, scanned, take);
  try {
    std::istream stream(&edited);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
    handler.CheckEnd();
  } catch (const Stopped&) {
    return handler.TakeStatus();
  } catch (const Differs& differs) {
    complaint = {.problem = {}, .place = differs.place};
  } catch (const YAML::Exception& exception) {
    complaint = {.problem = exception.msg, .place = handler.ToPlace(exception.mark)};
  }
  return Ok();
}

}  // namespace slipway::config
