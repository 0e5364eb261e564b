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
    // A mark of the encoding: without one yaml-cpp reads ahead, and puts back.
    static constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    Show(kByteOrderMark);
  }

  // How much of it yaml-cpp counts.
  size_t size() const {
    size_t size = text_.size();
    for (const Edit& edit : edits_) size -= edit.stand_in ? 0 : edit.length;
    return size;
  }

 protected:
  int_type underflow() override {
    while (offset_ < text_.size()) {
      const bool at_edit = next_ < edits_.size() && edits_[next_].offset == offset_;
      if (!at_edit) {
        const size_t end = next_ < edits_.size() ? edits_[next_].offset : text_.size();
        Show(text_.substr(offset_, end - offset_));
        offset_ = end;
        return traits_type::to_int_type(*gptr());
      }
      const Edit& edit = edits_[next_++];
      offset_ += edit.length;
      if (!edit.stand_in) continue;
      Show({&kStandIn, 1});
      return traits_type::to_int_type(kStandIn);
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
      : size_(edited.size()), lines_(lines), tokens_(scanned.tokens), take_(take) {}

  Status TakeStatus() { return std::move(status_); }

  Place ToPlace(const YAML::Mark& mark) const {
    if (mark.is_null() || static_cast<size_t>(mark.pos) >= size_) return End();
    return {.line = mark.line + 1, .column = mark.column + 1};
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
    YamlEvent event = {.kind = YamlEvent::Kind::kNull, .place = ToPlace(mark), .anchor = anchor};
    const Token* token = NextContent();
    const bool written =
        token != nullptr && token->kind == Token::Kind::kPlain &&
        (anchored_ ? next_ > 0 && &tokens_[next_ - 1] + 1 == token : token->place == event.place);
    // (A null key is refused; the word of the next key must not be taken for a value.)
    const bool is_key = written && token + 1 < tokens_.data() + tokens_.size() &&
                        token[1].kind == Token::Kind::kColon;
    if (written && !is_key && IsNull(token->text)) {
      event.text = token->text;
      ++next_;
    }
    Give(event);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlEvent event = {.kind = YamlEvent::Kind::kScalar, .place = ToPlace(mark), .anchor = anchor};
    const Token& token = TakeContent(event.place);
    event.quoted = token.kind != Token::Kind::kPlain;
    event.text = token.text;
    std::string unfolded;
    if (token.kind != Token::Kind::kPlain) {
      unfolded = token.kind == Token::Kind::kQuoted ? UnfoldQuoted(token.text)
                                                    : UnfoldBlock(token.text, token.indent);
      event.text = unfolded;
    } else if (token.last_line > token.place.line) {
      unfolded = UnfoldPlain(token.text);
      event.text = unfolded;
    }
    if (!event.quoted && !IsSame(value, event.text)) throw Differs{token.place};
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
    return std::equal(seen.begin(), seen.end(), written.begin(), written.end(),
                      [](char a, char b) { return a == b || (a == kStandIn && b == '?'); });
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

  const size_t size_;
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
