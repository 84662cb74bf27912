#include "world/grammar_builder.h"

#include <algorithm>

#include "base/result.h"
#include "world/czech.h"

namespace world {
namespace {

constexpr std::size_t kTextsMax = 20'000;  ///< of one list: more would be a mistake

bool opens(char c) { return c == '{' || c == '[' || c == '<'; }
bool closes_or_splits(char c) {
  return c == '}' || c == ']' || c == '>' || c == '|' || c == '/' || c == '^';
}

/// Splits at `separator` outside of groups.
std::vector<std::string_view> split_outside(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '[' || c == '{' || c == '<') ++depth;
    if (c == ']' || c == '}' || c == '>') --depth;
    if (c == separator && depth == 0) {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

/// The next group of a pattern and what stands before and behind it.
struct GrammarBuilder::Group {
  std::string_view before, inside, behind;
  char kind;  ///< '{', '[', '<', or 0: there is none

  static Group next(std::string_view pattern) {
    std::size_t open = 0;
    while (open < pattern.size() && !opens(pattern[open])) ++open;
    if (open == pattern.size()) {
      CHECK(std::ranges::none_of(pattern, closes_or_splits), "{}", pattern);
      return {pattern, {}, {}, 0};
    }
    int depth = 0;
    for (std::size_t i = open; i < pattern.size(); ++i) {
      char c = pattern[i];
      depth += c == '[' || c == '{' || c == '<';
      depth -= c == ']' || c == '}' || c == '>';
      if (depth == 0) {
        return {pattern.substr(0, open), pattern.substr(open + 1, i - open - 1),
                pattern.substr(i + 1), pattern[open]};
      }
    }
    CHECK(false, "unclosed group in {}", pattern);
    return {};
  }
};

GrammarBuilder::GrammarBuilder(std::vector<Rule> rules) {
  for (const Rule& rule : rules) rules_[rule.name].push_back(rule);
}

std::vector<std::string> GrammarBuilder::texts_of(std::string_view list, const Voice& voice) const {
  bool capital = list.starts_with('^');
  if (capital) list.remove_prefix(1);
  std::vector<std::string> out;
  if (auto own = voice.lists.find(list); own != voice.lists.end()) {
    out = expand(own->second, voice);
  } else {
    auto rules = rules_.find(list);
    CHECK(rules != rules_.end(), "no list <{}>", list);
    for (const Rule& rule : rules->second) {
      if (!voice.fits(rule.tags)) continue;
      for (std::string& text : expand(rule.text, voice)) out.push_back(std::move(text));
    }
  }
  CHECK(!out.empty() && out.size() <= kTextsMax, "<{}> has {} texts", list, out.size());
  if (capital) {
    for (std::string& text : out) text = capitalize(text);
  }
  return out;
}

std::vector<std::string> GrammarBuilder::choices(const Group& group, const Voice& voice) const {
  if (group.kind == '<') return texts_of(group.inside, voice);
  std::vector<std::string> out;
  for (std::string_view choice : split_outside(group.inside, '/')) {
    for (std::string& text : expand(choice, voice)) out.push_back(std::move(text));
  }
  return out;
}

std::string_view GrammarBuilder::form(const Group& group, const Voice& voice) {
  std::string_view inside = group.inside == "ý" ? "ý|á|é|é" : group.inside;
  auto forms = split_outside(inside, '|');
  CHECK(voice.form < forms.size(), "{}", inside);
  return forms[voice.form];
}

std::vector<std::string> GrammarBuilder::expand(std::string_view pattern,
                                                const Voice& voice) const {
  Group group = Group::next(pattern);
  if (group.kind == 0) return {std::string(pattern)};
  std::vector<std::string> middles;
  if (group.kind == '{') {
    middles = expand(form(group, voice), voice);
  } else {
    middles = choices(group, voice);
  }
  std::vector<std::string> tails = expand(group.behind, voice), out;
  for (const std::string& middle : middles) {
    for (const std::string& tail : tails) out.push_back(std::string(group.before) + middle + tail);
  }
  CHECK(out.size() <= kTextsMax, "{}", pattern);
  return out;
}

Grammar::Phrase GrammarBuilder::phrase(const std::string& text) {
  CHECK(text.find_first_of("\"\\{}[]<>|\t") == std::string::npos, "{}", text);
  auto [it, added] = begins_.try_emplace(text, static_cast<std::uint32_t>(grammar_.bytes_.size()));
  if (added) grammar_.bytes_ += text;
  CHECK(it->second < (1 << 24) && text.size() < 256, "{}", text);
  return {it->second, static_cast<std::uint8_t>(text.size())};
}

Grammar::Slot GrammarBuilder::slot(const std::vector<std::string>& texts) {
  CHECK(texts.size() < (1 << 16) && grammar_.phrases_.size() < (1 << 16));
  auto count = static_cast<std::uint16_t>(texts.size());
  auto [it, added] =
      lists_.try_emplace(texts, static_cast<std::uint16_t>(grammar_.phrases_.size()));
  if (added) {
    for (const std::string& text : texts) grammar_.phrases_.push_back(phrase(text));
  }
  return {it->second, count};
}

/// The slot of a named list, made once a start().
Grammar::Slot GrammarBuilder::list(std::string_view name, const Voice& voice) {
  auto [it, added] = named_.try_emplace(std::string(name));
  if (added) it->second = slot(texts_of(name, voice));
  return it->second;
}

/// Appends a pattern. What is the same in every text becomes part of the choice beside it, so that
/// fewer slots have to be written; named lists stay whole, since many patterns share them.
void GrammarBuilder::compile(std::string_view pattern, const Voice& voice,
                             std::string_view before) {
  const auto first = static_cast<std::uint32_t>(grammar_.slots_.size());
  std::vector<std::string> open{std::string(before)};  // the slot that still grows
  auto close = [&](std::vector<std::string> next) {
    if (open != std::vector<std::string>{""}) grammar_.slots_.push_back(slot(open));
    open = std::move(next);
  };
  std::string rest(pattern);
  for (;;) {
    const std::string text = std::move(rest);
    const Group group = Group::next(text);
    for (std::string& choice : open) choice += group.before;
    rest = group.behind;
    if (group.kind == 0) break;
    if (group.kind == '{') {  // a form may hold groups: it is read again
      rest.insert(0, form(group, voice));
    } else if (group.kind == '<') {
      close({""});
      grammar_.slots_.push_back(group.inside == voice.given ? Grammar::Slot{0, 0}
                                                            : list(group.inside, voice));
    } else {
      std::vector<std::string> texts = choices(group, voice);
      if (open.size() == 1) {
        for (std::string& choice : texts) choice.insert(0, open.front());
        open = std::move(texts);
      } else {
        close(std::move(texts));
      }
    }
  }
  close({""});
  grammar_.patterns_.push_back({first, static_cast<std::uint32_t>(grammar_.slots_.size()) - first});
}

Grammar::Start GrammarBuilder::start(std::string_view name, const Voice& voice,
                                     std::string_view before) {
  auto first = static_cast<std::uint32_t>(grammar_.patterns_.size());
  named_.clear();
  for (const Rule& rule : rules_[name]) {
    if (voice.fits(rule.tags)) compile(rule.text, voice, before);
  }
  auto count = static_cast<std::uint32_t>(grammar_.patterns_.size()) - first;
  CHECK(count > 0, "nothing for {}", name);
  return {first, count};
}

Grammar GrammarBuilder::finish() {
  grammar_.bytes_.append(Grammar::kBlock, '\0');
  return std::move(grammar_);
}

}  // namespace world
