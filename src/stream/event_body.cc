#include "stream/event_body.h"

#include <algorithm>

namespace stream {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kNowhere = std::string_view::npos;

std::string_view trimmed_body(std::string_view text) {
  std::size_t first = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);  // npos + 1 = 0
}

class Splitter {
 public:
  explicit Splitter(std::string_view body) : body_(body) {}

  std::vector<EventPart> split() {
    while ((at_ = body_.find_first_not_of(kBlank, at_)) != kNowhere) {
      if (body_[at_] == '[')
        split_array();
      else
        split_line();
    }
    if (parts_.empty()) add(body_, "the body holds no event");
    return std::move(parts_);
  }

 private:
  void add(std::string_view text, const char* error = nullptr) {
    parts_.push_back({trimmed_body(text), error});
  }

  /// Behind the bracket that closes the one at `at`; kNowhere when none does. A text doesn't go
  /// beyond its line.
  std::size_t close_of(std::size_t at) {
    std::size_t depth = 0;
    for (; at < body_.size() && looked_at_ < 4 * body_.size(); at++, looked_at_++) {
      char c = body_[at];
      if (c == '"') {
        for (at++; at < body_.size() && body_[at] != '"' && body_[at] != '\n'; at++)
          if (body_[at] == '\\') at++;
        if (at >= body_.size() || body_[at] == '\n') return kNowhere;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return at + 1;
      }
    }
    return kNowhere;
  }

  /// Where the next line begins that an event may begin.
  std::size_t next_start(std::size_t from) const {
    for (std::size_t end = body_.find('\n', from); end != kNowhere; end = body_.find('\n', end + 1))
      if (end + 1 < body_.size() && (body_[end + 1] == '{' || body_[end + 1] == '['))
        return end + 1;
    return body_.size();
  }

  /// An object with the rest of its last line, or something broken.
  void split_line() {
    std::size_t close = body_[at_] == '{' ? close_of(at_) : kNowhere;
    std::size_t end =
        close == kNowhere ? next_start(at_) : std::min(body_.find('\n', close), body_.size());
    add(body_.substr(at_, end - at_));
    at_ = end;
  }

  void split_array() {
    std::size_t close = close_of(at_);
    std::size_t end = close == kNowhere ? next_start(at_) : close - 1;
    split_elements(body_.substr(0, end), close != kNowhere);
    at_ = close == kNowhere ? end : close;
  }

  /// The elements between at_ and the end of `text`. An array that isn't closed lacks the end of
  /// its last element.
  void split_elements(std::string_view text, bool closed) {
    std::size_t begin = at_ + 1, depth = 0, elements = 0;
    bool quoted = false;
    auto take = [&](std::size_t end, bool whole) {
      std::string_view element = trimmed_body(text.substr(begin, end - begin));
      if (element.empty() && elements == 0 && end == text.size() && closed) return;
      add(element, whole ? nullptr : "the array of events is not closed");
      elements++;
    };
    for (std::size_t i = begin; i < text.size(); i++) {
      char c = text[i];
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (quoted) {
        continue;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']') && depth > 0) {
        depth--;
      } else if (c == ',' && depth == 0) {
        take(i, true);
        begin = i + 1;
      }
    }
    take(text.size(), closed);
  }

  std::string_view body_;
  std::size_t at_ = 0;
  std::size_t looked_at_ = 0;  ///< looking for ends that aren't there must not cost the square
  std::vector<EventPart> parts_;
};

}  // namespace

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::vector<EventPart> split_body(std::string_view body) {
  return Splitter(without_bom(body)).split();
}

}  // namespace stream
