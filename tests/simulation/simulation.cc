#include "simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace simulation {
namespace {

constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 60 * kMinuteMs;
/// The clock never passes the epoch by more.
constexpr std::int64_t kTimeMaxMs = 12 * kHourMs;

world::World world_of(Dice& dice) {
  world::Settings settings;
  settings.seed = static_cast<std::uint64_t>(dice.below(1'000'000));
  settings.users = 50;
  settings.vip_users = 10;
  settings.products = 10;
  settings.orders = 0;
  settings.traffic_hours = static_cast<double>(dice.between(1, 3));
  settings.event_rate = 0.02 * static_cast<double>(dice.between(1, 4));
  settings.curve = world::Curve::kFlat;
  settings.faults.malformed_json = 0.02;
  settings.faults.late_event = 0.05;
  settings.faults.out_of_order = 0.05;
  settings.faults.duplicate_event = 0.02;
  return world::World::create(settings).value();
}

Wanted wanted_of(Dice& dice) {
  Wanted wanted;
  wanted.partitions = static_cast<int>(dice.between(1, 3));
  wanted.retention_hours = dice.one_in(2) ? 1 : 0;
  wanted.capture = !dice.one_in(3);
  wanted.jobs["job"] = 0;
  return wanted;
}

}  // namespace

Simulation::Simulation(const Options& options) : dice_(options.seed), options_(options) {
  std::error_code ec;
  std::filesystem::remove_all(options.dir, ec);
  auto world = world_of(dice_);
  machine_ = std::make_unique<Machine>(options.dir, std::move(world), wanted_of(dice_));
}

Outcome Simulation::run() {
  begin_hub();
  fine(machine_->open(), "open");
  for (const auto& [name, query] : machine_->wanted().jobs) watch_job(name);
  look(Since::kStep);
  for (outcome_.step = 1; outcome_.step <= options_.steps && !outcome_.finding; ++outcome_.step) {
    act();
    if (machine_->env().dead()) {
      crash();
    } else if (!outcome_.finding) {
      look(Since::kStep);
    }
    if (hurt_for_ > 0 && --hurt_for_ == 0 && !outcome_.finding) {
      restart();
      if (machine_->env().dead()) crash();
    }
  }
  --outcome_.step;
  if (!outcome_.finding) finish();
  machine_->close();
  return std::move(outcome_);
}

/// What is known of a new hub: nothing.
void Simulation::begin_hub() {
  const Wanted& wanted = machine_->wanted();
  std::int64_t until = machine_->world().epoch_ms() + kTimeMaxMs + kHourMs;
  hub_ = std::make_shared<HubTruth>(world_events(machine_->world(), wanted.partitions, until),
                                    wanted.partitions);
  capture_ = std::make_unique<CaptureTruth>(machine_->env(),
                                            machine_->lake_root() + "/bronze/capture/shop/views");
  for (auto& [name, job] : jobs_) job.rebase(hub_);
  clients_.clear();
  gone_clients_.clear();
  for (int i = 0; i < 3; ++i) clients_.emplace_back(i, i == 2 ? -1 : next_producer_++);
  power_was_lost_ = false;
}

void Simulation::watch_job(const std::string& name) {
  jobs_.try_emplace(name, machine_->env(), machine_->lake_root(), name, hub_);
}

struct Action {
  const char* name;
  int weight;
  void (Simulation::*does)();
};

const std::vector<Action>& Simulation::actions() {
  using S = Simulation;
  static const std::vector<Action> all = {{"time", 28, &S::pass_time},
                                          {"world", 28, &S::feed},
                                          {"clients", 44, &S::send},
                                          {"job", 52, &S::read_and_commit},
                                          {"capture", 12, &S::capture},
                                          {"retention", 8, &S::retain},
                                          {"settle", 2, &S::settle},
                                          {"restart", 6, &S::restart},
                                          {"death", 10, &S::arm_death},
                                          {"full disk", 4, &S::fill_disk},
                                          {"failing sync", 4, &S::fail_sync},
                                          {"failing read", 2, &S::fail_read},
                                          {"damage", 4, &S::damage},
                                          {"captured file", 4, &S::lose_captured},
                                          {"query", 2, &S::change_query},
                                          {"second job", 2, &S::change_jobs},
                                          {"retention hours", 2, &S::change_retention},
                                          {"replaced hub", 1, &S::replace_hub}};
  return all;
}

std::vector<std::string> action_names() {
  std::vector<std::string> names;
  for (const Action& action : Simulation::actions()) names.emplace_back(action.name);
  return names;
}

void Simulation::act() {
  int sum = 0;
  for (const Action& action : actions()) sum += action.weight;
  std::int64_t drawn = dice_.below(sum);
  for (const Action& action : actions()) {
    drawn -= action.weight;
    if (drawn >= 0) continue;
    if (!options_.without.contains(action.name)) (this->*action.does)();
    return;
  }
}

void Simulation::pass_time() {
  static const std::vector<std::int64_t> spans = {1, 200, 5'000, kMinuteMs, 10 * kMinuteMs};
  std::int64_t ms = dice_.of(spans) * dice_.between(1, 3);
  if (dice_.one_in(15)) ms = dice_.between(1, 3) * kHourMs;
  std::int64_t latest = machine_->world().epoch_ms() + kTimeMaxMs;
  ms = std::min(ms, latest - base::to_millis(machine_->clock().now()));
  if (ms <= 0) return;
  machine_->clock().advance(std::chrono::milliseconds(ms));
  note(fmt::format("{} ms pass", ms));
}

void Simulation::feed() {
  if (machine_->feed() == nullptr) {
    // A generator whose past is promised to be empty already is refused.
    auto welcome = machine_->hub().check_generator(machine_->world().backfill_start_ms());
    if (!welcome || !dice_.one_in(2)) return;
    note("a generator comes");
    fine(machine_->start_feed(), "start the generator");
    return;
  }
  std::int64_t now = base::to_millis(machine_->clock().now());
  for (std::int64_t n = dice_.between(1, 3); n > 0; --n) {
    auto rows = machine_->feed()->step(now);
    if (!rows && power_was_lost_ && rows.error().code == base::Code::kFailedPrecondition &&
        machine_->hub().health()) {
      note(rows.error().message);  // the power took what lies below the frontier
      return replace_hub();
    }
    if (!rows) {
      fine(std::unexpected(rows.error()), "the world sends");
      return;
    }
    if (*rows > 0) note(fmt::format("the world sends {}", *rows));
  }
}

void Simulation::send() {
  auto& client = clients_[static_cast<std::size_t>(dice_.below(std::ssize(clients_)))];
  // Before the generator's first step a record from outside would settle the frontier.
  bool early = machine_->hub().frontier_ms() == hub::kNoFrontier && !dice_.one_in(10);
  if (!early) client.act(machine_->hub(), dice_, *hub_, outcome_.trace);
}

std::string Simulation::any_job() {
  const auto& jobs = machine_->wanted().jobs;
  return std::next(jobs.begin(), dice_.below(std::ssize(jobs)))->first;
}

void Simulation::read_and_commit() {
  if (machine_->wanted().jobs.empty()) return;
  std::string name = any_job();
  if (machine_->job(name) == nullptr && !open_job(name)) return;
  step_job(name);
}

bool Simulation::open_job(const std::string& name) {
  note(fmt::format("{} opens", name));
  base::Status opened = machine_->open_job(name);
  if (!opened && opened.error().code == base::Code::kFailedPrecondition) {
    opened = heed_refusal(name, opened.error().message);
  }
  return fine(opened, fmt::format("open {}", name));
}

/// Retention took what a job would have to read again: it keeps its rows and says so. Whoever is
/// told puts a damaged file back, else takes the query back that the rows were made with.
base::Status Simulation::heed_refusal(const std::string& name, const std::string& refusal) {
  note("  refused: " + refusal);
  machine_->repair();
  base::Status opened = machine_->open_job(name);
  if (opened || opened.error().code != base::Code::kFailedPrecondition) return opened;
  if (jobs_.at(name).awaits_other_hub()) {  // its rows are of a hub that has gone: made anew
    int query = machine_->wanted().jobs.at(name);
    jobs_.at(name).may_go();
    TRY(machine_->drop_job(name));
    jobs_.erase(name);
    watch_job(name);
    machine_->wanted().jobs[name] = query;
  } else {
    --machine_->wanted().jobs.at(name);
  }
  return machine_->open_job(name);
}

/// After an error it has to be opened again, as the daemon does.
void Simulation::step_job(const std::string& name) {
  stream::Runner& runner = *machine_->job(name);
  auto retention_was_faster = [&](const base::Error& e) {
    return e.code == base::Code::kNotFound && retention_was_;
  };
  for (std::int64_t n = dice_.between(1, 4); n > 0; --n) {
    auto any = runner.step();
    if (any) continue;
    note(fmt::format("{} stops: {}", name, any.error().message));
    if (!retention_was_faster(any.error())) {
      fine(std::unexpected(any.error()), fmt::format("{} reads", name));
    }
    return machine_->close_job(name);
  }
  if (dice_.one_in(3) || (!runner.dirty() && !runner.cut_moved())) return;
  base::Status committed = runner.checkpoint();
  std::string read;
  const stream::JobStatus status = runner.status();
  for (const auto& partition : status.inputs.at("views").partitions) {
    read += fmt::format(" {}", partition.offset);
  }
  note(fmt::format("{} commits to {}, read:{}", name, runner.cut_ms(), read));
  if (!committed && committed.error().code == base::Code::kUnavailable && retention_was_) {
    note("  " + committed.error().message);  // the next open decides what stays
    return machine_->close_job(name);
  }
  if (!fine(committed, fmt::format("{} commits", name))) machine_->close_job(name);
}

void Simulation::capture() {
  if (machine_->capture() == nullptr) return;
  note("capture writes");
  if (fine(machine_->capture()->step(), "capture")) capture_->promise();
}

void Simulation::retain() {
  note("retention takes what is old");
  retention_was_ |= machine_->wanted().retention_hours > 0;
  fine(machine_->hub().apply_retention(), "retention");
}

void Simulation::settle() {
  if (machine_->feed() != nullptr) return;
  note("no generator has come: the hub settles");
  machine_->hub().settle();
}

bool Simulation::fine(const base::Status& status, const std::string& what) {
  if (status) return true;
  bool explained = disk_full_ || hurt_for_ > 0 || machine_->env().dead();
  note(fmt::format("{}: {}", what, status.error().message));
  if (!explained) find(fmt::format("{} failed: {}", what, status.error().message));
  return false;
}

void Simulation::find(std::string finding) {
  if (!outcome_.finding) outcome_.finding = std::move(finding);
}

void Simulation::look(Since since) {
  machine_->env().fail_read(0);  // the step's, not the look's
  std::int64_t fed = machine_->feed() ? machine_->feed()->position() : INT64_MIN;
  Finding found = hub_->look(machine_->hub(), since, fed);
  for (const Client& client : clients_) {
    if (!found) found = client.check(*hub_, power_was_lost_);
    if (!found && !client.stuck().empty()) found = client.stuck();
  }
  for (const Client& client : gone_clients_) {
    if (!found) found = client.check(*hub_, power_was_lost_);
  }
  for (auto& [name, job] : jobs_) {
    if (!found) found = job.look(since);
    std::int64_t frontier = std::max<std::int64_t>(machine_->hub().frontier_ms(), 0);
    if (!found && !job.awaits_other_hub() && job.cut_ms() > frontier) {
      found = fmt::format("{} is cut at {}, behind the frontier {}", name, job.cut_ms(), frontier);
    }
  }
  if (!found && machine_->capture()) found = capture_->look(*hub_, since);
  if (machine_->env().dead()) return crash();
  if (found) find(std::move(*found));
}

/// Everything comes to rest, is read to the end, and equals what an undisturbed job makes of it.
void Simulation::finish() {
  end_faults();
  restart();
  std::int64_t now = base::to_millis(machine_->clock().now());
  for (int i = 0; i < 1000 && machine_->feed() && machine_->feed()->position() < now; ++i) {
    auto rows = machine_->feed()->step(now);
    if (!rows && power_was_lost_) break;  // the power took what lies below the frontier
    if (!rows) return find("the end: the world sends: " + rows.error().message);
  }
  const auto jobs = machine_->wanted().jobs;  // one that is made anew leaves it for a while
  for (const auto& [name, query] : jobs) {
    if (outcome_.finding || (machine_->job(name) == nullptr && !open_job(name))) return;
    stream::Runner& runner = *machine_->job(name);
    for (bool any = true; any;) {
      auto step = runner.step();
      if (!step) return find(fmt::format("the end: {} reads: {}", name, step.error().message));
      any = *step;
    }
    fine(runner.checkpoint(), fmt::format("the end: {} commits", name));
  }
  if (machine_->capture()) fine(machine_->capture()->step(), "the end: capture");
  if (!outcome_.finding) look(Since::kStep);
  for (const auto& [name, query] : machine_->wanted().jobs) {
    if (!outcome_.finding) compare_with_undisturbed(name);
  }
  for (int p = 0; p < hub_->partitions(); ++p) outcome_.records += std::ssize(hub_->records(p));
  bool whole_world = machine_->feed() && machine_->feed()->position() >= now;
  if (options_.refine && !outcome_.finding) refine(whole_world);
}

/// Through pipeline and grade.
void Simulation::refine(bool whole_world) {
  if (!machine_->wanted().jobs.contains("job")) return;
  if (!fine(machine_->hub().sync(), "the end: sync")) return;
  machine_->close();
  Refinement refinement(*machine_, *hub_, "job", dice_, outcome_.trace);
  if (auto found = refinement.run()) return find(std::move(*found));
  if (!whole_world || !fine(machine_->open(), "the end: open")) return;
  if (auto found = refinement.grade()) find(std::move(*found));
}

/// The same events give the same rows, however the reading was cut.
void Simulation::compare_with_undisturbed(const std::string& job) {
  for (int p = 0; p < hub_->partitions(); ++p) {
    if (hub_->start(p) > 0) return;  // not all events are there any more
  }
  base::Env& env = machine_->env();
  std::string root = machine_->lake_root();
  for (const char* output : {"raw", "counts", stream::kDeadLetters}) {
    auto rows = output_rows(env, root, job, output);
    auto expected = machine_->undisturbed_rows(job, output);
    if (!rows || !expected) return find("the end: " + (rows ? expected : rows).error().message);
    outcome_.committed += std::ssize(*rows);
    if (*rows == *expected) continue;
    std::vector<std::string> more, less;
    std::ranges::set_difference(*rows, *expected, std::back_inserter(more));
    std::ranges::set_difference(*expected, *rows, std::back_inserter(less));
    return find(
        fmt::format("the end: {} of {} has {} rows, an undisturbed job {}; only here: {}; "
                    "only there: {}",
                    output, job, rows->size(), expected->size(), more.empty() ? "none" : more[0],
                    less.empty() ? "none" : less[0]));
  }
}

}  // namespace simulation
