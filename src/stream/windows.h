// Groups in windows: tumbling, hopping and snapshot. Rows are added to the windows they belong to
// at once, in whatever order they come; a window's groups come out when the watermark has passed
// its end. Empty windows don't exist.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "stream/accumulator.h"
#include "stream/state_codec.h"

namespace stream {

/// Owned by one thread. Memory: groups × open windows.
class Windows {
 public:
  Windows(streamsql::Window window, std::vector<AggregateKind> aggregates)
      : window_(window), aggregates_(std::move(aggregates)) {}

  /// Adds a row at `time` to the group of `keys` (texts stay the caller's); args[i] is aggregate
  /// i's argument. Returns the aggregate that refuses its value, or -1.
  int add(Ticks time, const std::vector<Value>& keys, const std::vector<Value>& args);

  struct Group {
    std::vector<OwnedValue> keys;
    std::vector<Accumulator> accumulators;
  };
  struct Closed {
    Ticks end = 0;
    std::vector<Group> groups;
  };
  /// Takes out the windows that end strictly below `watermark`, by end.
  std::vector<Closed> close(Ticks watermark);

  const std::vector<AggregateKind>& aggregates() const { return aggregates_; }
  std::size_t open() const { return panes_.size(); }

  void save(StateWriter& out) const;
  void restore(StateReader& in);

 private:
  struct Pane {
    std::vector<Group> groups;
    std::unordered_map<std::string, std::size_t> index;
  };
  Ticks first_end(Ticks time) const;
  Group& group(Ticks end, const std::vector<Value>& keys);

  streamsql::Window window_;
  std::vector<AggregateKind> aggregates_;
  std::map<Ticks, Pane> panes_;  ///< by end
  std::string key_;              ///< scratch
  Ticks last_end_ = 0;
  Pane* last_ = nullptr;  ///< the pane of last_end_
};

}  // namespace stream
