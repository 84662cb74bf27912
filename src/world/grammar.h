// A compiled grammar: texts as chains of slots, each slot one of its phrases. A text is written
// from 64 random bits with a multiplication and a copy a slot; nothing is allocated. Inside the
// room only. Made by grammar_builder.h from a file of data/. Immutable, thread-safe.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "world/block_text.h"

namespace world {

class Grammar {
 public:
  struct Phrase {  // small, as all that a text is made of should fit a core's own cache
    std::uint32_t begin : 24, size : 8;  ///< in the grammar's bytes
  };
  struct Slot {
    std::uint16_t first, count;  ///< phrases; count 0: the text given to put()
  };
  struct Pattern {
    std::uint32_t first, count;  ///< slots
  };
  /// What a text can be: any of these patterns.
  struct Start {
    std::uint32_t first = 0, count = 0;
  };
  /// A text to be: its slots, and the bits that choose their phrases.
  struct Plan {
    const Slot *slot, *end;
    std::uint64_t bits;
  };

  /// put() copies whole blocks: it may write, and overwrite later, this much behind a text's end.
  static constexpr std::size_t kBlock = 64;

  /// One of the texts of `start`.
  Plan plan(Start start, std::uint64_t bits) const {
    const Pattern& pattern = patterns_[start.first + draw(bits, start.count)];
    const Slot* slot = &slots_[pattern.first];
    return {slot, slot + pattern.count, bits};
  }
  /// Writes it at `p`; returns its end. Room needed: longest(start), the size of `given`, and
  /// kBlock.
  char* put(const Plan& plan, std::string_view given, char* p) const {
    std::uint64_t bits = plan.bits;
    for (const Slot* slot = plan.slot; slot != plan.end; ++slot) {
      if (slot->count == 0) [[unlikely]] {
        std::memcpy(p, given.data(), given.size());
        p += given.size();
        continue;
      }
      const Phrase phrase = phrases_[slot->first + draw(bits, slot->count)];
      p = put_blocks<kBlock>(p, &bytes_[phrase.begin], phrase.size);
    }
    return p;
  }
  /// Without what is given.
  std::size_t longest(Start start) const;

  // What it is made of, for those who count or check all texts.
  const std::vector<Pattern>& patterns() const { return patterns_; }
  const std::vector<Slot>& slots() const { return slots_; }
  const std::vector<Phrase>& phrases() const { return phrases_; }
  std::string_view text(const Phrase& phrase) const {
    return std::string_view(bytes_).substr(phrase.begin, phrase.size);
  }

 private:
  friend class GrammarBuilder;

  /// 0 … n−1 from the bits' upper end; the rest of them is left for the next draw.
  static std::uint64_t draw(std::uint64_t& bits, std::uint32_t n) {
    __extension__ using Wide = unsigned __int128;
    Wide product = static_cast<Wide>(bits) * n;
    bits = static_cast<std::uint64_t>(product);
    return static_cast<std::uint64_t>(product >> 64);
  }

  std::vector<Pattern> patterns_;
  std::vector<Slot> slots_;
  std::vector<Phrase> phrases_;
  std::string bytes_;  ///< kBlock more than its phrases, so that blocks stay inside
};

}  // namespace world
