#include "notebook/dashboard.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/suggest.h"
#include "base/text.h"
#include "notebook/chart_internal.h"
#include "notebook/quotes_internal.h"

namespace notebook {
namespace {

constexpr std::size_t kTextLimit = 10'000'000;
constexpr int kRefreshLimit = 86'400;

std::unexpected<Problem> problem(int line, std::string message) {
  return std::unexpected(Problem{line, std::move(message)});
}

/// The file's lines with their numbers; views into the text.
struct Line {
  std::string_view text;  ///< without its end
  int number = 0;
};

std::vector<Line> lines_of(std::string_view text) {
  text = base::without_mark(text);
  std::vector<Line> lines;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({line, static_cast<int>(lines.size()) + 1});
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// An opening fence: how many backticks or tildes, and the words behind them.
struct Fence {
  char mark = '`';
  std::size_t ticks = 0;
  std::string language, name;
};

/// A fence may stand up to three blanks to the right.
void strip_indent(std::string_view& line) {
  std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (indent <= 3) line.remove_prefix(indent);
}

/// What CommonMark takes for one: backticks with more of them behind are code within a line.
std::optional<Fence> fence_of(std::string_view line) {
  strip_indent(line);
  const char mark = line.starts_with('~') ? '~' : '`';
  std::size_t ticks = std::min(line.find_first_not_of(mark), line.size());
  if (ticks < 3) return std::nullopt;
  std::string_view info = line.substr(ticks);
  if (mark == '`' && info.find('`') != std::string_view::npos) return std::nullopt;
  auto word = [&]() -> std::string {
    std::size_t from = std::min(info.find_first_not_of(" \t"), info.size());
    std::size_t to = std::min(info.find_first_of(" \t", from), info.size());
    std::string found(info.substr(from, to - from));
    info.remove_prefix(to);
    return found;
  };
  Fence fence{.mark = mark, .ticks = ticks, .language = word()};
  fence.name = word();
  return fence;
}

bool is_name(std::string_view text) {
  auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && std::ranges::all_of(text, ok);
}

/// Reads one file; the members are what has been read so far.
class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(lines_of(text)) {}

  Parsed<Dashboard> read() {
    if (auto head = read_head(); !head) return std::unexpected(head.error());
    while (at_ < lines_.size()) {
      auto fence = fence_of(lines_[at_].text);
      if (!fence) {
        add_text(lines_[at_++].text);
      } else if (auto done = read_fence(*fence); !done) {
        return std::unexpected(done.error());
      }
    }
    end_text();
    if (auto names = check_names(); !names) return std::unexpected(names.error());
    if (board_.title.empty()) board_.title = "Dashboard";
    return std::move(board_);
  }

 private:
  using Done = std::expected<void, Problem>;

  /// --- key: value … ---, if the file begins with it.
  Done read_head() {
    if (lines_.empty() || lines_[0].text != "---") return {};
    for (at_ = 1; at_ < lines_.size(); ++at_) {
      const Line& line = lines_[at_];
      if (line.text == "---") {
        ++at_;
        return {};
      }
      std::size_t colon = line.text.find(':');
      std::string_view key = line.text.substr(0, colon);
      std::string value;
      if (colon != std::string_view::npos) value = unquoted(line.text.substr(colon + 1));
      if (auto set = set_head(key, value, line.number); !set) return set;
    }
    return problem(1, "the head that begins with --- has no end; close it with a line ---");
  }

  Done set_head(std::string_view key, const std::string& value, int line) {
    if (key == "title") {
      board_.title = value;
    } else if (key == "description") {
      board_.description = value;
    } else if (key == "refresh") {
      auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), board_.refresh_seconds);
      if (error != std::errc{} || end != value.data() + value.size() ||
          board_.refresh_seconds < 0 || board_.refresh_seconds > kRefreshLimit) {
        return problem(line, fmt::format("refresh: “{}” is not a number of seconds, 0 … {}", value,
                                         kRefreshLimit));
      }
    } else {
      return problem(
          line, fmt::format("the head has no key “{}”; there are: title, description, "
                            "refresh{}",
                            key, base::did_you_mean(key, {"title", "description", "refresh"})));
    }
    return {};
  }

  void add_text(std::string_view line) {
    text_ += line;
    text_ += '\n';
  }
  void end_text() {
    if (text_.find_first_not_of(" \t\n") != std::string::npos) {
      board_.blocks.push_back({.kind = Block::Kind::kText, .html = markdown_html(text_)});
    }
    text_.clear();
  }

  Done read_fence(const Fence& fence) {
    const int opened = lines_[at_].number;
    std::size_t first = at_ + 1, last = first;
    auto closes = [&](std::string_view line) {
      strip_indent(line);
      std::size_t ticks = std::min(line.find_first_not_of(fence.mark), line.size());
      return ticks >= fence.ticks && line.find_first_not_of(" \t", ticks) == std::string_view::npos;
    };
    while (last < lines_.size() && !closes(lines_[last].text)) ++last;
    if (last == lines_.size()) {
      return problem(opened, fmt::format("the ```{} that begins here has no end", fence.language));
    }
    std::string body;
    for (std::size_t i = first; i < last; ++i) body.append(lines_[i].text).append("\n");
    std::size_t fence_at = at_;
    at_ = last + 1;
    if (fence.language == "sql") return add_query(fence, body, opened);
    if (fence.language == "chart") return add_chart(body, opened);
    if (fence.language == "vega-lite") return add_spec(body, opened);
    if (auto meant = base::did_you_mean(fence.language, {"chart", "vega-lite"}); !meant.empty()) {
      return problem(opened, fmt::format("there is no ```{}{}", fence.language, meant));
    }
    for (; fence_at < at_; ++fence_at) add_text(lines_[fence_at].text);  // code to be read
    return {};
  }

  Done add_query(const Fence& fence, const std::string& sql, int opened) {
    end_text();
    if (!is_name(fence.name)) {
      return problem(opened, "sql: a query needs a name of letters, digits and _: ```sql by_day");
    }
    for (const Query& other : board_.queries) {
      if (other.name != fence.name) continue;
      return problem(opened, fmt::format("sql: query “{}” is defined in line {} already",
                                         fence.name, other.line - 1));
    }
    board_.queries.push_back({fence.name, sql, opened + 1});
    return {};
  }

  Done add_chart(const std::string& body, int opened) {
    end_text();
    auto chart = parse_chart(body, opened);
    if (!chart) return std::unexpected(chart.error());
    uses_.push_back({chart->data, opened, "chart"});
    board_.blocks.push_back({.kind = Block::Kind::kChart, .chart = std::move(*chart)});
    return {};
  }

  Done add_spec(const std::string& body, int opened) {
    end_text();
    json spec;
    try {
      spec = json::parse(body);
    } catch (const json::parse_error& error) {
      auto lines = std::count(
          body.begin(),
          body.begin() + static_cast<std::ptrdiff_t>(std::min(error.byte, body.size())), '\n');
      return problem(opened + 1 + static_cast<int>(lines), "vega-lite: this is not JSON");
    }
    if (auto data = note_data(spec, opened, 0); !data) return data;
    board_.blocks.push_back({.kind = Block::Kind::kVegaLite, .spec = std::move(spec)});
    return {};
  }

  /// Every "data" of a specification has to name a query: nothing is fetched from elsewhere.
  Done note_data(const json& part, int opened, int depth) {
    if (depth > 64) return problem(opened, "vega-lite: nested too deeply");
    if (!part.is_structured()) return {};
    for (const auto& [key, value] : part.items()) {
      if (part.is_object() && key == "data") {
        if (!value.is_object() || !value.contains("name") || !value["name"].is_string() ||
            value.contains("url")) {
          return problem(opened, "vega-lite: data has to be {\"name\": a query of this page}");
        }
        uses_.push_back({value["name"], opened, "vega-lite"});
      } else if (auto done = note_data(value, opened, depth + 1); !done) {
        return done;
      }
    }
    return {};
  }

  Done check_names() const {
    std::string defined;
    for (const Query& query : board_.queries) defined += (defined.empty() ? "" : ", ") + query.name;
    for (const Use& use : uses_) {
      auto found = std::ranges::find(board_.queries, use.name, &Query::name);
      if (found != board_.queries.end()) continue;
      return problem(use.line, fmt::format("{}: query “{}” is not defined; this page defines: {}",
                                           use.by, use.name, defined.empty() ? "none" : defined));
    }
    return {};
  }

  struct Use {
    std::string name;
    int line;
    std::string_view by;
  };

  std::vector<Line> lines_;
  std::size_t at_ = 0;
  std::string text_;  ///< Markdown since the last block
  std::vector<Use> uses_;
  Dashboard board_;
};

json to_json(const Block& block) {
  switch (block.kind) {
    case Block::Kind::kText:
      return {{"kind", "text"}, {"html", block.html}};
    case Block::Kind::kVegaLite:
      return {{"kind", "vega-lite"}, {"spec", block.spec}};
    case Block::Kind::kChart:
      break;
  }
  json chart = chart_json(block.chart);
  chart["kind"] = "chart";
  return chart;
}

}  // namespace

Parsed<Dashboard> parse_dashboard(std::string_view text) {
  if (text.size() > kTextLimit) return problem(1, "the file is larger than 10 MB");
  return Reader(text).read();
}

json to_json(const Dashboard& dashboard) {
  json queries = json::array(), blocks = json::array();
  for (const Query& query : dashboard.queries) {
    queries.push_back({{"name", query.name}, {"sql", query.sql}});
  }
  for (const Block& block : dashboard.blocks) blocks.push_back(to_json(block));
  return {{"title", dashboard.title},
          {"description", dashboard.description},
          {"refresh_seconds", dashboard.refresh_seconds},
          {"queries", std::move(queries)},
          {"blocks", std::move(blocks)}};
}

}  // namespace notebook
