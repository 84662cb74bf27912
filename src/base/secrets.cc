#include "base/secrets.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

namespace base {
namespace {

constexpr std::string_view kMask = "***";

/// What a name that stands before a secret ends with, in small letters.
constexpr std::string_view kSecretNames[] = {
    "password",   "passwd",      "passphrase",    "pwd",        "secret",    "token",
    "api_key",    "apikey",      "api-key",       "access_key", "accesskey", "accountkey",
    "access-key", "private_key", "authorization", "signature"};
constexpr std::string_view kSchemes[] = {"bearer ", "basic "};

struct Kept {
  std::mutex mutex;
  std::vector<std::string> all;  // longest first: one may be a part of another
};
Kept& kept() {
  static auto* instance = new Kept;
  return *instance;
}

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_word(char c) {
  return (small(c) >= 'a' && small(c) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_quote(char c) { return c == '"' || c == '\''; }
bool starts_small(std::string_view text, std::string_view what) {
  return text.size() >= what.size() &&
         std::ranges::equal(text.substr(0, what.size()), what,
                            [](char a, char b) { return small(a) == b; });
}

/// Where the value that begins at `at` ends: at its closing quote, or before what separates values.
std::size_t end_of_value(std::string_view text, std::size_t at) {
  if (at < text.size() && is_quote(text[at])) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2 : 1;
    return std::min(end, text.size());
  }
  return std::min(text.find_first_of(" \t\r\n,;&\"'<>)]}", at), text.size());
}

class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (address() || scheme() || named()) continue;
      made_ += text_[at_++];
    }
    return std::move(made_);
  }

 private:
  /// ://user:password@ and ://token@
  bool address() {
    if (!text_.substr(at_).starts_with("://")) return false;
    std::size_t from = at_ + 3;
    // The last @ before the path: a password may hold one, or a slash.
    std::size_t end = std::min(text_.find_first_of(" \t\r\n\"'<>", from), text_.size());
    std::size_t path = std::min(text_.find_first_of("/?#", from), end);
    std::size_t port = text_.substr(from, path - from).find(':');
    bool has_port = port == std::string_view::npos ||
                    text_.substr(from, path - from).find_first_not_of("0123456789", port + 1) ==
                        std::string_view::npos;
    if (has_port || text_.substr(from, path - from).find('@') != std::string_view::npos) end = path;
    std::size_t sign = text_.substr(from, end - from).rfind('@');
    if (sign == std::string_view::npos) return false;
    std::string_view user = text_.substr(from, sign);
    std::size_t colon = user.find(':');
    made_ += "://";
    if (colon != std::string_view::npos) made_ += user.substr(0, colon + 1);
    made_ += kMask;
    at_ = from + sign;
    return true;
  }

  /// Bearer …
  bool scheme() {
    if (at_ > 0 && is_word(text_[at_ - 1])) return false;
    for (std::string_view word : kSchemes) {
      if (!starts_small(text_.substr(at_), word)) continue;
      std::size_t from = at_ + word.size(), end = end_of_value(text_, from);
      if (end - from < 8) return false;  // a word of a sentence
      made_ += text_.substr(at_, word.size());
      made_ += kMask;
      at_ = end;
      return true;
    }
    return false;
  }

  /// name=value, name = value, "name": "value", name: "value", name "value".
  bool named() {
    for (std::string_view name : kSecretNames) {
      if (!starts_small(text_.substr(at_), name)) continue;
      std::size_t from = at_ + name.size();
      if (from < text_.size() && is_word(text_[from])) continue;
      std::size_t value = value_at(from, name == "authorization");
      if (value == std::string_view::npos) continue;
      bool quoted = is_quote(text_[value]);
      std::size_t end = end_of_value(text_, value);
      if (end == value + (quoted ? 1 : 0)) return false;  // empty
      made_ += text_.substr(at_, value + (quoted ? 1 : 0) - at_);
      made_ += kMask;
      at_ = end;
      return true;
    }
    return false;
  }

  /// Where a secret begins behind a name that ends at `at`; npos when none does. In a sentence
  /// ("password: must be given") nothing in quotes follows.
  std::size_t value_at(std::size_t at, bool is_header) const {
    if (at < text_.size() && is_quote(text_[at])) ++at;  // the name's own
    std::size_t next = text_.find_first_not_of(" \t", at);
    if (next == std::string_view::npos) return next;
    bool equals = text_[next] == '=', colon = text_[next] == ':';
    if (equals || colon) next = text_.find_first_not_of(" \t", next + 1);
    if (next == std::string_view::npos || next == at) return std::string_view::npos;
    if (is_header && colon) {
      // "Authorization: Basic abc": the scheme's word stays.
      for (std::string_view word : kSchemes) {
        if (starts_small(text_.substr(next), word)) return next + word.size();
      }
      return next;
    }
    return equals || is_quote(text_[next]) ? next : std::string_view::npos;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string made_;
};

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += kMask.size()) {
    text.replace(at, what.size(), kMask);
  }
}

}  // namespace

void keep_secret(std::string_view secret) {
  constexpr std::size_t kLeast = 6;
  if (secret.size() < kLeast) return;
  Kept& secrets = kept();
  std::lock_guard lock(secrets.mutex);
  if (std::ranges::find(secrets.all, secret) != secrets.all.end()) return;
  secrets.all.emplace_back(secret);
  std::ranges::stable_sort(secrets.all, std::ranges::greater(), &std::string::size);
}

std::string mask_secrets(std::string_view text) {
  std::string known(text);
  {
    Kept& secrets = kept();
    std::lock_guard lock(secrets.mutex);
    for (const std::string& secret : secrets.all) replace_all(known, secret);
  }
  return Masker(known).run();
}

}  // namespace base
