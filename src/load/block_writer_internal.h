// Appends to a file in writes that end at multiples of a block: the kernel then keeps the file in
// large pages, which takes a quarter less time than writes that end anywhere. Inside the room only.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"

namespace load {

/// Thread: one.
class BlockWriter {
 public:
  static constexpr std::int64_t kBlock = 128 << 10;

  /// `file` has `size` bytes.
  BlockWriter(std::unique_ptr<base::File> file, std::int64_t size)
      : file_(std::move(file)), written_(size) {}

  /// Less than a block may be held back. After an error the file may hold a part of what came
  /// behind written(), and nothing can be appended until
  /// truncate().
  base::Status append(std::string_view bytes);
  /// Writes what is held back.
  base::Status flush();
  /// How much the file holds.
  std::int64_t written() const { return written_; }
  /// Cuts off what lies behind `size`, and forgets what is held back and that a write failed.
  base::Status truncate(std::int64_t size);
  /// Without a flush.
  base::Status close() { return file_->close(); }

 private:
  base::Status write(std::string_view bytes);

  std::unique_ptr<base::File> file_;
  std::int64_t written_;
  std::string held_;
  base::Status status_;
};

}  // namespace load
