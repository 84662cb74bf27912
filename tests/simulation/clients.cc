#include "simulation/clients.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "wire/record_batch.h"

namespace simulation {

/// Events as strangers send them: well-made ones, and everything else.
std::string Client::value(std::int64_t number, Dice& dice) const {
  std::string tag = fmt::format("#c{}-{}", number_, number);
  std::string time = "2026-06-01T00:00:01.000Z";
  auto event = [&](std::string_view method) {
    return fmt::format(R"({{"event_id":{},"event_time":"{}","http_method":{},"uri":"{}"}})",
                       1'000'000'000 + number, time, method, tag);
  };
  switch (dice.below(14)) {
    case 0:
      return fmt::format(R"({{"event_id":1,"uri":"{}")", tag);  // cut short
    case 1:
      return event(R"({"a":1})");
    case 2:
      return event("[1,[2,[3,[4]]]]");
    case 3:
      return event("99999999999999999999999999");
    case 4:
      return event("-0.0e-999");
    case 5:
      return "\xEF\xBB\xBF" + event("\"GET\"");
    case 6:
      return event("\"GET\"") + "\r\n" + event("\"PUT\"") + "\n";
    case 7:
      return std::string(70, '[') + "\"" + tag + "\"" + std::string(70, ']');
    case 8:
      return fmt::format(R"({{"event_id":"{}","event_time":"yesterday"}})", tag);
    case 9:
      return fmt::format("{{\"uri\":\"{}\",\"event_time\":\"\xFF\xFE\"}}", tag);
    case 10:
      return "null " + tag;
    case 11:
      time = "2399-01-01T00:00:00Z";
      return event("null");
    default:
      return event("\"GET\"");
  }
}

Client::Batch Client::next_batch(const hub::Hub& hub, Dice& dice) {
  Batch batch;
  batch.partition = static_cast<int>(dice.below(hub.partitions()));
  batch.durable = producer_ >= 0 ? !dice.one_in(4) : dice.one_in(2);
  for (std::int64_t n = dice.between(1, 4); n > 0; --n) {
    batch.numbers.push_back(next_number_);
    batch.values.push_back(value(next_number_++, dice));
  }
  std::int32_t& sequence = next_sequence_[batch.partition];
  batch.sequence = sequence;
  sequence += static_cast<std::int32_t>(batch.values.size());
  return batch;
}

void Client::act(hub::Hub& hub, Dice& dice, HubTruth& truth, std::vector<std::string>& trace) {
  if (!stuck_.empty()) return;
  bool refused = std::ranges::any_of(in_flight_, &Batch::refused);
  bool again = refused || in_flight_.size() >= 5 || (!in_flight_.empty() && dice.one_in(2));
  if (!again) {
    in_flight_.push_back(next_batch(hub, dice));
    if (send(hub, in_flight_.back(), dice.one_in(3), truth, trace)) return in_flight_.pop_back();
    // One more has left before the answer came that refuses this one.
    if (!in_flight_.back().refused || in_flight_.back().sequence == 0) return;
    in_flight_.push_back(next_batch(hub, dice));
    if (send(hub, in_flight_.back(), false, truth, trace)) in_flight_.pop_back();
    return;
  }
  // A new connection: everything without an answer, from the oldest on.
  while (!in_flight_.empty() && stuck_.empty()) {
    if (!send(hub, in_flight_.front(), dice.one_in(6), truth, trace)) return;
    in_flight_.pop_front();
  }
}

/// Whether a batch under way to the same partition, before `batch`, got an error.
bool Client::behind_refused(const Batch& batch) const {
  for (const Batch& before : in_flight_) {
    if (&before == &batch) return false;
    if (before.partition == batch.partition && before.refused) return true;
  }
  return false;
}

/// Whether the client has its answer.
bool Client::send(hub::Hub& hub, Batch& batch, bool answer_lost, HubTruth& truth,
                  std::vector<std::string>& trace) {
  using Verdict = hub::Hub::Appended::Verdict;
  wire::BatchBuilder builder;
  if (producer_ >= 0) {
    builder.start({producer_, 0, batch.sequence});
  } else {
    builder.start({});
  }
  for (const std::string& v : batch.values) builder.add(1, {}, v);
  ++batch.sent;
  auto appended = hub.append_outside(batch.partition, builder.finish(), batch.durable);
  std::string what = fmt::format("client {}: {} records from {} to partition {}{}{}", number_,
                                 batch.values.size(), batch.numbers.front(), batch.partition,
                                 batch.durable ? ", durable" : "", batch.sent > 1 ? ", again" : "");
  batch.refused = !appended;
  if (!appended) {
    trace.push_back(what + ": " + appended.error().message);
    return false;
  }
  if (appended->verdict == Verdict::kOutOfOrderSequence && behind_refused(batch)) {
    trace.push_back(what + ": out of order, as one before it was refused");
    batch.refused = true;
    return false;
  }
  bool taken =
      appended->verdict != Verdict::kOutOfOrderSequence && appended->verdict != Verdict::kFenced;
  trace.push_back(fmt::format("{}: verdict {} offset {}{}", what,
                              static_cast<int>(appended->verdict), appended->base_offset,
                              answer_lost ? ", answer lost" : ""));
  if (!taken) {
    stuck_ = fmt::format("{}: refused as {}", what, static_cast<int>(appended->verdict));
    return false;
  }
  if (appended->verdict == Verdict::kAppended || batch.durable) {
    truth.promise(batch.partition, appended->end_offset, batch.durable);
  }
  if (answer_lost) return false;
  for (std::int64_t n : batch.numbers) {
    answered_[n] = {batch.partition, batch.durable, true, batch.sent > 1};
  }
  return true;
}

void Client::forget_unsafe_answers() {
  for (auto& [number, answer] : answered_) answer.known = answer.known && answer.durable;
}

Finding Client::check(const HubTruth& truth, bool power_was_lost) const {
  std::map<std::int64_t, int> found;
  for (int p = 0; p < truth.partitions(); ++p) {
    std::int64_t last = -1;
    for (const Seen& seen : truth.records(p)) {
      auto [client, number] = seen.sender;
      if (client != number_) continue;
      ++found[number];
      if (producer_ >= 0 && !power_was_lost && number <= last) {
        return fmt::format("client {}: record {} lies behind {} in partition {}", number_, number,
                           last, p);
      }
      last = number;
    }
  }
  for (const auto& [number, answer] : answered_) {
    auto it = found.find(number);
    int times = it == found.end() ? 0 : it->second;
    if (times == 0 && answer.known) {
      return fmt::format("client {}: acknowledged record {} is not there", number_, number);
    }
  }
  for (const auto& [number, times] : found) {
    if (times > 1 && producer_ >= 0) {
      return fmt::format("client {}: record {} is there {} times", number_, number, times);
    }
  }
  return {};
}

}  // namespace simulation
