// Sliding and session windows.
#include <algorithm>
#include <deque>
#include <tuple>

#include "stream/datetime.h"
#include "stream/value_codec.h"
#include "stream/windows_internal.h"

namespace stream {
namespace {

/// (t − size, t] at every instant t at which a group changes: a row comes in, or leaves, `size`
/// later. Memory: the rows of the last `size`. A change costs the group's rows in the window.
class SlidingWindows final : public Windows {
 public:
  SlidingWindows(Ticks size, std::vector<AggregateKind> aggregates)
      : Windows(std::move(aggregates)), size_(size) {}

  int add(const Row& row) override {
    if (row.time != now_) advance(row.time);
    now_ = row.time;
    if (int refused = refuses(row.args); refused >= 0) return refused;
    key_.clear();
    for (const Value& key : row.keys) append_key(key, key_);
    Rows& rows = groups_[key_];
    if (rows.kept.empty()) {
      rows.keys.resize(row.keys.size());
      for (std::size_t i = 0; i < row.keys.size(); i++) rows.keys[i].own(row.keys[i]);
    }
    std::string args;
    for (const Value& arg : row.args) encode_value(arg, args);
    rows.kept.push_back({row.time, std::move(args)});
    leaving_.push_back({row.time + size_, key_});
    touch(key_);
    return -1;
  }

  std::vector<Closed> close(Ticks watermark) override {
    advance(watermark);
    return std::exchange(closed_, {});
  }

  void save(StateWriter& out) const override {
    out.integer(now_);
    out.integer(static_cast<std::int64_t>(changed_.size()));
    for (const std::string& key : changed_) out.text(key);
    out.integer(static_cast<std::int64_t>(leaving_.size()));
    for (const Leaving& leaving : leaving_) {
      out.integer(leaving.time);
      out.text(leaving.key);
    }
    out.integer(static_cast<std::int64_t>(groups_.size()));
    for (const auto& [key, rows] : groups_) {
      out.text(key);
      out.integer(static_cast<std::int64_t>(rows.keys.size()));
      for (const OwnedValue& value : rows.keys) out.value(value);
      out.integer(static_cast<std::int64_t>(rows.kept.size()));
      for (const Kept& kept : rows.kept) {
        out.integer(kept.time);
        out.text(kept.args);
      }
    }
  }

  void restore(StateReader& in) override {
    now_ = in.integer();
    for (std::size_t n = in.count(); n > 0 && in.ok(); n--) changed_.push_back(in.text());
    for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
      Ticks time = in.integer();
      leaving_.push_back({time, in.text()});
    }
    for (std::size_t groups = in.count(); groups > 0 && in.ok(); groups--) {
      Rows& rows = groups_[in.text()];
      rows.keys.resize(in.count());
      for (OwnedValue& value : rows.keys) value = in.value();
      for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
        Ticks time = in.integer();
        rows.kept.push_back({time, in.text()});
      }
    }
  }

 private:
  struct Kept {
    Ticks time;
    std::string args;  ///< encode_value of each
  };
  struct Rows {
    std::vector<OwnedValue> keys;
    std::deque<Kept> kept;
  };
  struct Leaving {
    Ticks time;
    std::string key;
  };

  void touch(const std::string& key) {
    if (std::find(changed_.begin(), changed_.end(), key) == changed_.end()) changed_.push_back(key);
  }

  /// Finishes all instants below `time`.
  void advance(Ticks time) {
    while (true) {
      if (!changed_.empty() && now_ < time) {
        // Rows that leave at this very instant are gone from its content.
        for (; !leaving_.empty() && leaving_.front().time == now_; leaving_.pop_front())
          touch(leaving_.front().key);
        finish();
      }
      if (!changed_.empty() || leaving_.empty() || leaving_.front().time >= time) return;
      now_ = leaving_.front().time;
      touch(leaving_.front().key);
    }
  }

  /// The changed groups as they are at now_.
  void finish() {
    Closed closed{now_, {}};
    for (const std::string& key : changed_) {
      auto it = groups_.find(key);
      Rows& rows = it->second;
      while (!rows.kept.empty() && rows.kept.front().time <= now_ - size_) rows.kept.pop_front();
      if (rows.kept.empty()) {
        groups_.erase(it);
        continue;
      }
      Group& group = closed.groups.emplace_back();
      group.keys = rows.keys;
      group.accumulators.resize(aggregates_.size());
      for (const Kept& kept : rows.kept) add_args(group, kept.args);
    }
    changed_.clear();
    if (!closed.groups.empty()) closed_.push_back(std::move(closed));
  }

  void add_args(Group& group, const std::string& args) {
    arena_.clear();
    ValueDecoder in(args, arena_);
    // Each value was taken alone; a sum that doesn't fit shows as the part that does.
    for (std::size_t i = 0; i < aggregates_.size(); i++)
      group.accumulators[i].add(aggregates_[i], in.value());
  }

  const Ticks size_;
  Ticks now_ = kDatetimeMin;          ///< the instant at work
  std::vector<std::string> changed_;  ///< groups that changed at now_
  std::deque<Leaving> leaving_;       ///< by time
  std::map<std::string, Rows> groups_;
  std::vector<Closed> closed_;
  Arena arena_;
};

/// See make_session_windows. Memory: groups of the open sessions.
class SessionWindows final : public Windows {
 public:
  SessionWindows(Ticks timeout, Ticks duration, std::vector<AggregateKind> aggregates)
      : Windows(std::move(aggregates)), timeout_(timeout), duration_(duration) {}

  int add(const Row& row) override {
    if (int refused = refuses(row.args); refused >= 0) return refused;
    auto [it, added] = sessions_.try_emplace(row.session);
    Session& session = it->second;
    if (!added) advance(session, row.time, row.session);
    if (!session.open) {
      session.start = row.time;
      session.open = true;
    }
    session.last = row.time;
    return add_to(session.pane, row.keys, row.args);
  }

  std::vector<Closed> close(Ticks watermark) override {
    for (auto it = sessions_.begin(); it != sessions_.end();) {
      advance(it->second, watermark, it->first);
      it = it->second.open ? std::next(it) : sessions_.erase(it);
    }
    std::sort(closed_.begin(), closed_.end(), [](const Ended& a, const Ended& b) {
      return std::tie(a.closed.end, a.key) < std::tie(b.closed.end, b.key);
    });
    std::vector<Closed> out;
    for (Ended& ended : closed_) out.push_back(std::move(ended.closed));
    closed_.clear();
    return out;
  }

  void save(StateWriter& out) const override {
    out.integer(static_cast<std::int64_t>(sessions_.size()));
    for (const auto& [key, session] : sessions_) {
      out.text(key);
      out.integer(session.open);
      out.integer(session.start);
      out.integer(session.last);
      save_pane(session.pane, out);
    }
  }

  void restore(StateReader& in) override {
    sessions_.clear();
    for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
      Session& session = sessions_[in.text()];
      session.open = in.integer() != 0;
      session.start = in.integer();
      session.last = in.integer();
      restore_pane(session.pane, in);
    }
  }

 private:
  struct Session {
    bool open = false;
    Ticks start = 0;
    Ticks last = 0;  ///< its last row
    Pane pane;
  };
  struct Ended {
    std::string key;
    Closed closed;
  };

  /// What ends below `time` ends.
  void advance(Session& session, Ticks time, const std::string& key) {
    while (session.open) {
      Ticks expiry = session.last + timeout_;
      Ticks cut = aligned_end(session.start + duration_, duration_, 0);
      if (std::min(cut, expiry) >= time) return;
      end(session, std::min(cut, expiry), key);
      session.open = cut <= expiry;  // still alive at the cut: the next one begins there
      session.start = cut;
    }
  }

  void end(Session& session, Ticks at, const std::string& key) {
    if (!session.pane.groups.empty())
      closed_.push_back({key, {at, std::move(session.pane.groups)}});
    session.pane = {};
  }

  const Ticks timeout_, duration_;
  std::map<std::string, Session> sessions_;  ///< by the key of OVER (PARTITION BY …)
  std::vector<Ended> closed_;                ///< until close()
};

}  // namespace

std::unique_ptr<Windows> make_sliding_windows(Ticks size, std::vector<AggregateKind> aggregates) {
  return std::make_unique<SlidingWindows>(size, std::move(aggregates));
}

std::unique_ptr<Windows> make_session_windows(Ticks timeout, Ticks duration,
                                              std::vector<AggregateKind> aggregates) {
  return std::make_unique<SessionWindows>(timeout, duration, std::move(aggregates));
}

}  // namespace stream
