#include "ml/row_source.h"

#include <algorithm>
#include <bit>

namespace ml {
namespace {

/// Whether a byte holds each of the numbers to the bit (−0 is none of them).
bool fits_bytes(std::span<const double> values) {
  std::uint64_t odd = 0;
  for (double v : values) {
    double bounded = std::clamp(v, -128.0, 127.0);
    auto back = static_cast<double>(static_cast<std::int8_t>(bounded));
    odd |= std::bit_cast<std::uint64_t>(back) ^ std::bit_cast<std::uint64_t>(v);
  }
  return odd == 0;
}

}  // namespace

std::size_t RowSource::Block::size() const {
  return (ids.size() + times_us.size() + target.size() + doubles.size()) * sizeof(double) +
         bytes.size();
}

RowSource::Block RowSource::pack(const Rows& rows) {
  Block block{.count = rows.count,
              .ids = rows.ids,
              .times_us = rows.times_us,
              .target = rows.target,
              .narrow = {},
              .bytes = {},
              .doubles = {}};
  for (std::size_t j = 0; j < rows.features; ++j) {
    auto values = rows.feature(j);
    block.narrow.push_back(fits_bytes(values));
    if (!block.narrow.back()) {
      block.doubles.insert(block.doubles.end(), values.begin(), values.end());
      continue;
    }
    std::size_t from = block.bytes.size();
    block.bytes.resize(from + rows.count);
    std::ranges::transform(values, block.bytes.begin() + static_cast<std::ptrdiff_t>(from),
                           [](double v) { return static_cast<std::int8_t>(v); });
  }
  return block;
}

void RowSource::unpack(const Block& block, Rows& rows) {
  rows.count = block.count;
  rows.features = block.narrow.size();
  rows.ids = block.ids;
  rows.times_us = block.times_us;
  rows.target = block.target;
  rows.values.resize(rows.count * rows.features);
  const std::int8_t* byte = block.bytes.data();
  const double* number = block.doubles.data();
  double* to = rows.values.data();
  for (bool narrow : block.narrow) {
    if (narrow) {
      to = std::copy_n(byte, block.count, to);
      byte += block.count;
    } else {
      to = std::copy_n(number, block.count, to);
      number += block.count;
    }
  }
}

void RowSource::drop() {
  state_ = State::kTooLarge;
  blocks_ = {};
}

void RowSource::keep(const Rows& rows) {
  if (state_ != State::kUnread) return;
  blocks_.push_back(pack(rows));
  bytes_ += blocks_.back().size();
  if (bytes_ > bytes_max_) drop();
}

base::Status RowSource::read(const std::function<base::Status(Rows&)>& on_rows,
                             std::stop_token stop) {
  // Three numbers of a row are never narrow: more than fits isn't tried.
  auto least = static_cast<std::size_t>(table_.rows) * (3 * sizeof(double) + table_.columns.size());
  if (state_ == State::kUnread && least > bytes_max_) drop();
  blocks_.clear();
  bytes_ = 0;
  TRY(read_rows(
      lake_, table_,
      [&](Rows& rows) {
        keep(rows);
        return on_rows(rows);
      },
      std::move(stop)));
  if (state_ == State::kUnread) state_ = State::kKept;
  return {};
}

base::Status RowSource::pass(const std::function<base::Status(Rows&)>& on_rows,
                             std::stop_token stop) {
  if (!kept()) return read(on_rows, std::move(stop));
  Rows rows;
  for (const Block& block : blocks_) {
    if (stop.stop_requested()) {
      return base::error(base::Code::kCancelled, "the reading was stopped");
    }
    unpack(block, rows);
    TRY(on_rows(rows));
  }
  return {};
}

}  // namespace ml
