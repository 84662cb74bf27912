// A feature table's rows for several passes: learning wants two, judging a third. Rows that fit
// into memory are read once.
#pragma once

#include <stop_token>

#include "ml/rows.h"

namespace ml {

/// What a RowSource keeps at most; a dummy takes a byte, so this is about 700 000 rows of 60.
inline constexpr std::size_t kKeptBytesMax = 64 << 20;

/// Each pass gives the same rows in the same blocks. Thread-compatible.
class RowSource {
 public:
  /// `lake` outlives the source. Above `bytes_max` each pass reads the table again.
  RowSource(lake::Lake& lake, FeatureTable table, std::size_t bytes_max = kKeptBytesMax)
      : lake_(lake), table_(std::move(table)), bytes_max_(bytes_max) {}

  const FeatureTable& table() const { return table_; }
  /// Whether the next pass reads nothing.
  bool kept() const { return state_ == State::kKept; }

  /// As read_rows.
  base::Status pass(const std::function<base::Status(Rows&)>& on_rows, std::stop_token stop = {});

 private:
  enum class State { kUnread, kKept, kTooLarge };

  /// A block; a column whose numbers are all whole and small is kept as bytes.
  struct Block {
    std::size_t count = 0;
    std::vector<std::int64_t> ids, times_us;
    std::vector<double> target;
    std::vector<bool> narrow;  ///< by column: in `bytes`, or in `doubles`
    std::vector<std::int8_t> bytes;
    std::vector<double> doubles;

    std::size_t size() const;
  };
  static Block pack(const Rows& rows);
  static void unpack(const Block& block, Rows& rows);

  base::Status read(const std::function<base::Status(Rows&)>& on_rows, std::stop_token stop);
  void keep(const Rows& rows);
  void drop();

  lake::Lake& lake_;
  FeatureTable table_;
  std::size_t bytes_max_;
  State state_ = State::kUnread;
  std::vector<Block> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace ml
