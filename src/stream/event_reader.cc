#include "stream/event_reader.h"

#include <cstring>

namespace stream {
namespace {

constexpr int kDepthMax = 64;
constexpr std::size_t kSpellingsMax = 4 * Shape::kColumnsMax;

}  // namespace

void EventReader::clear() {
  rows_ = 0;
  arena_.clear();
}

Value& EventReader::cell(int slot, std::size_t row) {
  auto i = static_cast<std::size_t>(slot);
  if (i >= columns_.size()) columns_.resize(i + 1);
  std::vector<Value>& column = columns_[i];
  if (row >= column.size()) column.resize(std::max<std::size_t>(1024, 2 * row));
  return column[row];
}

Value EventReader::get(int slot, std::size_t row) const {
  auto i = static_cast<std::size_t>(slot);
  return i < columns_.size() && row < columns_[i].size() ? columns_[i][row] : Value{};
}

void EventReader::fill(Table& table) const {
  table.shape = &shape_;
  table.rows = rows_;
  table.columns.assign(columns_.size(), nullptr);
  for (std::size_t i = 0; i < columns_.size(); i++)
    if (columns_[i].size() >= rows_) table.columns[i] = columns_[i].data();
}

void EventReader::keep(const std::vector<std::uint32_t>& list) {
  for (std::vector<Value>& column : columns_)
    for (std::size_t i = 0; i < list.size() && list[i] < column.size(); i++)
      column[i] = column[list[i]];
  rows_ = list.size();
}

bool EventReader::add(std::string_view json) {
  if (json.empty()) return fail("the event is empty");
  char* copy = arena_.allocate(json.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(copy, json.data(), json.size());
  std::memset(copy + json.size(), ' ', simdjson::SIMDJSON_PADDING);
  end_ = copy + json.size();
  for (std::size_t i = 0; i < columns_.size(); i++) cell(static_cast<int>(i), rows_) = Value{};
  simdjson::ondemand::document document;
  auto code =
      parser_.iterate(copy, json.size(), json.size() + simdjson::SIMDJSON_PADDING).get(document);
  if (code != simdjson::SUCCESS) return fail(code);
  if (!add_object(document)) return false;
  rows_++;
  return true;
}

bool EventReader::add_object(simdjson::ondemand::document& document) {
  simdjson::ondemand::object object;
  if (auto code = document.get_object().get(object); code != simdjson::SUCCESS) {
    return code == simdjson::INCORRECT_TYPE ? fail("the event is not a JSON object") : fail(code);
  }
  std::size_t ordinal = 0;
  for (auto entry : object) {
    simdjson::ondemand::field field;
    if (auto code = std::move(entry).get(field); code != simdjson::SUCCESS) return fail(code);
    int slot = -1;
    if (!slot_of(field.key(), ordinal++, slot)) return false;
    Value value;
    Item item = field.value();
    if (!read(item, value, 1)) return false;
    if (slot >= 0) cell(slot, rows_) = value;
  }
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return fail("something stands behind the event's object");
  return true;
}

/// Events of one kind have their keys in the same order: the fast path compares with what stood at
/// this place before.
bool EventReader::slot_of(RawText key, std::size_t ordinal, int& slot) {
  const char* at = key.raw();
  if (ordinal < expected_.size()) {
    const Known& known = expected_[ordinal];
    std::size_t n = known.key.size();
    if (static_cast<std::size_t>(end_ - at) > n && std::memcmp(at, known.key.data(), n) == 0 &&
        at[n] == '"') {
      slot = known.slot;
      return true;
    }
  }
  std::string_view raw, text;
  if (!key_text(key, raw, text)) return false;
  return learn(raw, text, ordinal, slot);
}

bool EventReader::learn(std::string_view raw, std::string_view key, std::size_t ordinal,
                        int& slot) {
  auto known = slots_.find(std::string(key));
  if (known != slots_.end()) {
    slot = known->second;
  } else {
    slot = all_columns_ ? shape_.slot(key) : shape_.find(key);
    if (slot < 0 && all_columns_) return fail("the input has more than 4096 different columns");
    if (slot >= 0) shape_.mark_seen(slot, key);
    if (slots_.size() < kSpellingsMax) slots_.emplace(key, slot);
  }
  if (ordinal < 256 && raw.find('\\') == std::string_view::npos) {
    if (expected_.size() <= ordinal) expected_.resize(ordinal + 1);
    expected_[ordinal] = {std::string(raw), slot};
  }
  return true;
}

bool EventReader::key_text(RawText key, std::string_view& raw, std::string_view& out) {
  const char* begin = key.raw();
  const char* at = begin;
  bool escaped = false;
  while (at < end_ && *at != '"') {
    escaped = escaped || *at == '\\';
    at += *at == '\\' ? 2 : 1;
  }
  raw = {begin, static_cast<std::size_t>(std::min(at, end_) - begin)};
  out = raw;
  return !escaped || unescape(key, raw.size(), out);
}

bool EventReader::unescape(RawText raw, std::size_t size, std::string_view& out) {
  auto* to = reinterpret_cast<std::uint8_t*>(arena_.allocate(size + simdjson::SIMDJSON_PADDING));
  if (auto code = parser_.unescape(raw, to).get(out); code != simdjson::SUCCESS) return fail(code);
  return true;
}

bool EventReader::read(Item& item, Value& out, int depth) {
  if (depth > kDepthMax) return fail("the event is nested more than 64 deep");
  simdjson::ondemand::json_type type;
  if (auto code = item.type().get(type); code != simdjson::SUCCESS) return fail(code);
  switch (type) {
    case simdjson::ondemand::json_type::string:
      return read_text(item, out);
    case simdjson::ondemand::json_type::number:
      return read_number(item, out);
    case simdjson::ondemand::json_type::object:
      return read_record(item, out, depth);
    case simdjson::ondemand::json_type::array:
      return read_array(item, out, depth);
    case simdjson::ondemand::json_type::boolean: {
      bool flag = false;
      if (auto code = item.get_bool().get(flag); code != simdjson::SUCCESS) return fail(code);
      out = Value::bit(flag);
      return true;
    }
    case simdjson::ondemand::json_type::null:
      break;
  }
  bool null = false;
  if (item.is_null().get(null) != simdjson::SUCCESS || !null)
    return fail("a value that is not JSON");
  out = Value::null();
  return true;
}

bool EventReader::read_number(Item& item, Value& out) {
  simdjson::ondemand::number number;
  if (auto code = item.get_number().get(number); code != simdjson::SUCCESS) {
    return fail(code == simdjson::NUMBER_ERROR || code == simdjson::NUMBER_OUT_OF_RANGE
                    ? "a number is malformed or does not fit 64 bits"
                    : simdjson::error_message(code));
  }
  if (number.is_double())
    out = Value::real(number.get_double());
  else if (number.is_int64())
    out = Value::bigint(number.get_int64());
  else
    return fail("a number does not fit 64 bits");
  return true;
}

/// Without escapes the text stays where it is.
bool EventReader::read_text(Item& item, Value& out) {
  std::string_view token = item.raw_json_token();
  RawText raw;
  if (auto code = item.get_raw_json_string().get(raw); code != simdjson::SUCCESS) return fail(code);
  while (!token.empty() && token.back() != '"') token.remove_suffix(1);
  if (token.size() < 2) return fail("a text that is not closed");
  std::string_view text = token.substr(1, token.size() - 2);
  if (std::memchr(text.data(), '\\', text.size()) != nullptr && !unescape(raw, text.size(), text))
    return false;
  out = Value::text(text);
  return true;
}

bool EventReader::read_record(Item& item, Value& out, int depth) {
  simdjson::ondemand::object object;
  if (auto code = item.get_object().get(object); code != simdjson::SUCCESS) return fail(code);
  std::vector<RecordField> fields;
  for (auto entry : object) {
    simdjson::ondemand::field field;
    if (auto code = std::move(entry).get(field); code != simdjson::SUCCESS) return fail(code);
    RecordField made;
    std::string_view raw;
    if (!key_text(field.key(), raw, made.name)) return false;
    Item inner = field.value();
    if (!read(inner, made.value, depth + 1)) return false;
    fields.push_back(made);
  }
  auto* record = arena_.array<Record>(1);
  auto* stored = arena_.array<RecordField>(fields.size());
  std::copy(fields.begin(), fields.end(), stored);
  *record = {fields.size(), stored};
  out.kind = Kind::kRecord;
  out.record = record;
  return true;
}

bool EventReader::read_array(Item& item, Value& out, int depth) {
  simdjson::ondemand::array array;
  if (auto code = item.get_array().get(array); code != simdjson::SUCCESS) return fail(code);
  std::vector<Value> items;
  for (auto entry : array) {
    Item inner;
    if (auto code = std::move(entry).get(inner); code != simdjson::SUCCESS) return fail(code);
    Value value;
    if (!read(inner, value, depth + 1)) return false;
    items.push_back(value);
  }
  auto* stored = arena_.array<Value>(items.size());
  std::copy(items.begin(), items.end(), stored);
  auto* made = arena_.array<Array>(1);
  *made = {items.size(), stored};
  out.kind = Kind::kArray;
  out.array = made;
  return true;
}

}  // namespace stream
