#include "notebook/databricks.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "notebook/quotes_internal.h"

namespace notebook {
namespace {

constexpr std::size_t kSourceLimit = 10'000'000;
constexpr std::string_view kHead = " Databricks notebook source";
constexpr std::string_view kSeparator = " COMMAND ----------";
constexpr std::string_view kMagic = " MAGIC";
constexpr std::string_view kTitle = " DBTITLE ";

std::string_view comment_of(Language language) { return language == Language::kSql ? "--" : "#"; }

/// A line: its bytes in the file, and its text without the end.
struct SourceLine {
  std::string_view bytes, text;
  int number = 0;
};

SourceLine take_line(std::string_view& rest, int number) {
  std::size_t end = rest.find('\n');
  std::size_t size = end == std::string_view::npos ? rest.size() : end + 1;
  std::string_view bytes = rest.substr(0, size), text = rest.substr(0, std::min(end, rest.size()));
  rest.remove_prefix(size);
  while (text.ends_with('\r')) text.remove_suffix(1);
  return {bytes, text, number};
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\v\f") == std::string_view::npos;
}

/// `text` without the comment and the word behind it; nullopt-like: false when it isn't there.
bool strip(std::string_view& text, std::string_view comment, std::string_view word) {
  if (!text.starts_with(comment) || !text.substr(comment.size()).starts_with(word)) return false;
  text.remove_prefix(comment.size() + word.size());
  return true;
}

/// "-- MAGIC text" → "text"; "-- MAGIC" → "". False for every other line.
bool strip_magic(std::string_view& text, std::string_view comment) {
  std::string_view rest = text;
  if (!strip(rest, comment, kMagic)) return false;
  if (!rest.empty() && rest.front() != ' ') return false;
  text = rest.empty() ? rest : rest.substr(1);
  return true;
}

/// A title that somebody has put into quotes, without them.
std::string title_of(std::string_view text) {
  std::string title(text);
  for (std::string inner = unquoted(title); !is_blank(inner) && inner != title;) {
    title = std::exchange(inner, unquoted(inner));
  }
  return title;
}

/// The lines of one cell, with what they mean.
class CellReader {
 public:
  CellReader(Language language, std::vector<SourceLine> lines)
      : language_(language), comment_(comment_of(language)), lines_(std::move(lines)) {}

  Parsed<Cell> read(std::string_view source, int first_line) {
    cell_.source = source;
    cell_.line = first_line;
    cell_.language = language_name(language_);
    skip_blank();
    read_title();
    skip_blank();
    if (at_ == lines_.size()) return std::move(cell_);
    cell_.line = lines_[at_].number;
    std::string_view text = lines_[at_].text;
    if (!strip_magic(text, comment_)) {
      while (at_ < lines_.size()) add(lines_[at_].text, lines_[at_].number), ++at_;
    } else if (auto done = read_magic(text); !done) {
      return std::unexpected(done.error());
    }
    finish();
    return std::move(cell_);
  }

 private:
  void skip_blank() {
    while (at_ < lines_.size() && is_blank(lines_[at_].text)) ++at_;
  }

  /// "-- DBTITLE 1,Title": 0 hides it.
  void read_title() {
    if (at_ == lines_.size()) return;
    std::string_view text = lines_[at_].text;
    if (!strip(text, comment_, kTitle) || text.size() < 3 || text[1] != ',') return;
    if ((text[0] != '0' && text[0] != '1') || is_blank(text.substr(2))) return;
    cell_.title_shown = text[0] == '1';
    cell_.title = title_of(text.substr(2));
    ++at_;
  }

  std::expected<void, Problem> read_magic(std::string_view first) {
    cell_.magic = true;
    std::size_t end = std::min(first.find_first_of(" \t"), first.size());
    if (end < 2 || first.front() != '%') {
      return std::unexpected(Problem{
          lines_[at_].number,
          fmt::format("a cell that begins with “{} MAGIC” has to name its language: “{} MAGIC %md”",
                      comment_, comment_)});
    }
    cell_.language = first.substr(1, end - 1);
    first.remove_prefix(std::min(end + 1, first.size()));
    add(first, lines_[at_].number);
    for (++at_; at_ < lines_.size(); ++at_) {
      std::string_view text = lines_[at_].text;
      if (!strip_magic(text, comment_)) {
        if (!is_blank(text)) return std::unexpected(no_prefix(lines_[at_]));
        text = {};
      }
      add(text, lines_[at_].number);
    }
    return {};
  }

  Problem no_prefix(const SourceLine& line) const {
    return {line.number,
            fmt::format("this cell is %{}, so each of its lines begins with “{} MAGIC”; write "
                        "“{} COMMAND ----------” before this line to begin another cell",
                        cell_.language, comment_, comment_)};
  }

  void add(std::string_view text, int number) {
    if (is_blank(text)) {
      blank_ += text;  // counts only if something follows
      blank_ += '\n';
      return;
    }
    if (cell_.text.empty()) {
      cell_.line = number;
    } else {
      cell_.text += '\n';
      cell_.text += blank_;
    }
    cell_.text += text;
    blank_.clear();
  }
  void finish() { blank_.clear(); }

  const Language language_;
  const std::string_view comment_;
  std::vector<SourceLine> lines_;
  std::size_t at_ = 0;
  std::string blank_;
  Cell cell_;
};

/// Commands that stand with their arguments in one line.
bool is_one_line(std::string_view language) {
  return language != "md" && language != "md-sandbox" && language != "sql" &&
         language != "python" && language != "scala" && language != "r";
}

void append_magic(std::string& file, std::string_view comment, const Cell& cell) {
  std::string_view rest = cell.text;
  file.append(comment).append(kMagic).append(" %").append(cell.language);
  if (!rest.empty() && is_one_line(cell.language)) {
    file.append(" ").append(take_line(rest, 0).text);
  }
  file += '\n';
  while (!rest.empty()) {
    std::string_view text = take_line(rest, 0).text;
    file.append(comment).append(kMagic);
    if (!text.empty()) file.append(" ").append(text);
    file += '\n';
  }
}

}  // namespace

std::string_view language_name(Language language) {
  return language == Language::kSql ? "sql" : "python";
}

Parsed<Source> parse_source(std::string_view text) {
  if (text.size() > kSourceLimit) {
    return std::unexpected(Problem{1, "the file is larger than 10 MB"});
  }
  int number = 1;
  std::string_view rest = text;
  SourceLine head = take_line(rest, number);
  head.text = base::without_mark(head.text);
  Source source;
  if (head.text == "# Databricks notebook source") {
    source.language = Language::kPython;
  } else if (head.text != "-- Databricks notebook source") {
    return std::unexpected(
        Problem{1,
                "the first line has to be “-- Databricks notebook source” (SQL) or “# Databricks "
                "notebook source” (Python)"});
  }
  source.head = head.bytes;
  const std::string separator = std::string(comment_of(source.language)).append(kSeparator);
  for (bool more = true; more;) {
    std::vector<SourceLine> lines;
    const char* begin = rest.data();
    const int first_line = number + 1;
    std::size_t size = 0;
    for (more = false; !rest.empty() && !more;) {
      SourceLine line = take_line(rest, ++number);
      size += line.bytes.size();
      more = line.text == separator;
      if (!more) lines.push_back(line);
    }
    auto cell = CellReader(source.language, std::move(lines)).read({begin, size}, first_line);
    if (!cell) return std::unexpected(cell.error());
    source.cells.push_back(std::move(*cell));
  }
  return source;
}

std::string source_of(const Source& source) {
  std::string file = source.head;
  for (const Cell& cell : source.cells) file += cell.source;
  return file;
}

std::string compose(Language language, const std::vector<Cell>& cells) {
  std::string_view comment = comment_of(language);
  std::string file = std::string(comment).append(kHead).append("\n");
  bool first = true;
  for (const Cell& cell : cells) {
    if (!first) file.append("\n").append(comment).append(kSeparator).append("\n\n");
    first = false;
    if (!cell.title.empty()) {
      file += fmt::format("{}{}{},{}\n", comment, kTitle, cell.title_shown ? 1 : 0, cell.title);
    }
    if (cell.magic) {
      append_magic(file, comment, cell);
    } else if (!cell.text.empty()) {
      file.append(cell.text).append("\n");
    }
  }
  return file;
}

}  // namespace notebook
