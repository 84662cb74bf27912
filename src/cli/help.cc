#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace cli {
namespace {

constexpr std::size_t kTitleWidth = 26;  // longer titles have their text on the next line

/// Code points: a letter beyond ASCII is one column.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Words in lines of at most `width` columns.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines{""};
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\n') {
      ++at;
      continue;
    }
    auto end = std::min(text.find_first_of(" \n", at), text.size());
    std::string_view word = text.substr(at, end - at);
    if (!lines.back().empty() && columns(lines.back()) + 1 + columns(word) > width) {
      lines.emplace_back();
    }
    lines.back().append(lines.back().empty() ? "" : " ").append(word);
    at = end;
  }
  return lines;
}

/// A title and its text beside it, or below it where the title is long.
std::string entry(const std::string& title, const std::string& text, std::size_t indent = 2) {
  std::string out = std::string(indent, ' ') + title;
  std::size_t wide = indent + columns(title);
  const std::string margin(kTitleWidth, ' ');
  if (text.empty()) return out + "\n";
  out += wide + 2 <= kTitleWidth ? std::string(kTitleWidth - wide, ' ') : "\n" + margin;
  auto lines = wrapped(text, kHelpWidth - kTitleWidth);
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : margin) + lines[i] + "\n";
  return out;
}

/// The groups in the order in which they first appear.
template <typename T>
std::vector<std::string> groups_of(const std::vector<T>& all) {
  std::vector<std::string> groups;
  for (const auto& one : all) {
    if (std::ranges::find(groups, one.group) == groups.end()) groups.push_back(one.group);
  }
  return groups;
}

/// CLI11's own names for what nobody grouped.
std::string heading(const std::string& group) { return group == "Subcommands" ? "Verbs" : group; }

std::string positionals_text(const DeclaredVerb& verb) {
  std::string out;
  for (const auto& option : verb.options) {
    if (option.positional) out += entry(option_title(option), option_text(option));
  }
  return out.empty() ? out : "\nArguments:\n" + out;
}

std::string options_text(const DeclaredVerb& verb) {
  std::string out;
  for (const auto& group : groups_of(verb.options)) {
    std::string section;
    for (const auto& option : verb.options) {
      if (option.positional || option.group != group) continue;
      section += entry(option_title(option), option_text(option));
    }
    if (!section.empty()) out += "\n" + heading(group) + ":\n" + section;
  }
  return out;
}

std::string verbs_text(const DeclaredVerb& verb) {
  std::string out;
  for (const auto& group : groups_of(verb.verbs)) {
    out += "\n" + heading(group) + ":\n";
    for (const auto& sub : verb.verbs) {
      if (sub.group == group) out += entry(sub.name, sub.text.substr(0, sub.text.find('\n')));
    }
  }
  return out;
}

}  // namespace

std::string option_title(const DeclaredOption& option) {
  std::string title;
  for (const auto& name : option.names) title += (title.empty() ? "" : ", ") + name;
  if (!option.positional && !option.value.empty()) title += " " + option.value;
  return option.positional && option.repeats ? title + "…" : title;
}

std::string option_text(const DeclaredOption& option) {
  std::string text = option.text;
  if (!option.choices.empty()) {
    text += fmt::format("{}one of {}", text.empty() ? "" : ": ", fmt::join(option.choices, ", "));
  }
  if (!option.preset.empty()) text += fmt::format(" [{}]", option.preset);
  return text;
}

std::string usage(const DeclaredVerb& verb, const std::string& above) {
  std::string line = above.empty() ? verb.name : above + " " + verb.name;
  if (!verb.verbs.empty()) return line + " VERB …";
  line += " [OPTIONS]";
  for (const auto& option : verb.options) {
    if (!option.positional) continue;
    std::string title = option_title(option);
    line += option.required ? " " + title : " [" + title + "]";
  }
  return line;
}

std::string help_text(const DeclaredVerb& verb, const std::string& above) {
  std::string out = "Usage: " + usage(verb, above) + "\n\n";
  for (std::size_t at = 0; at < verb.text.size();) {  // lines as they were declared
    auto end = std::min(verb.text.find('\n', at), verb.text.size());
    for (const auto& line : wrapped(verb.text.substr(at, end - at), kHelpWidth)) out += line + "\n";
    at = end + 1;
  }
  out += positionals_text(verb) + verbs_text(verb) + options_text(verb);
  if (!verb.footer.empty()) out += "\n" + verb.footer + (verb.footer.ends_with('\n') ? "" : "\n");
  return out;
}

std::string footer_text(const Footer& footer) {
  std::string out;
  auto section = [&](const char* title) {
    out += fmt::format("{}{}:\n", out.empty() ? "" : "\n", title);
  };
  if (!footer.examples.empty()) section("Examples");
  for (const auto& [command, what] : footer.examples) {
    out += what.empty() ? fmt::format("  {}\n", command)
           : columns(command) <= 34
               ? fmt::format("  {}{}{}\n", command, std::string(36 - columns(command), ' '), what)
               : fmt::format("  {}\n{}{}\n", command, std::string(38, ' '), what);
  }
  if (!footer.statuses.empty()) section("Exit status");
  for (const auto& [status, what] : footer.statuses)
    out += fmt::format("  {:<3} {}\n", status, what);
  if (!footer.times.empty()) {
    section("Times");
    for (const auto& line : wrapped(footer.times, kHelpWidth - 2)) out += "  " + line + "\n";
  }
  return out;
}

}  // namespace cli
