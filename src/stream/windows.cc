#include "stream/windows.h"

#include "stream/datetime.h"

namespace stream {

/// The end of the earliest window that `time` is in: windows are (start, end].
Ticks Windows::first_end(Ticks time) const {
  if (window_.kind == streamsql::WindowKind::kSnapshot) return time;
  Ticks since = time - window_.offset + kTicksBefore1970;
  Ticks whole = since / window_.hop;
  if (since % window_.hop > 0) whole++;  // negative remainders round up by themselves
  return whole * window_.hop + window_.offset - kTicksBefore1970;
}

Windows::Group& Windows::group(Ticks end, const std::vector<Value>& keys) {
  if (last_ == nullptr || last_end_ != end) {
    last_ = &panes_[end];
    last_end_ = end;
  }
  auto [it, added] = last_->index.try_emplace(key_, last_->groups.size());
  if (added) {
    Group& made = last_->groups.emplace_back();
    made.keys.resize(keys.size());
    for (std::size_t i = 0; i < keys.size(); i++) made.keys[i].own(keys[i]);
    made.accumulators.resize(aggregates_.size());
  }
  return last_->groups[it->second];
}

int Windows::add(Ticks time, const std::vector<Value>& keys, const std::vector<Value>& args) {
  key_.clear();
  for (const Value& key : keys) append_key(key, key_);
  bool snapshot = window_.kind == streamsql::WindowKind::kSnapshot;
  for (Ticks end = first_end(time);; end += window_.hop) {
    if (!snapshot && end - window_.size >= time) break;  // the window starts at or after the row
    Group& target = group(end, keys);
    for (std::size_t i = 0; i < aggregates_.size(); i++)
      if (!target.accumulators[i].add(aggregates_[i], args[i])) return static_cast<int>(i);
    if (snapshot) break;
  }
  return -1;
}

std::vector<Windows::Closed> Windows::close(Ticks watermark) {
  std::vector<Closed> out;
  while (!panes_.empty() && panes_.begin()->first < watermark) {
    out.push_back({panes_.begin()->first, std::move(panes_.begin()->second.groups)});
    panes_.erase(panes_.begin());
    last_ = nullptr;
  }
  return out;
}

void Windows::save(StateWriter& out) const {
  out.integer(static_cast<std::int64_t>(panes_.size()));
  for (const auto& [end, pane] : panes_) {
    out.integer(end);
    out.integer(static_cast<std::int64_t>(pane.groups.size()));
    for (const Group& group : pane.groups) {
      out.integer(static_cast<std::int64_t>(group.keys.size()));
      for (const OwnedValue& key : group.keys) out.value(key);
      for (const Accumulator& accumulator : group.accumulators) accumulator.save(out);
    }
  }
}

void Windows::restore(StateReader& in) {
  panes_.clear();
  last_ = nullptr;
  for (std::size_t panes = in.count(); panes > 0 && in.ok(); panes--) {
    Ticks end = in.integer();
    for (std::size_t groups = in.count(); groups > 0 && in.ok(); groups--) {
      std::vector<OwnedValue> owned(in.count());
      for (OwnedValue& key : owned) key = in.value();
      std::vector<Value> keys;
      key_.clear();
      for (const OwnedValue& key : owned) {
        keys.push_back(key.view());
        append_key(keys.back(), key_);
      }
      for (Accumulator& accumulator : group(end, keys).accumulators) accumulator.restore(in);
    }
  }
}

}  // namespace stream
