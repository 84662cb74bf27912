#include "cli/man.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/help.h"

namespace cli {
namespace {

/// Text that roff takes as it is: no escapes, no requests, hyphens that can be copied.
std::string roff(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::string options_section(const DeclaredVerb& verb, bool positional) {
  std::string out, group = "Options";
  for (const auto& option : verb.options) {
    if (option.positional != positional) continue;
    if (!positional && option.group != group) {
      group = option.group;
      out += ".SS " + roff(group) + "\n";
    }
    out += ".TP\n.B " + roff(option_title(option)) + "\n" + roff(option_text(option)) + "\n";
  }
  return out.empty() ? out : std::string(positional ? ".SH ARGUMENTS\n" : ".SH OPTIONS\n") + out;
}

std::string verbs_section(const DeclaredVerb& verb, const std::string& path) {
  std::string out;
  for (const auto& sub : verb.verbs) {
    out += ".TP\n.B " + roff(path + " " + sub.name) + "\n" + roff(sub.text) + "\n";
  }
  return out.empty() ? out : ".SH VERBS\n" + out;
}

/// "Exit status:\n  0 done\n": a section of lines as they are; other lines are a paragraph.
std::string footer_sections(const std::string& footer) {
  std::string out;
  bool as_it_is = false;
  auto end_lines = [&] {
    if (as_it_is) out += ".fi\n";
    as_it_is = false;
  };
  for (std::size_t at = 0; at < footer.size();) {
    auto end = std::min(footer.find('\n', at), footer.size());
    std::string line = footer.substr(at, end - at);
    at = end + 1;
    bool title = line.ends_with(':') && !line.starts_with(' ');
    if (title || line.empty() || !line.starts_with(' ')) end_lines();
    if (title) {
      out += ".SH " + roff(upper(line.substr(0, line.size() - 1))) + "\n";
    } else if (line.empty()) {
      out += ".PP\n";
    } else if (line.starts_with(' ') && !as_it_is) {
      out += ".nf\n" + roff(line) + "\n";
      as_it_is = true;
    } else {
      out += roff(line) + "\n";
    }
  }
  end_lines();
  return out;
}

}  // namespace

std::string man_page(const DeclaredVerb& verb, const std::string& above,
                     const std::string& version) {
  std::string path = above.empty() ? verb.name : above + " " + verb.name, title = path;
  std::ranges::replace(title, ' ', '-');
  std::string first = verb.text.substr(0, verb.text.find('\n'));
  std::string out = fmt::format(".TH {} 1 \"\" \"hriste {}\" \"hriste\"\n.SH NAME\n{} \\- {}\n",
                                upper(roff(title)), version, roff(title), roff(first));
  out += ".SH SYNOPSIS\n.B " + roff(usage(verb, above)) + "\n";
  out += ".SH DESCRIPTION\n" + roff(verb.text) + (verb.text.ends_with('\n') ? "" : "\n");
  out += options_section(verb, true) + options_section(verb, false) + verbs_section(verb, path);
  return out + footer_sections(verb.footer);
}

}  // namespace cli
