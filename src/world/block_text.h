// Texts that are copied in blocks of fixed size: a copy of as many bytes as the text has must ask
// how many these are, which for texts of changing lengths costs more than the copying. Inside the
// room only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace world {

/// Copies whole blocks: Block bytes or a multiple of it may be read and written, whatever the size.
/// Returns the text's end, behind which bytes are to be overwritten.
template <std::size_t Block>
char* put_blocks(char* p, const char* text, std::size_t size) {
  std::memcpy(p, text, Block);
  for (std::size_t done = Block; done < size; done += Block) [[unlikely]] {
      std::memcpy(p + done, text + done, Block);
    }
  return p + size;
}

/// A text kept by BlockTexts.
class BlockText {
 public:
  static constexpr std::size_t kBlock = 32;  ///< what put() may write behind the text's end

  BlockText() : BlockText(kNothing, 0) {}
  std::size_t size() const { return size_; }
  std::string_view view() const { return {text_, size_}; }
  operator std::string_view() const { return view(); }  // NOLINT: a text like any other
  char* put(char* p) const { return put_blocks<kBlock>(p, text_, size_); }

 private:
  friend class BlockTexts;
  BlockText(const char* text, std::size_t size) : text_(text), size_(size) {}
  static constexpr char kNothing[kBlock] = {};

  const char* text_;
  std::size_t size_;
};

/// Owns texts; they stay where they are until it ends, also when it is moved.
class BlockTexts {
 public:
  BlockText keep(std::string_view text) {
    std::size_t needed = text.size() + BlockText::kBlock;
    if (needed > left_) {
      left_ = std::max(needed, kChunk);
      chunks_.push_back(std::make_unique<char[]>(left_));
      next_ = chunks_.back().get();
    }
    BlockText kept(next_, text.size());
    std::memcpy(next_, text.data(), text.size());
    next_ += text.size();
    left_ -= text.size();
    return kept;
  }

 private:
  static constexpr std::size_t kChunk = 1 << 14;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace world
