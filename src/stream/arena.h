// Memory for what lives as long as a batch: texts that functions make, records, arrays.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace stream {

/// Grows by blocks and is emptied as a whole; emptying keeps the first blocks. Owned by one thread.
class Arena {
 public:
  /// `size` bytes, aligned to 8.
  char* allocate(std::size_t size) {
    size = (size + 7) & ~std::size_t{7};
    if (size > kBlockBytes) {
      large_.push_back(std::make_unique_for_overwrite<char[]>(size));
      return large_.back().get();
    }
    if (size > left_) next_block();
    char* out = next_;
    next_ += size;
    left_ -= size;
    return out;
  }
  template <typename T>
  T* array(std::size_t n) {
    return reinterpret_cast<T*>(allocate(n * sizeof(T)));
  }
  std::string_view copy(std::string_view text) {
    char* out = allocate(text.size());
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }
  /// Everything that was handed out is gone.
  void clear() {
    large_.clear();
    if (blocks_.size() > kKeepBlocks) blocks_.resize(kKeepBlocks);
    used_ = 0;
    left_ = 0;
  }

 private:
  static constexpr std::size_t kBlockBytes = 256 << 10;
  static constexpr std::size_t kKeepBlocks = 64;

  void next_block() {
    if (used_ == blocks_.size())
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    next_ = blocks_[used_++].get();
    left_ = kBlockBytes;
  }

  std::vector<std::unique_ptr<char[]>> blocks_, large_;
  std::size_t used_ = 0;  // blocks
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace stream
