#include "hub/hub.h"

#include <mutex>
#include <nlohmann/json.hpp>

#include "base/durable.h"
#include "hub/frontier_internal.h"
#include "hub/options_internal.h"
#include "hub/partition_internal.h"
#include "hub/synced_ends_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;

struct Hub::State {
  mutable std::mutex mutex;
  HubOptions options;
  bool closed = false;
};

Hub::Hub(Env env, std::string dir, std::string name)
    : env_(std::move(env)),
      dir_(std::move(dir)),
      name_(std::move(name)),
      state_(std::make_unique<State>()) {}
Hub::~Hub() = default;

namespace {

constexpr const char* kSynced = "/synced";

std::string partition_dir(const std::string& dir, int partition) {
  return fmt::format("{}/{}", dir, partition);
}

/// Whether a partition below `dir` holds anything.
Result<bool> has_records(base::Env& env, const std::string& dir) {
  for (const auto& entry : TRY(env.list(dir))) {
    if (!entry.is_dir) continue;
    for (const auto& file : TRY(env.list(dir + "/" + entry.name))) {
      if (file.name.ends_with(".log") && file.size > 0) return true;
    }
  }
  return false;
}

std::unexpected<base::Error> records_without_options(const std::string& path) {
  return error(Code::kDataLoss, "{} has gone, but there are records", path);
}

Status check_same(const HubOptions& before, const HubOptions& wanted) {
  if (before.partitions == wanted.partitions) return {};
  return error(Code::kFailedPrecondition,
               "event hub \"{}\" has {} partitions, not {}: replace the hub to change that",
               wanted.name, before.partitions, wanted.partitions);
}

}  // namespace

Result<std::shared_ptr<Hub>> Hub::open(Env env, std::string dir, HubOptions options) {
  TRY(check_options(options));
  TRY(env.files->make_dirs(dir));
  std::string path = dir + "/hub.json";
  if (!env.files->exists(path)) {
    if (TRY(has_records(*env.files, dir))) return records_without_options(path);
    auto made = make(env, dir, std::move(options));
    if (!made) (void)env.files->remove_tree(dir);  // nothing half-made stays
    return made;
  }
  auto before = TRY(load_options(*env.files, path));
  TRY(check_same(before, options));
  auto hub = TRY(load(std::move(env), std::move(dir)));
  TRY(hub->change(std::move(options)));
  return hub;
}

Result<std::shared_ptr<Hub>> Hub::load(Env env, std::string dir) {
  std::string path = dir + "/hub.json";
  if (!env.files->exists(path)) {
    if (TRY(has_records(*env.files, dir))) return records_without_options(path);
    return error(Code::kNotFound, "{} holds no event hub", dir);
  }
  HubOptions options = TRY(load_options(*env.files, path));
  TRY(base::make_durable(*env.files, path));
  std::shared_ptr<Hub> hub(new Hub(env, dir, options.name));
  hub->frontier_ = TRY(Frontier::open(*env.files, *env.clock, dir + "/frontier"));
  hub->synced_ = TRY(SyncedEnds::open(*env.files, dir + kSynced, options.partitions));
  for (int p = 0; p < options.partitions; ++p) {
    if (!env.files->exists(partition_dir(dir, p))) {
      return error(Code::kDataLoss, "{} has gone", partition_dir(dir, p));
    }
    hub->partitions_.push_back(TRY(Partition::open(*env.files, partition_dir(dir, p),
                                                   env.segment_bytes, hub->synced_->end(p))));
  }
  hub->state_->options = std::move(options);
  return hub;
}

/// A new hub. hub.json comes last: where it is, all is; where it isn't, nothing was promised.
Result<std::shared_ptr<Hub>> Hub::make(Env env, std::string dir, HubOptions options) {
  std::shared_ptr<Hub> hub(new Hub(env, dir, options.name));
  hub->frontier_ = TRY(Frontier::make(*env.files, *env.clock, dir + "/frontier"));
  (void)env.files->remove_file(dir + kSynced);  // of a creation that was cut off
  hub->synced_ = TRY(SyncedEnds::open(*env.files, dir + kSynced, options.partitions));
  for (int p = 0; p < options.partitions; ++p) {
    hub->partitions_.push_back(
        TRY(Partition::open(*env.files, partition_dir(dir, p), env.segment_bytes)));
  }
  TRY(save_options(*env.files, dir + "/hub.json", options));
  hub->state_->options = std::move(options);
  return hub;
}

Status Hub::append_world(int partition, std::span<const WorldRecord> records) {
  attach_generator();
  return partitions_.at(static_cast<std::size_t>(partition))
      ->append_world(records, frontier_->now());
}

Hub::Tail Hub::world_tail(int partition) const {
  return partitions_.at(static_cast<std::size_t>(partition))->tail();
}

Result<Hub::Appended> Hub::append_outside(int partition, std::span<char> batch, bool durable) {
  auto header = TRY(wire::validate_batch({batch.data(), batch.size()}));
  return append_validated(partition, header, batch, durable);
}

Result<Hub::Appended> Hub::append_validated(int partition, const wire::BatchHeader& header,
                                            std::span<char> batch, bool durable) {
  auto& target = *partitions_.at(static_cast<std::size_t>(partition));
  auto appended = TRY(target.append_outside(header, batch, *frontier_));
  // A batch that is there already may be so in memory alone: the first copy's sync is under way.
  if (durable && appended.end_offset > 0) TRY(sync(partition, appended.end_offset));
  return appended;
}

void Hub::attach_generator() {
  if (frontier_->mode() != Frontier::Mode::kGenerator) {
    frontier_->set_mode(Frontier::Mode::kGenerator);
  }
}

Status Hub::check_generator(std::int64_t first_arrival_ms) const {
  if (frontier_->mode() == Frontier::Mode::kGenerator) return {};  // F has been its own
  for (const auto& partition : partitions_) {
    if (!partition->tail().empty) return {};  // it goes on where it stands
  }
  std::int64_t frontier = frontier_ms();
  if (frontier <= first_arrival_ms) return {};
  return error(Code::kFailedPrecondition,
               "event hub \"{}\" has promised that nothing arrives before {} any more, and the "
               "generator would begin at {}: replace the event hub, and make it together with its "
               "generator",
               name_, base::format_millis(base::from_millis(frontier)),
               base::format_millis(base::from_millis(first_arrival_ms)));
}

void Hub::detach_generator() {
  if (frontier_->mode() == Frontier::Mode::kGenerator) frontier_->set_mode(Frontier::Mode::kClock);
}

void Hub::advance_frontier(std::int64_t ms) {
  if (frontier_->mode() != Frontier::Mode::kGenerator) attach_generator();
  frontier_->advance(ms);
}

void Hub::settle() {
  if (frontier_->mode() == Frontier::Mode::kUnsettled) frontier_->set_mode(Frontier::Mode::kClock);
}

std::int64_t Hub::frontier_ms() const { return frontier_->now(); }

bool Hub::wait_frontier(std::int64_t ms, std::stop_token stop) const {
  return frontier_->wait(ms, std::move(stop));
}

Status Hub::sync() const {
  if (closed()) return {};  // nobody finds it again
  // The frontier first: all below what is kept of it is appended by now.
  TRY(frontier_->sync());
  for (int p = 0; p < partitions(); ++p) TRY(sync(p, log(p)->end_offset()));
  return {};
}

Status Hub::sync(int partition, std::int64_t end_offset) const {
  TRY(partitions_.at(static_cast<std::size_t>(partition))->log().sync(end_offset));
  synced_->raise(partition, end_offset);
  return {};
}

Hub::PartitionState Hub::state(int partition) const {
  return partitions_.at(static_cast<std::size_t>(partition))->state();
}

std::unique_ptr<Reader> Hub::reader(int partition, std::int64_t from_offset) const {
  return std::make_unique<Reader>(partitions_.at(static_cast<std::size_t>(partition)), from_offset);
}

std::shared_ptr<const commitlog::Log> Hub::log(int partition) const {
  const auto& owner = partitions_.at(static_cast<std::size_t>(partition));
  return {owner, &owner->log()};
}

std::shared_ptr<Bell> Hub::bell(int partition) const {
  const auto& owner = partitions_.at(static_cast<std::size_t>(partition));
  return {owner, &owner->bell()};
}

HubOptions Hub::options() const {
  std::lock_guard lock(state_->mutex);
  return state_->options;
}

Status Hub::change(HubOptions options) {
  TRY(check_options(options));
  std::lock_guard lock(state_->mutex);
  if (options.name != name_ || options.partitions != partitions()) {
    return error(Code::kFailedPrecondition,
                 "event hub \"{}\" has {} partitions: replace the hub to change that", name_,
                 partitions());
  }
  if (options == state_->options) return {};
  TRY(save_options(*env_.files, dir_ + "/hub.json", options));
  state_->options = std::move(options);
  return {};
}

Status Hub::apply_retention() {
  std::int64_t hours = options().retention_hours, frontier = frontier_ms();
  if (hours == 0 || frontier == kNoFrontier || closed()) return {};
  for (const auto& partition : partitions_) {
    TRY(partition->log().drop_before(frontier - hours * 3'600'000));
  }
  return {};
}

Status Hub::health() const {
  for (const auto& partition : partitions_) TRY(partition->log().health());
  return {};
}

void Hub::keep_readable() {
  for (const auto& partition : partitions_) {
    if (partition.use_count() > 1) (void)partition->log().keep_open();
  }
}

void Hub::close() {
  {
    std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  for (const auto& partition : partitions_) partition->close();
  frontier_->close();
}

bool Hub::closed() const {
  std::lock_guard lock(state_->mutex);
  return state_->closed;
}

}  // namespace hub
