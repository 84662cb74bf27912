// Joins of streams: rows whose keys are equal and whose times lie within the bounds of ON. Each
// side keeps a row until the watermark says that no partner can come any more.
//
// Rows are joined below the watermark (the lowest of all streams), in the order of
// (System.Timestamp, stream, arrival, partition, offset); a pair comes out when its later row is
// looked at, and a left join's row without partner when its last chance has passed. So the result
// doesn't depend on how the streams were cut or which was read first.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "stream/row_sorter.h"
#include "streamsql/plan.h"

namespace stream {

/// Rows of the sources joined so far, as bytes: the time of each source (kNoWatermark: it has no
/// row), then each row's columns.
struct JoinedRow {
  Ticks time = 0;
  bool null_key = false;
  std::string_view key;
  std::string_view bytes;
};

/// One join: what came from the left (several sources) and from the right (one) meets here. Owned
/// by one thread. Memory: rows that can still find a partner.
class StreamJoinNode {
 public:
  /// `left_lag[s]`: how far a left row's time can lie after that of its source s.
  StreamJoinNode(const streamsql::StreamJoin& plan, const std::vector<Ticks>& left_lag);

  /// A left row and its partner; `right` is empty where a left join has none. Valid until the next
  /// process().
  struct Pair {
    std::string_view left, right;
    Ticks time = 0;
    std::uint64_t left_number = 0;
  };
  /// Gets pairs in order; says for each whether the rest of ON holds. Pairs without partner hold.
  using Check = std::function<base::Result<std::vector<bool>>(std::span<const Pair>)>;
  using Emit = std::function<base::Status(std::span<const Pair>)>;

  /// Joins rows below `watermark`; both sides are in order of time. `check` may be empty.
  base::Status process(std::span<const JoinedRow> left, std::span<const JoinedRow> right,
                       Ticks watermark, const Check& check, const Emit& emit);

  std::vector<Ticks> lag() const;  ///< as `left_lag`, of the joined rows
  /// How far rows without partner can lie below the watermark at which they come out.
  Ticks hold_back() const;
  std::size_t kept() const { return left_.rows.size() + right_.rows.size(); }

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Kept {
    std::uint64_t hash = 0;
    std::uint64_t before = 0;  ///< number of the row before with this hash, + 1; 0: none
    Ticks time = 0;
    Ticks expiry = 0;
    std::uint32_t key_size = 0;
    bool matched = false;
    bool asked = false;  ///< pairs of it wait for the rest of ON
    std::string bytes;   ///< key, then the row
    std::string_view key() const { return std::string_view(bytes).substr(0, key_size); }
    std::string_view row() const { return std::string_view(bytes).substr(key_size); }
  };
  /// Rows by number, oldest first; expiries don't decrease.
  struct Side {
    std::deque<Kept> rows;
    std::uint64_t first = 0;                                ///< number of rows.front()
    std::uint64_t live = 0;                                 ///< rows below this number have expired
    std::unordered_map<std::uint64_t, std::uint64_t> last;  ///< hash → number of its newest row + 1
    Kept& at(std::uint64_t number) { return rows[number - first]; }
    Kept& add(const JoinedRow& row, std::uint64_t hash, Ticks expiry);
    void expire_first();
    void trim();
  };
  void match_left(const JoinedRow& row);
  void match_right(const JoinedRow& row);
  void find(Side& side, std::string_view key, std::uint64_t hash);
  bool within(std::string_view left, Ticks right) const;
  base::Status expire(Ticks now);
  base::Status flush();
  Ticks left_expiry(Ticks time) const;
  Ticks right_expiry(Ticks time) const;
  static void save_side(const Side& side, StateWriter& out);
  static void restore_side(Side& side, StateReader& in);

  const streamsql::StreamJoin& plan_;
  std::vector<Ticks> left_lag_;
  streamsql::TimeBound main_;  ///< the first bound that is closed
  Side left_, right_;
  std::vector<Pair> pairs_;
  std::vector<std::uint64_t> found_;  ///< scratch
  const Check* check_ = nullptr;      ///< during process()
  const Emit* emit_ = nullptr;
};

}  // namespace stream
