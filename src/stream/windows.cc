#include "stream/windows.h"

#include "stream/datetime.h"
#include "stream/windows_internal.h"

namespace stream {

Ticks aligned_end(Ticks time, Ticks hop, Ticks offset) {
  Ticks since = time - offset + kTicksBefore1970;
  Ticks whole = since / hop;
  if (since % hop > 0) whole++;  // negative remainders round up by themselves
  return whole * hop + offset - kTicksBefore1970;
}

Windows::Group& Windows::group(Pane& pane, const std::vector<Value>& keys) {
  key_.clear();
  for (const Value& key : keys) append_key(key, key_);
  auto [it, added] = pane.index.try_emplace(key_, pane.groups.size());
  if (added) {
    Group& made = pane.groups.emplace_back();
    made.keys.resize(keys.size());
    for (std::size_t i = 0; i < keys.size(); i++) made.keys[i].own(keys[i]);
    made.accumulators.resize(aggregates_.size());
  }
  return pane.groups[it->second];
}

int Windows::refuses(const std::vector<Value>& args) const {
  for (std::size_t i = 0; i < aggregates_.size(); i++)
    if (!Accumulator().accepts(aggregates_[i], args[i])) return static_cast<int>(i);
  return -1;
}

int Windows::add_to(Pane& pane, const std::vector<Value>& keys, const std::vector<Value>& args) {
  std::size_t groups = pane.groups.size();
  Group& to = group(pane, keys);
  for (std::size_t i = 0; i < aggregates_.size(); i++) {
    if (to.accumulators[i].accepts(aggregates_[i], args[i])) continue;
    if (pane.groups.size() > groups) {  // made for this row
      pane.groups.pop_back();
      pane.index.erase(key_);
    }
    return static_cast<int>(i);
  }
  for (std::size_t i = 0; i < aggregates_.size(); i++)
    to.accumulators[i].take(aggregates_[i], args[i]);
  return -1;
}

void Windows::save_pane(const Pane& pane, StateWriter& out) const {
  out.integer(static_cast<std::int64_t>(pane.groups.size()));
  for (const Group& group : pane.groups) {
    out.integer(static_cast<std::int64_t>(group.keys.size()));
    for (const OwnedValue& key : group.keys) out.value(key);
    for (const Accumulator& accumulator : group.accumulators) accumulator.save(out);
  }
}

void Windows::restore_pane(Pane& pane, StateReader& in) {
  for (std::size_t groups = in.count(); groups > 0 && in.ok(); groups--) {
    std::vector<OwnedValue> owned(in.count());
    for (OwnedValue& key : owned) key = in.value();
    std::vector<Value> keys;
    for (const OwnedValue& key : owned) keys.push_back(key.view());
    for (Accumulator& accumulator : group(pane, keys).accumulators) accumulator.restore(in);
  }
}

namespace {

using streamsql::WindowKind;

/// Tumbling, hopping, snapshot: a row's windows follow from its time alone. Memory: groups × open
/// windows.
class AlignedWindows final : public Windows {
 public:
  AlignedWindows(const streamsql::Window& window, std::vector<AggregateKind> aggregates)
      : Windows(std::move(aggregates)), window_(window) {}

  int add(const Row& row) override {
    bool snapshot = window_.kind == WindowKind::kSnapshot;
    for (Ticks end = first_end(row.time);; end += window_.hop) {
      if (!snapshot && end - window_.size >= row.time) return -1;  // it starts at or after the row
      int refused = add_to(pane(end), row.keys, row.args);
      if (refused >= 0 || snapshot) return refused;
    }
  }

  std::vector<Closed> close(Ticks watermark) override {
    std::vector<Closed> out;
    while (!panes_.empty() && panes_.begin()->first < watermark) {
      out.push_back({panes_.begin()->first, std::move(panes_.begin()->second.groups)});
      panes_.erase(panes_.begin());
      last_ = nullptr;
    }
    return out;
  }

  void save(StateWriter& out) const override {
    out.integer(static_cast<std::int64_t>(panes_.size()));
    for (const auto& [end, pane] : panes_) {
      out.integer(end);
      save_pane(pane, out);
    }
  }

  void restore(StateReader& in) override {
    panes_.clear();
    last_ = nullptr;
    for (std::size_t panes = in.count(); panes > 0 && in.ok(); panes--)
      restore_pane(panes_[in.integer()], in);
  }

 private:
  /// The end of the earliest window that `time` is in: windows are (start, end].
  Ticks first_end(Ticks time) const {
    if (window_.kind == WindowKind::kSnapshot) return time;
    return aligned_end(time, window_.hop, window_.offset);
  }
  Pane& pane(Ticks end) {
    if (last_ == nullptr || last_end_ != end) {
      last_ = &panes_[end];
      last_end_ = end;
    }
    return *last_;
  }

  const streamsql::Window window_;
  std::map<Ticks, Pane> panes_;  ///< by end
  Ticks last_end_ = 0;
  Pane* last_ = nullptr;  ///< the pane of last_end_
};

}  // namespace

bool needs_order(const streamsql::Window& window) {
  return window.kind == WindowKind::kSliding || window.kind == WindowKind::kSession;
}

std::unique_ptr<Windows> make_windows(const streamsql::Window& window,
                                      std::vector<AggregateKind> aggregates) {
  if (window.kind == WindowKind::kSliding)
    return make_sliding_windows(window.size, std::move(aggregates));
  if (window.kind == WindowKind::kSession)
    return make_session_windows(window.timeout, window.size, std::move(aggregates));
  return std::make_unique<AlignedWindows>(window, std::move(aggregates));
}

}  // namespace stream
