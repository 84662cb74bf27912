#include <bit>
#include <charconv>
#include <cstring>

#include "load/file_state_internal.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using lake::ColumnChunk;
using lake::RowGroup;

namespace {

constexpr std::string_view kFirstLine = "hriste load 1\n";

void append_number(std::string& out, std::int64_t v) { out += std::to_string(v) + " "; }

std::int64_t number_of(const std::string& eight_bytes) {
  std::int64_t v = 0;
  std::memcpy(&v, eight_bytes.data(), 8);
  return v;
}
std::string eight_bytes(std::int64_t v) { return {reinterpret_cast<const char*>(&v), 8}; }

void append_group(std::string& out, const RowGroup& group, std::int64_t size) {
  append_number(out, group.rows);
  append_number(out, size);
  append_number(out, std::ssize(group.columns));
  for (const ColumnChunk& c : group.columns) {
    for (std::int64_t v : {c.offset, c.values, c.nulls, c.raw_bytes, c.bytes}) {
      append_number(out, v);
    }
    append_number(out, c.min.empty() ? 0 : 1);
    if (c.min.empty()) continue;
    append_number(out, number_of(c.min));
    append_number(out, number_of(c.max));
  }
  out.back() = '\n';
}

/// Reads numbers with blanks or line ends behind them.
class StateNumbers {
 public:
  explicit StateNumbers(std::string_view text) : rest_(text) {}
  std::int64_t next() {
    std::int64_t v = 0;
    auto [end, ec] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), v);
    ok_ &= ec == std::errc{} && end < rest_.data() + rest_.size();
    if (ok_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()) + 1);
    return v;
  }
  bool at_end() const { return rest_.empty(); }
  bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

RowGroup read_group(StateNumbers& numbers, std::int64_t& size) {
  RowGroup group;
  group.rows = numbers.next();
  size = numbers.next();
  std::int64_t columns = numbers.next();
  for (std::int64_t i = 0; numbers.ok() && i < columns; ++i) {
    ColumnChunk c;
    for (std::int64_t* v : {&c.offset, &c.values, &c.nulls, &c.raw_bytes, &c.bytes}) {
      *v = numbers.next();
    }
    if (numbers.next() != 0) {
      c.min = eight_bytes(numbers.next());
      c.max = eight_bytes(numbers.next());
    }
    group.columns.push_back(std::move(c));
  }
  return group;
}

}  // namespace

std::string state_text(std::string_view what, const FileState& state) {
  std::string text{kFirstLine};
  text += what;
  text += fmt::format("\n{} {} {} {}\n", state.position, state.rows, state.bytes,
                      state.complete ? 1 : 0);
  for (std::size_t i = 0; i < state.groups.size(); ++i) {
    append_group(text, state.groups[i], state.group_sizes[i]);
  }
  return text;
}

Result<FileState> parse_state(std::string_view text, std::string_view what) {
  if (!text.starts_with(kFirstLine)) {
    return error(Code::kFailedPrecondition, "of an unknown command");
  }
  text.remove_prefix(kFirstLine.size());
  std::size_t line = std::min(text.find('\n'), text.size());
  if (text.substr(0, line) != what) {
    return error(Code::kFailedPrecondition, "{}", text.substr(0, line));
  }
  StateNumbers numbers(text.substr(std::min(line + 1, text.size())));
  FileState state;
  state.position = numbers.next();
  state.rows = numbers.next();
  state.bytes = numbers.next();
  state.complete = numbers.next() != 0;
  while (numbers.ok() && !numbers.at_end()) {
    std::int64_t size = 0;
    state.groups.push_back(read_group(numbers, size));
    state.group_sizes.push_back(size);
  }
  if (!numbers.ok()) return error(Code::kFailedPrecondition, "its description is damaged");
  return state;
}

}  // namespace load
