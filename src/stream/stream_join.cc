#include "stream/stream_join.h"

#include <algorithm>
#include <cstring>

#include "stream/join_key.h"

namespace stream {
namespace {

using streamsql::TimeBound;

constexpr std::size_t kPairsMax = 4096;

Ticks floor_units(Ticks t, Ticks unit) { return t / unit - (t % unit < 0 ? 1 : 0); }

Ticks source_time(std::string_view bytes, std::size_t source) {
  Ticks t = 0;
  std::memcpy(&t, bytes.data() + source * sizeof t, sizeof t);
  return t;
}

bool is_closed(const TimeBound& bound) {
  return bound.low != -TimeBound::kOpen && bound.high != TimeBound::kOpen;
}

}  // namespace

StreamJoinNode::StreamJoinNode(const streamsql::StreamJoin& plan,
                               const std::vector<Ticks>& left_lag)
    : plan_(plan), left_lag_(left_lag) {
  main_ = *std::find_if(plan.bounds.begin(), plan.bounds.end(), is_closed);
}

/// No right row at or after this time can be within the bounds of a left row at `time`: its sources
/// are at or before it.
Ticks StreamJoinNode::left_expiry(Ticks time) const {
  Ticks expiry = kEndOfTime;
  for (const TimeBound& b : plan_.bounds)
    if (is_closed(b)) expiry = std::min(expiry, (floor_units(time, b.unit) + b.high + 1) * b.unit);
  return expiry;
}

Ticks StreamJoinNode::right_expiry(Ticks time) const {
  Ticks expiry = kEndOfTime;
  for (const TimeBound& b : plan_.bounds) {
    if (!is_closed(b)) continue;
    Ticks end = (floor_units(time, b.unit) - b.low + 1) * b.unit;  // of the left source's times
    expiry = std::min(expiry, end + left_lag_[static_cast<std::size_t>(b.left)]);
  }
  return expiry;
}

std::vector<Ticks> StreamJoinNode::lag() const {
  Ticks right_after = kEndOfTime, left_after = kEndOfTime;
  for (const TimeBound& b : plan_.bounds) {
    if (!is_closed(b)) continue;
    right_after = std::min(right_after, (b.high + 1) * b.unit);  // than left's source, so than left
    left_after =
        std::min(left_after, (1 - b.low) * b.unit + left_lag_[static_cast<std::size_t>(b.left)]);
  }
  std::vector<Ticks> out;
  for (Ticks lag : left_lag_) out.push_back(std::max<Ticks>(lag, lag + right_after));
  out.push_back(std::max<Ticks>(0, left_after));
  return out;
}

Ticks StreamJoinNode::hold_back() const {
  if (!plan_.left_join) return 0;
  return main_.unit * (1 - std::min<std::int64_t>(main_.high, 0));
}

StreamJoinNode::Kept& StreamJoinNode::Side::add(const JoinedRow& row, std::uint64_t hash,
                                                Ticks expiry) {
  std::uint64_t number = first + rows.size();
  Kept& kept = rows.emplace_back();
  kept.hash = hash;
  kept.time = row.time;
  kept.expiry = expiry;
  kept.key_size = static_cast<std::uint32_t>(row.key.size());
  kept.bytes.reserve(row.key.size() + row.bytes.size());
  kept.bytes.append(row.key).append(row.bytes);
  kept.before = std::exchange(last[hash], number + 1);
  return kept;
}

/// The row stays where it is until trim(), for the pairs that show it.
void StreamJoinNode::Side::expire_first() {
  auto newest = last.find(at(live).hash);
  if (newest != last.end() && newest->second == live + 1) last.erase(newest);
  live++;
}

void StreamJoinNode::Side::trim() {
  for (; first < live; first++) rows.pop_front();
}

/// Numbers of the live rows with this key, oldest first, into found_.
void StreamJoinNode::find(Side& side, std::string_view key, std::uint64_t hash) {
  found_.clear();
  auto it = side.last.find(hash);
  if (it == side.last.end()) return;
  for (std::uint64_t number = it->second; number > side.live; number = side.at(number - 1).before)
    if (join_equal(side.at(number - 1).key(), key)) found_.push_back(number - 1);
  std::reverse(found_.begin(), found_.end());
}

bool StreamJoinNode::within(std::string_view left, Ticks right) const {
  for (const TimeBound& b : plan_.bounds) {
    Ticks time = source_time(left, static_cast<std::size_t>(b.left));
    if (time == kNoWatermark) return false;
    std::int64_t crossed = floor_units(right, b.unit) - floor_units(time, b.unit);
    if (crossed < b.low || crossed > b.high) return false;
  }
  return true;
}

void StreamJoinNode::match_left(const JoinedRow& row) {
  if (row.null_key && !plan_.left_join) return;
  std::uint64_t hash = join_hash(row.key);
  std::uint64_t number = left_.first + left_.rows.size();
  Kept& kept = left_.add(row, hash, left_expiry(row.time));
  if (row.null_key) return;
  find(right_, row.key, hash);
  for (std::uint64_t partner : found_) {
    Kept& right = right_.at(partner);
    if (!within(kept.row(), right.time)) continue;
    pairs_.push_back({kept.row(), right.row(), std::max(row.time, right.time), number});
    (*check_ ? kept.asked : kept.matched) = true;
  }
}

void StreamJoinNode::match_right(const JoinedRow& row) {
  if (row.null_key) return;
  std::uint64_t hash = join_hash(row.key);
  Kept& kept = right_.add(row, hash, right_expiry(row.time));
  find(left_, row.key, hash);
  for (std::uint64_t partner : found_) {
    Kept& left = left_.at(partner);
    if (!within(left.row(), row.time)) continue;
    pairs_.push_back({left.row(), kept.row(), std::max(row.time, left.time), partner});
    (*check_ ? left.asked : left.matched) = true;
  }
}

base::Status StreamJoinNode::expire(Ticks now) {
  while (right_.live < right_.first + right_.rows.size() && right_.at(right_.live).expiry <= now)
    right_.expire_first();
  while (left_.live < left_.first + left_.rows.size() && left_.at(left_.live).expiry <= now) {
    Kept& row = left_.at(left_.live);
    if (plan_.left_join && row.asked && !row.matched) TRY(flush());
    Kept& same = left_.at(left_.live);
    if (plan_.left_join && !same.matched)
      pairs_.push_back({same.row(), {}, same.time + main_.high * main_.unit, left_.live});
    left_.expire_first();
  }
  return {};
}

base::Status StreamJoinNode::flush() {
  if (!pairs_.empty() && *check_) {
    std::vector<bool> holds = TRY((*check_)(pairs_));
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pairs_.size(); i++) {
      if (!holds[i]) continue;
      if (!pairs_[i].right.empty()) left_.at(pairs_[i].left_number).matched = true;
      pairs_[kept++] = pairs_[i];
    }
    pairs_.resize(kept);
  }
  if (!pairs_.empty()) TRY((*emit_)(pairs_));
  pairs_.clear();
  left_.trim();
  right_.trim();
  return {};
}

base::Status StreamJoinNode::process(std::span<const JoinedRow> left,
                                     std::span<const JoinedRow> right, Ticks watermark,
                                     const Check& check, const Emit& emit) {
  check_ = &check;
  emit_ = &emit;
  std::size_t l = 0, r = 0;
  while (l < left.size() || r < right.size()) {
    bool from_left = r == right.size() || (l < left.size() && left[l].time <= right[r].time);
    const JoinedRow& row = from_left ? left[l++] : right[r++];
    TRY(expire(row.time));
    if (from_left)
      match_left(row);
    else
      match_right(row);
    if (pairs_.size() >= kPairsMax) TRY(flush());
  }
  TRY(expire(watermark));
  return flush();
}

void StreamJoinNode::save_side(const Side& side, StateWriter& out) {
  out.integer(static_cast<std::int64_t>(side.rows.size()));
  for (const Kept& kept : side.rows) {
    out.integer(kept.time);
    out.integer(kept.expiry);
    out.integer(kept.matched);
    out.integer(kept.key_size);
    out.text(kept.bytes);
  }
}

void StreamJoinNode::restore_side(Side& side, StateReader& in) {
  side = {};
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    Kept& kept = side.rows.emplace_back();
    kept.time = in.integer();
    kept.expiry = in.integer();
    kept.matched = in.integer() != 0;
    auto key_size = static_cast<std::uint32_t>(in.integer());
    kept.bytes = in.text();
    kept.key_size = std::min(key_size, static_cast<std::uint32_t>(kept.bytes.size()));
    kept.hash = join_hash(kept.key());
    kept.before = std::exchange(side.last[kept.hash], side.rows.size());
  }
}

void StreamJoinNode::save(StateWriter& out) const {
  save_side(left_, out);
  save_side(right_, out);
}

void StreamJoinNode::restore(StateReader& in) {
  restore_side(left_, in);
  restore_side(right_, in);
}

}  // namespace stream
