#include "stream/reference.h"

#include <algorithm>
#include <bit>
#include <set>

#include "stream/csv_reader.h"
#include "stream/event_body.h"
#include "stream/join_key.h"
#include "streamsql/suggest.h"

namespace stream {
namespace {

bool is_data_file(const std::string& name) {
  return name.ends_with(".json") || name.ends_with(".jsonl") || name.ends_with(".csv");
}

}  // namespace

base::Status ReferenceTable::load(base::Env& env, const std::string& path) {
  if (!env.exists(path))
    return base::error(base::Code::kNotFound, "reference '{}': {} is not there", name_, path);
  std::vector<std::string> files;
  if (auto entries = env.list(path)) {
    for (const base::DirEntry& entry : *entries)
      if (!entry.is_dir && is_data_file(entry.name)) files.push_back(path + "/" + entry.name);
    if (files.empty())
      return base::error(base::Code::kNotFound,
                         "reference '{}': no .json, .jsonl or .csv file in {}", name_, path);
  } else {
    files.push_back(path);
  }
  for (const std::string& file : files) TRY(load_file(env, file));
  table_.shape = &shape_;
  table_.columns.clear();
  for (std::vector<Value>& column : columns_) {
    column.resize(table_.rows);
    table_.columns.push_back(column.data());
  }
  return check_columns(path);
}

namespace {

/// For a header that is one field only because its file separates fields by something else.
std::string other_delimiter(const std::vector<std::string>& header) {
  if (header.size() != 1) return "";
  std::size_t at = header[0].find_first_of(";\t|");
  if (at == std::string::npos) return "";
  std::string found = header[0][at] == '\t' ? "tabs" : fmt::format("'{}'", header[0][at]);
  return fmt::format("; the file separates fields by {}: write it with commas", found);
}

}  // namespace

/// A column that no row has is a name that doesn't exist, unless there is nothing to tell by.
base::Status ReferenceTable::check_columns(const std::string& path) const {
  if (table_.rows == 0 && header_.empty()) return {};
  std::vector<std::string_view> known(header_.begin(), header_.end());
  for (int slot : shape_.seen())
    if (header_.empty()) known.push_back(shape_.name(slot));
  for (std::size_t slot = 0; slot < shape_.size(); slot++) {
    const std::string& name = shape_.name(static_cast<int>(slot));
    if (shape_.is_seen(static_cast<int>(slot))) continue;
    std::string hint = other_delimiter(header_);
    if (hint.empty()) hint = streamsql::did_you_mean(name, known);
    return base::error(base::Code::kInvalidArgument,
                       "reference '{}': {} has no column '{}'; it has {}{}", name_, path, name,
                       streamsql::listed(known), hint);
  }
  return {};
}

namespace {

std::size_t line_at(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, at), '\n'));
}

/// A file of other bytes than text has no values that anybody meant. Says the first line of such.
base::Status check_text(std::string_view text) {
  constexpr std::string_view kToDo = "write the file as UTF-8";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return base::error(base::Code::kInvalidArgument, "line 1: this is UTF-16: {}", kToDo);
  if (auto at = text.find('\0'); at != std::string_view::npos)
    return base::error(base::Code::kInvalidArgument,
                       "line {}: a zero byte, which no text holds: {}", line_at(text, at), kToDo);
  if (simdjson::validate_utf8(text.data(), text.size())) return {};
  std::size_t line = 1;
  while (true) {
    std::size_t end = std::min(text.find('\n'), text.size());
    if (end == text.size() || !simdjson::validate_utf8(text.data(), end)) break;
    text.remove_prefix(end + 1);
    line++;
  }
  return base::error(base::Code::kInvalidArgument, "line {}: bytes that are not UTF-8: {}", line,
                     kToDo);
}

/// Names are found in any case of their letters, and two columns of one name would be one.
base::Status check_header(const std::vector<std::string>& header) {
  std::set<std::string> seen;
  for (const std::string& name : header) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (name.empty() || seen.insert(lower).second) continue;
    return base::error(base::Code::kInvalidArgument,
                       "line 1: two columns are called '{}': give one another name", name);
  }
  return {};
}

}  // namespace

/// Columns that nobody reads are skipped; a row may not have more or fewer fields than the header.
base::Status ReferenceTable::add_csv(base::Env& env, const std::string& path) {
  std::string text = TRY(env.read_file(path));
  std::string_view rest = without_bom(text);
  auto wrong = [&](const base::Error& error) {
    return base::annotate(error, fmt::format("reference '{}': {}", name_, path));
  };
  if (auto is_text = check_text(rest); !is_text) return wrong(is_text.error());
  std::vector<std::string> fields;
  std::vector<int> slots;
  std::size_t row = 0;
  for (std::size_t at = 0; at < rest.size(); row++) {
    auto read = read_csv_record(rest, at, fields);
    bool blank = fields.size() == 1 && fields[0].empty();
    if (read && row > 0 && blank) continue;
    if (read && row > 0 && fields.size() != slots.size())
      read = base::error(base::Code::kInvalidArgument, "{} fields, the header has {}",
                         fields.size(), slots.size());
    if (!read)
      return wrong(
          {base::Code::kInvalidArgument, fmt::format("row {}: {}", row + 1, read.error().message)});
    if (row == 0) {
      if (auto fits = check_header(fields); !fits) return wrong(fits.error());
      header_ = fields;
      for (const std::string& name : fields) {
        slots.push_back(reader_.keeps_all() ? shape_.slot(name) : shape_.find(name));
        if (slots.back() >= 0) shape_.mark_seen(slots.back(), name);
      }
      columns_.resize(shape_.size());
      continue;
    }
    for (std::vector<Value>& column : columns_) column.resize(table_.rows + 1);
    for (std::size_t i = 0; i < slots.size(); i++)
      if (slots[i] >= 0)
        columns_[static_cast<std::size_t>(slots[i])].back() = Value::text(arena_.copy(fields[i]));
    table_.rows++;
  }
  return {};
}

base::Status ReferenceTable::load_file(base::Env& env, const std::string& path) {
  if (path.ends_with(".csv")) return add_csv(env, path);
  auto file = TRY(env.open(path, base::Env::Open::kRead));
  std::string text;
  std::vector<char> block(4 << 20);
  bool is_array = false;
  std::size_t line = 0;
  for (std::uint64_t offset = 0;;) {
    std::size_t n = TRY(file->read_at(offset, block));
    if (offset == 0) {
      std::string_view head = without_bom({block.data(), n});
      std::size_t first = head.find_first_not_of(" \t\r\n");
      is_array = first != std::string_view::npos && head[first] == '[';
      text = head;
    } else {
      text.append(block.data(), n);
    }
    offset += n;
    bool end = n < block.size();
    if (!is_array) {
      std::size_t whole = end ? text.size() : text.rfind('\n') + 1;  // npos + 1 = 0
      TRY(add_lines(std::string_view(text).substr(0, whole), path, line));
      text.erase(0, whole);
    }
    if (end) break;
  }
  if (is_array) TRY(add_array(text, path));
  keep_rows();
  return {};
}

base::Status ReferenceTable::add_lines(std::string_view text, const std::string& path,
                                       std::size_t& line) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row = text.substr(at, end - at);
    at = end + 1;
    line++;
    if (row.find_first_not_of(" \t\r") != std::string_view::npos) TRY(add(row, path, line));
  }
  return {};
}

base::Status ReferenceTable::add(std::string_view row, const std::string& path,
                                 std::size_t number) {
  if (!reader_.add(row))
    return base::error(base::Code::kInvalidArgument, "reference '{}': {} row {}: {}", name_, path,
                       number, reader_.error());
  if (reader_.rows() >= 1024) keep_rows();
  return {};
}

/// Takes the reader's rows over, with the texts of the kept columns only.
void ReferenceTable::keep_rows() {
  for (std::size_t slot = 0; slot < shape_.size(); slot++) {
    if (columns_.size() <= slot) columns_.emplace_back();
    columns_[slot].resize(table_.rows);
    for (std::size_t row = 0; row < reader_.rows(); row++)
      columns_[slot].push_back(copy_value(reader_.get(static_cast<int>(slot), row), arena_));
  }
  table_.rows += reader_.rows();
  reader_.clear();
}

base::Status ReferenceTable::add_array(std::string_view text, const std::string& path) {
  simdjson::ondemand::parser parser;
  simdjson::padded_string padded(text);
  simdjson::ondemand::document document;
  simdjson::ondemand::array rows;
  auto code = parser.iterate(padded).get(document);
  if (code == simdjson::SUCCESS) code = document.get_array().get(rows);
  std::size_t number = 0;
  if (code == simdjson::SUCCESS) {
    for (auto entry : rows) {
      number++;
      simdjson::ondemand::object row;
      std::string_view json;
      code = std::move(entry).get_object().get(row);
      if (code == simdjson::SUCCESS) code = row.raw_json().get(json);
      if (code != simdjson::SUCCESS) break;
      TRY(add(json, path, number));
    }
  }
  if (code == simdjson::SUCCESS) return {};
  return base::error(base::Code::kInvalidArgument, "reference '{}': {} row {}: {}", name_, path,
                     number, simdjson::error_message(code));
}

base::Status ReferenceIndex::build(const Table& table, int ordinal,
                                   const std::vector<EvaluatorPtr>& keys) {
  if (table.rows == 0) return {};  // no values to run over, and nothing to find
  Frame frame;
  frame.sources.resize(static_cast<std::size_t>(ordinal) + 1);
  frame.sources.back().table = &table;
  frame.rows = table.rows;
  Evaluation e(frame, arena_);
  for (const EvaluatorPtr& key : keys) {
    columns_.push_back(key->run(e, {nullptr, table.rows}));
    if (columns_.back() == nullptr)
      return base::error(base::Code::kInvalidArgument, "line {}, column {}: {}", e.error()->at.line,
                         e.error()->at.column, e.error()->message);
  }
  heads_.assign(std::bit_ceil(table.rows * 2), kNoRow);
  next_.assign(table.rows, kNoRow);
  std::string key;
  for (std::size_t row = table.rows; row-- > 0;) {  // backwards, so that chains ascend
    if (!append_row_key(row, key)) continue;
    std::uint32_t& head = heads_[join_hash(key) & (heads_.size() - 1)];
    next_[row] = std::exchange(head, static_cast<std::uint32_t>(row));
  }
  return {};
}

/// False when a part of the key can meet nothing: such a row has no partners.
bool ReferenceIndex::append_row_key(std::size_t row, std::string& key) const {
  key.clear();
  for (const Value* column : columns_) {
    if (!can_meet(column[row])) return false;
    append_key(column[row], key);
  }
  return true;
}

void ReferenceIndex::find(std::string_view key, std::vector<std::uint32_t>& rows) const {
  if (heads_.empty()) return;
  std::string other;
  std::uint32_t row = heads_[join_hash(key) & (heads_.size() - 1)];
  for (; row != kNoRow; row = next_[row])
    if (append_row_key(row, other) && join_equal(other, key)) rows.push_back(row);
}

}  // namespace stream
