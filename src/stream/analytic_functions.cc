#include "stream/analytics.h"
#include "stream/event_clock.h"
#include "stream/value_codec.h"
#include "stream/windows.h"

namespace stream {
namespace {

using streamsql::FunctionId;

/// 1 for the first event of a key in an interval (start, end], aligned as tumbling windows are.
class IsFirst final : public AnalyticFunction {
 public:
  explicit IsFirst(Ticks interval) : interval_(interval) {}

  std::optional<Value> next(const Event& event, Arena&) override {
    if (!event.counts) return Value::bigint(0);
    Ticks end = aligned_end(event.time, interval_, 0);
    if (end != end_) keys_.clear();
    end_ = end;
    return Value::bigint(keys_.insert(event.key).second ? 1 : 0);
  }
  void save(StateWriter& out) const override {
    out.integer(end_);
    out.integer(static_cast<std::int64_t>(keys_.size()));
    for (const std::string& key : keys_) out.text(key);
  }
  void restore(StateReader& in) override {
    end_ = in.integer();
    for (std::size_t n = in.count(); n > 0 && in.ok(); n--) keys_.insert(in.text());
  }

 private:
  const Ticks interval_;
  Ticks end_ = kNoWatermark;
  std::unordered_set<std::string> keys_;  ///< seen in the interval that ends at end_
};

/// What LAG, LAST and aggregates with OVER remember: for each key the values of its last events. An
/// event is remembered while it is less than the duration old.
class Remembering : public AnalyticFunction {
 public:
  explicit Remembering(Ticks span) : span_(span) {}

  void save(StateWriter& out) const override {
    out.integer(static_cast<std::int64_t>(keys_.size()));
    for (const auto& [key, items] : keys_) {
      out.text(key);
      out.integer(static_cast<std::int64_t>(items.size()));
      for (const Item& item : items) {
        out.integer(item.time);
        out.text(item.value);
      }
    }
  }
  void restore(StateReader& in) override {
    for (std::size_t keys = in.count(); keys > 0 && in.ok(); keys--) {
      std::deque<Item>& items = keys_[in.text()];
      for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
        Ticks time = in.integer();
        items.push_back({time, in.text()});
      }
    }
  }

 protected:
  struct Item {
    Ticks time;
    std::string value;  ///< encode_value
  };
  std::deque<Item>& items_of(const Event& event) {
    if (++events_ > 2 * keys_.size() + 1024) forget(event.time);
    std::deque<Item>& items = keys_[event.key];
    while (!items.empty() && items.front().time <= event.time - span_) items.pop_front();
    return items;
  }
  static void remember(std::deque<Item>& items, const Event& event) {
    encode_value(event.arg, items.emplace_back(event.time, std::string()).value);
  }
  /// Texts stay in the arena: the item may go before the batch does.
  static Value read(const Item& item, Arena& arena) {
    return ValueDecoder(arena.copy(item.value), arena).value();
  }

 private:
  /// Keys without recent events.
  void forget(Ticks now) {
    events_ = 0;
    std::erase_if(keys_, [&](const auto& entry) {
      return entry.second.empty() || entry.second.back().time <= now - span_;
    });
  }

  const Ticks span_;
  std::size_t events_ = 0;  ///< since forget()
  std::unordered_map<std::string, std::deque<Item>> keys_;
};

class Lag final : public Remembering {
 public:
  Lag(Ticks span, std::int64_t offset)
      : Remembering(span), offset_(static_cast<std::size_t>(offset)) {}
  std::optional<Value> next(const Event& event, Arena& arena) override {
    std::deque<Item>& items = items_of(event);
    Value out = event.fallback;
    if (offset_ == 0)
      out = event.arg;
    else if (items.size() >= offset_)
      out = read(items[items.size() - offset_], arena);
    if (event.counts && offset_ > 0) remember(items, event);
    while (items.size() > offset_) items.pop_front();
    return out;
  }

 private:
  const std::size_t offset_;
};

class Last final : public Remembering {
 public:
  using Remembering::Remembering;
  std::optional<Value> next(const Event& event, Arena& arena) override {
    std::deque<Item>& items = items_of(event);
    if (event.counts) {
      items.clear();
      remember(items, event);
      return event.arg;
    }
    return items.empty() ? event.fallback : read(items.back(), arena);
  }
};

class OverAggregate final : public Remembering {
 public:
  OverAggregate(Ticks span, AggregateKind kind) : Remembering(span), kind_(kind) {}
  std::optional<Value> next(const Event& event, Arena& arena) override {
    std::deque<Item>& items = items_of(event);
    if (event.counts) remember(items, event);
    Accumulator sum;
    for (const Item& item : items)
      if (!sum.add(kind_, ValueDecoder(item.value, arena).value())) return std::nullopt;
    return copy_value(sum.result(kind_, arena), arena);
  }

 private:
  const AggregateKind kind_;
};

}  // namespace

std::unique_ptr<AnalyticFunction> make_analytic_function(const streamsql::Analytic& plan) {
  switch (plan.function) {
    case FunctionId::kIsFirst:
      return std::make_unique<IsFirst>(plan.span);
    case FunctionId::kLag:
      return std::make_unique<Lag>(plan.span, plan.offset);
    case FunctionId::kLast:
      return std::make_unique<Last>(plan.span);
    default:
      break;
  }
  bool text = plan.arg && streamsql::static_type(*plan.arg) == streamsql::SqlType::kText;
  return std::make_unique<OverAggregate>(
      plan.span, AggregateKind{plan.function, false, !plan.arg, text, 0, {}});
}

}  // namespace stream
