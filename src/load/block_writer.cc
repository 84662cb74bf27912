#include <algorithm>
#include <limits>

#include "load/block_writer_internal.h"

namespace load {

using base::Status;

Status BlockWriter::append(std::string_view bytes) {
  TRY(status_);
  const std::int64_t end = written_ + std::ssize(held_) + std::ssize(bytes);
  const std::int64_t until = end - end % kBlock;  // what can be written now
  if (until <= written_) {
    held_ += bytes;
    return {};
  }
  if (!held_.empty()) {
    const std::int64_t fill = kBlock - (written_ + std::ssize(held_)) % kBlock;
    held_ += bytes.substr(0, static_cast<std::size_t>(fill));
    bytes.remove_prefix(static_cast<std::size_t>(fill));
    TRY(flush());
  }
  const auto now = static_cast<std::size_t>(until - written_);
  TRY(write(bytes.substr(0, now)));
  held_ = bytes.substr(now);
  return {};
}

Status BlockWriter::flush() {
  TRY(write(held_));
  held_.clear();
  return {};
}

Status BlockWriter::truncate(std::int64_t size) {
  held_.clear();
  TRY(file_->truncate(static_cast<std::uint64_t>(size)));
  written_ = size;
  reserved_ = 0;
  status_ = {};
  return {};
}

Status BlockWriter::close() {
  if (reserved_ > written_) TRY(file_->truncate(static_cast<std::uint64_t>(written_)));
  return file_->close();
}

/// Small files need no room; without room the write says what is wrong.
void BlockWriter::reserve(std::int64_t until) {
  if (until <= reserved_ || until < kReserveMin) return;
  const std::int64_t from = std::max(written_, reserved_);
  const std::int64_t count = std::clamp(until, kReserveMin, kReserveMax);
  const bool room =
      file_->reserve(static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(count));
  if (!room) (void)file_->truncate(static_cast<std::uint64_t>(written_));  // a part of it
  reserved_ = room ? from + count : std::numeric_limits<std::int64_t>::max();
}

Status BlockWriter::write(std::string_view bytes) {
  TRY(status_);
  if (bytes.empty()) return {};
  reserve(written_ + std::ssize(bytes));
  status_ = file_->append(bytes);
  TRY(status_);
  written_ += std::ssize(bytes);
  return {};
}

}  // namespace load
