#include "simulation/hub_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace simulation {
namespace {

std::pair<int, std::int64_t> sender_of(std::string_view value) {
  std::size_t at = value.find("#c");
  if (at == std::string_view::npos) return {-1, -1};
  std::string text(value.substr(at + 2));
  char* end = nullptr;
  int client = static_cast<int>(std::strtol(text.c_str(), &end, 10));
  if (*end != '-') return {-1, -1};
  return {client, std::strtoll(end + 1, nullptr, 10)};
}

}  // namespace

HubTruth::HubTruth(std::vector<std::vector<WorldEvent>> world, int partitions)
    : world_(std::move(world)) {
  auto n = static_cast<std::size_t>(partitions);
  copies_.resize(n);
  for (auto* numbers : {&promised_, &durable_, &starts_, &begins_, &world_seen_})
    numbers->assign(n, 0);
}

void HubTruth::promise(int partition, std::int64_t end, bool durable) {
  auto p = static_cast<std::size_t>(partition);
  promised_[p] = std::max(promised_[p], end);
  if (durable) durable_[p] = std::max(durable_[p], end);
}

Finding HubTruth::look(const hub::Hub& hub, Since since, std::int64_t fed_to_ms) {
  std::int64_t frontier = hub.frontier_ms();
  if (since != Since::kPowerLoss && frontier < frontier_ms_) {
    return fmt::format("the frontier went back from {} to {}", frontier_ms_, frontier);
  }
  for (int p = 0; p < partitions(); ++p) {
    if (auto found = look_at(hub, p, since)) return found;
    if (auto found = check_world(p, fed_to_ms)) return found;
  }
  frontier_ms_ = frontier;
  return {};
}

Finding HubTruth::look_at(const hub::Hub& hub, int partition, Since since) {
  auto p = static_cast<std::size_t>(partition);
  auto state = hub.state(partition);
  std::int64_t known = std::ssize(copies_[p]);
  std::int64_t must_have = since == Since::kPowerLoss ? durable_[p]
                           : since == Since::kKill    ? promised_[p]
                                                      : known;
  if (state.end_offset < must_have) {
    return fmt::format("partition {} ends at {}, but {} records were acknowledged", partition,
                       state.end_offset, must_have);
  }
  // A file that retention removed may be there again when the power went.
  if (since != Since::kPowerLoss && state.start_offset < begins_[p]) {
    return fmt::format("partition {} starts at {} again, not at {}", partition, state.start_offset,
                       begins_[p]);
  }
  begins_[p] = state.start_offset;
  starts_[p] = std::max(starts_[p], begins_[p]);
  std::int64_t from = std::max(since == Since::kStep ? known : 0, begins_[p]);
  if (from > known)
    return fmt::format("retention took records of partition {} that nobody read", partition);
  auto reader = hub.reader(partition, from);
  std::vector<hub::Record> batch;
  for (std::int64_t at = from;;) {
    auto read = reader->next(INT64_MAX, 1 << 20, batch);
    if (!read)
      return fmt::format("partition {} can't be read: {}", partition, read.error().message);
    if (batch.empty()) break;
    for (const hub::Record& record : batch) {
      if (auto found = compare(partition, at++, record, since)) return found;
    }
  }
  if (since == Since::kPowerLoss && state.end_offset < known) {
    copies_[p].resize(static_cast<std::size_t>(state.end_offset));
    world_seen_[p] = std::ranges::count_if(copies_[p], &Seen::from_world);
  }
  promised_[p] = since == Since::kPowerLoss ? durable_[p] : promised_[p];
  return {};
}

/// `record` lies at `offset`: as before, or new and sound.
Finding HubTruth::compare(int partition, std::int64_t offset, const hub::Record& record,
                          Since since) {
  auto p = static_cast<std::size_t>(partition);
  auto& copy = copies_[p];
  auto where = [&] { return fmt::format("partition {}, offset {}", partition, offset); };
  if (record.offset != offset) return fmt::format("{}: offset {} comes", where(), record.offset);
  if (offset < std::ssize(copy)) {
    const Seen& before = copy[static_cast<std::size_t>(offset)];
    bool same = before.value == record.value && before.arrival_ms == record.arrival_ms;
    if (same) return {};
    // What was lost with the power may be another record now: nobody was promised it.
    if (since != Since::kPowerLoss || offset < durable_[p]) {
      return fmt::format("{} changed: {} {} became {} {}", where(), before.arrival_ms, before.value,
                         record.arrival_ms, record.value);
    }
    copy.resize(static_cast<std::size_t>(offset));
    world_seen_[p] = std::ranges::count_if(copy, &Seen::from_world);
  }
  if (!copy.empty() && record.arrival_ms < copy.back().arrival_ms) {
    return fmt::format("{}: arrival {} behind {}", where(), record.arrival_ms,
                       copy.back().arrival_ms);
  }
  if (since == Since::kStep && record.arrival_ms < frontier_ms_) {
    return fmt::format("{}: arrival {} below the frontier {} that was shown", where(),
                       record.arrival_ms, frontier_ms_);
  }
  if (record.from_world) {
    auto n = static_cast<std::size_t>(world_seen_[p]++);
    if (n >= world_[p].size() || world_[p][n].value != record.value) {
      return fmt::format("{}: world record {} should be {}, not {}", where(), n,
                         n < world_[p].size() ? world_[p][n].value : "none", record.value);
    }
  }
  auto sender = record.from_world ? std::pair(-1, std::int64_t{-1}) : sender_of(record.value);
  copy.push_back({record.arrival_ms, std::string(record.value), record.from_world, sender});
  return {};
}

/// Everything of the world below `fed_to_ms` is in.
Finding HubTruth::check_world(int partition, std::int64_t fed_to_ms) const {
  auto p = static_cast<std::size_t>(partition);
  auto due = std::ranges::lower_bound(world_[p], fed_to_ms, {}, &WorldEvent::arrival_ms) -
             world_[p].begin();
  if (world_seen_[p] >= due) return {};
  return fmt::format("partition {} has {} world records, but {} arrive before {}", partition,
                     world_seen_[p], due, fed_to_ms);
}

}  // namespace simulation
