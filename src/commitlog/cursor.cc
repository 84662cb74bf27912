#include <algorithm>

#include "commitlog/log.h"
#include "commitlog/segment_internal.h"

namespace commitlog {

using base::Code;
using base::error;
using base::Result;

/// Makes segment_ and position_ fit offset_; false at the end of the log.
Result<bool> Cursor::locate() {
  std::lock_guard lock(log_.mutex_);
  std::int64_t start = log_.segments_.front()->base_offset;
  if (offset_ < start || offset_ > log_.end_offset_) {
    return error(Code::kNotFound, "{}: offset {} is outside of {}..{}", log_.dir_, offset_, start,
                 log_.end_offset_);
  }
  if (offset_ == log_.end_offset_) return false;
  if (!segment_ || offset_ >= segment_->end_offset || offset_ < segment_->base_offset) {
    segment_ = log_.find(offset_);
    position_ = segment_->floor_of_offset(offset_);
  }
  return true;
}

/// Walks the first `n` bytes of buffer_: `begin` becomes where the batch with offset_ begins, the
/// result is where its last whole batch ends (0: none). `need`: bytes the first batch takes.
Result<std::size_t> Cursor::whole_batches(std::size_t n, std::size_t& begin, std::size_t& need) {
  std::size_t at = 0;
  bool found = false;
  need = wire::kBatchHeaderBytes;
  while (n - at >= wire::kBatchHeaderBytes) {
    std::string_view rest(buffer_.data() + at, n - at);
    auto header = wire::read_batch_header(rest);
    bool whole = header && header->bytes() <= rest.size();
    if (!header || (whole && !wire::checksum_fits(rest.substr(0, header->bytes())))) {
      if (found) break;  // give what is sound; the next call reports the damage
      return error(Code::kDataLoss, "{}: damaged record batch at byte {} (offset {})",
                   segment_->file.path(), position_ + at, offset_);
    }
    if (!whole) {
      need = at + header->bytes();
      break;
    }
    if (!found && header->last_offset() >= offset_) {
      begin = at;
      found = true;
    }
    at += header->bytes();
    if (found) offset_ = header->last_offset() + 1;
  }
  return found ? at : 0;
}

Result<std::string_view> Cursor::next(std::size_t max_bytes) {
  if (!TRY(locate())) return std::string_view{};
  std::uint64_t size;
  {
    std::lock_guard lock(log_.mutex_);
    size = segment_->bytes;
  }
  auto file = TRY(segment_->file.use());
  // The first read may start up to an index interval before the offset.
  std::size_t want = std::max(max_bytes, wire::kBatchHeaderBytes);
  for (;;) {
    std::size_t n = std::min<std::uint64_t>(want, size - position_);
    if (buffer_.size() < n) buffer_.resize(n);
    if (TRY(file->read_at(position_, {buffer_.data(), n})) != n) {
      return error(Code::kDataLoss, "{}: {} bytes are missing at byte {}", segment_->file.path(), n,
                   position_);
    }
    std::size_t begin = 0, need = 0;
    std::size_t end = TRY(whole_batches(n, begin, need));
    if (end > begin) {
      position_ += end;
      return std::string_view(buffer_.data() + begin, end - begin);
    }
    if (n == size - position_) {
      return error(Code::kDataLoss, "{}: offset {} isn't behind byte {}", segment_->file.path(),
                   offset_, position_);
    }
    want = std::max(want * 2, need);
  }
}

}  // namespace commitlog
