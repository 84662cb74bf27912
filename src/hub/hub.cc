#include "hub/hub.h"

#include <mutex>
#include <nlohmann/json.hpp>

#include "hub/frontier_internal.h"
#include "hub/options_internal.h"
#include "hub/partition_internal.h"
#include "hub/signal.h"

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

Result<std::shared_ptr<Hub>> Hub::open(Env env, std::string dir, HubOptions options) {
  TRY(check_options(options));
  TRY(env.files->make_dirs(dir));
  if (!env.appended) env.appended = std::make_shared<Signal>();
  std::string path = dir + "/hub.json";
  if (env.files->exists(path)) {
    auto before = TRY(load_options(*env.files, path));
    if (before.partitions != options.partitions) {
      return error(Code::kFailedPrecondition,
                   "event hub \"{}\" has {} partitions, not {}: replace the hub to change that",
                   options.name, before.partitions, options.partitions);
    }
  }
  TRY(save_options(*env.files, path, options));
  std::shared_ptr<Hub> hub(new Hub(env, dir, options.name));
  hub->frontier_ = TRY(Frontier::open(*env.files, *env.clock, dir + "/frontier"));
  for (int p = 0; p < options.partitions; ++p) {
    hub->partitions_.push_back(
        TRY(Partition::open(*env.files, fmt::format("{}/{}", dir, p), env.segment_bytes)));
  }
  hub->state_->options = std::move(options);
  return hub;
}

Status Hub::append_world(int partition, std::span<const WorldRecord> records) {
  attach_generator();
  auto status =
      partitions_.at(static_cast<std::size_t>(partition))->append_world(records, frontier_->now());
  env_.appended->notify();
  return status;
}

Hub::Tail Hub::world_tail(int partition) const {
  return partitions_.at(static_cast<std::size_t>(partition))->tail();
}

Result<Hub::Appended> Hub::append_outside(int partition, std::span<char> batch, bool durable) {
  auto& target = *partitions_.at(static_cast<std::size_t>(partition));
  auto appended = TRY(target.append_outside(batch, *frontier_));
  env_.appended->notify();
  if (durable && appended.verdict == Appended::Verdict::kAppended) {
    TRY(target.log().sync(appended.base_offset + 1));
  }
  return appended;
}

void Hub::attach_generator() {
  if (frontier_->mode() == Frontier::Mode::kGenerator) return;
  bool ever = false;
  for (const auto& partition : partitions_) ever = ever || partition->log().end_offset() > 0;
  frontier_->set_mode(Frontier::Mode::kGenerator);
  if (!ever) frontier_->begin_anew();
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

void Hub::close() {
  {
    std::lock_guard lock(state_->mutex);
    state_->closed = true;
  }
  for (const auto& partition : partitions_) partition->close();
  frontier_->close();
  env_.appended->notify();
}

bool Hub::closed() const {
  std::lock_guard lock(state_->mutex);
  return state_->closed;
}

}  // namespace hub
