// Groups in windows. Rows of tumbling, hopping and snapshot windows are added to the windows they
// belong to at once, in whatever order they come; sliding and session windows (ordered_windows.cc)
// take rows in the order of time. A window's groups come out when the watermark has passed its end.
// Empty windows don't exist.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "stream/accumulator.h"
#include "stream/state_codec.h"

namespace stream {

/// The first of the ends at multiples of `hop` since 0001-01-01, plus `offset`, that is not before
/// `time`.
Ticks aligned_end(Ticks time, Ticks hop, Ticks offset);

/// The windows of one SELECT. Owned by one thread.
class Windows {
 public:
  explicit Windows(std::vector<AggregateKind> aggregates) : aggregates_(std::move(aggregates)) {}
  virtual ~Windows() = default;

  /// A row of the group of `keys` (texts stay the caller's); args[i] is aggregate i's argument,
  /// `session` the key of the session, if the window has one.
  struct Row {
    Ticks time = 0;
    const std::vector<Value>& keys;
    const std::vector<Value>& args;
    const std::string& session;
  };
  /// Returns the aggregate that refuses its value (then the row is in no window that it didn't
  /// fit), or -1.
  virtual int add(const Row& row) = 0;
  /// The aggregate that refuses its value whatever else is in its group, or -1.
  int refuses(const std::vector<Value>& args) const;

  struct Group {
    std::vector<OwnedValue> keys;
    std::vector<Accumulator> accumulators;
  };
  struct Closed {
    Ticks end = 0;
    std::vector<Group> groups;
  };
  /// Takes out the windows that end strictly below `watermark`, by end.
  virtual std::vector<Closed> close(Ticks watermark) = 0;

  const std::vector<AggregateKind>& aggregates() const { return aggregates_; }
  virtual void save(StateWriter& out) const = 0;
  virtual void restore(StateReader& in) = 0;

 protected:
  /// Groups by their keys, in the order of their first rows.
  struct Pane {
    std::vector<Group> groups;
    std::unordered_map<std::string, std::size_t> index;
  };
  /// The group of the row's keys in `pane`, made when absent.
  Group& group(Pane& pane, const std::vector<Value>& keys);
  /// Adds a row to its group: all of the group's aggregates take it or none. As add().
  int add_to(Pane& pane, const std::vector<Value>& keys, const std::vector<Value>& args);
  void save_pane(const Pane& pane, StateWriter& out) const;
  void restore_pane(Pane& pane, StateReader& in);

  const std::vector<AggregateKind> aggregates_;
  std::string key_;  ///< scratch
};

std::unique_ptr<Windows> make_windows(const streamsql::Window& window,
                                      std::vector<AggregateKind> aggregates);
/// Whether rows must come in the order of time (see RowSorter).
bool needs_order(const streamsql::Window& window);

}  // namespace stream
