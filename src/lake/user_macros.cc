#include <algorithm>
#include <map>

#include "lake/sql_check_internal.h"
#include "lake/user_macros_internal.h"

namespace lake {
namespace {

using base::Code;

std::string lower_name(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Reads words and brackets of a text, passing over blanks and comments.
class MacroReader {
 public:
  explicit MacroReader(std::string_view text) : text_(text) {}

  int line() const {
    return 1 +
           static_cast<int>(std::count(text_.begin(), text_.begin() + std::ssize(read()), '\n'));
  }
  bool at_end() {
    skip();
    return at_ == text_.size();
  }
  /// The next name, in lower case; empty when there is none.
  std::string word() {
    skip();
    std::size_t from = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return lower_name(text_.substr(from, at_ - from));
  }
  bool eat(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// Everything up to `end` outside of brackets, quotes and comments, which is eaten; comments are
  /// left out. False when the text ends before.
  bool until(char end, std::string& out) {
    int depth = 0;
    for (; at_ < text_.size(); ++at_) {
      char c = text_[at_];
      if (text_.substr(at_, 2) == "--") {
        at_ = std::min(text_.find('\n', at_), text_.size() - 1);
        out += '\n';
        continue;
      }
      if (depth == 0 && c == end) {
        ++at_;
        return true;
      }
      if (c == '\'' || c == '"') {
        std::size_t close = text_.find(c, at_ + 1);
        if (close == std::string_view::npos) return false;
        out += text_.substr(at_, close - at_ + 1);
        at_ = close;
        continue;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      out += c;
    }
    return false;
  }

 private:
  std::string_view read() const { return text_.substr(0, at_); }
  void skip() {
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "--") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Spark's name of a type → DuckDB's, where they differ.
std::string type_here(const std::string& type) {
  static const std::map<std::string, std::string> other{{"timestamp", "TIMESTAMPTZ"},
                                                        {"timestamp_ntz", "TIMESTAMP"}};
  auto found = other.find(type);
  return found == other.end() ? type : found->second;
}

/// "instant TIMESTAMP, latitude DOUBLE" → "instant, latitude"; empty when one has no name.
std::string parameter_names(std::string_view list) {
  std::string names;
  while (true) {
    auto comma = list.find(',');
    std::string name = MacroReader(list.substr(0, comma)).word();
    if (name.empty()) return {};
    names += (names.empty() ? "" : ", ") + name;
    if (comma == std::string_view::npos) return names;
    list.remove_prefix(comma + 1);
  }
}

base::Result<UserMacro> parse_one(MacroReader& reader) {
  int line = reader.line();
  auto refuse = [&] {
    return base::error(Code::kInvalidArgument,
                       "line {}: write CREATE OR REPLACE TEMPORARY FUNCTION name(parameter TYPE, "
                       "…) RETURNS TYPE RETURN expression;",
                       line);
  };
  for (const char* word : {"create", "or", "replace", "temporary", "function"}) {
    if (reader.word() != word) return refuse();
  }
  UserMacro macro;
  macro.name = reader.word();
  std::string parameters;
  if (macro.name.empty() || !reader.eat('(') || !reader.until(')', parameters)) return refuse();
  macro.parameters = parameter_names(parameters);
  if (macro.parameters.empty() || reader.word() != "returns") return refuse();
  macro.type = type_here(reader.word());
  std::string digits;
  if (reader.eat('(')) {
    if (!reader.until(')', digits)) return refuse();
    macro.type += "(" + digits + ")";
  }
  if (macro.type.empty() || reader.word() != "return") return refuse();
  if (!reader.until(';', macro.body)) return refuse();
  return macro;
}

}  // namespace

base::Result<std::vector<UserMacro>> parse_macros(std::string_view text) {
  std::vector<UserMacro> macros;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  MacroReader reader(text);
  while (!reader.at_end()) macros.push_back(TRY(parse_one(reader)));
  return macros;
}

base::Result<std::string> user_macros_for(DuckConnection& connection,
                                          const std::vector<UserMacro>& macros,
                                          const std::string& sql, std::string& uses) {
  // From the last to the first: what is called stands before its caller.
  std::vector<const UserMacro*> chosen;
  uses = lower_name(sql);
  for (auto macro = macros.rbegin(); macro != macros.rend(); ++macro) {
    if (uses.find(macro->name) == std::string::npos) continue;
    chosen.push_back(&*macro);
    uses += ' ' + lower_name(macro->body);
  }
  std::string statements;
  for (auto macro = chosen.rbegin(); macro != chosen.rend(); ++macro) {
    std::string expression = fmt::format("CAST(({}\n) AS {})", (*macro)->body, (*macro)->type);
    auto checked = check_select(connection, "SELECT " + expression);
    if (!checked) return base::annotate(checked.error(), "function " + (*macro)->name);
    if (!checked->tables.empty() || checked->lists_tables) {
      return base::error(Code::kPermissionDenied,
                         "function {}: it reads a table; only its parameters can be used",
                         (*macro)->name);
    }
    statements += fmt::format("CREATE OR REPLACE MACRO {}({}) AS {};\n", (*macro)->name,
                              (*macro)->parameters, expression);
  }
  return statements;
}

}  // namespace lake
