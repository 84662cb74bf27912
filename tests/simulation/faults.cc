// What goes wrong, and what somebody changes.
#include <fmt/format.h>

#include <algorithm>

#include "simulation/simulation.h"

namespace simulation {

void Simulation::end_faults() {
  machine_->env().set_disk_bytes(INT64_MAX);
  machine_->env().fail_sync(0);
  machine_->env().fail_read(0);
  machine_->env().die_after(0);
  disk_full_ = false;
  hurt_for_ = 0;
}

void Simulation::restart() {
  note("a clean restart");
  machine_->close();
  if (machine_->env().dead()) return;  // on the way out: crash() goes on
  end_faults();
  reopen(Since::kKill);
}

void Simulation::arm_death() {
  auto n = static_cast<int>(dice_.between(1, 25));
  power_goes_ = dice_.one_in(3) && !options_.without.contains("power loss");
  note(fmt::format("{} comes at change {}", power_goes_ ? "a loss of power" : "a kill", n));
  machine_->env().die_after(n);
}

void Simulation::crash() {
  note(power_goes_ ? "the power goes" : "the process dies");
  machine_->close();
  machine_->env().revive();
  end_faults();
  if (power_goes_) {
    if (auto lost = machine_->env().lose_power(dice_.stream()); !lost) {
      return find("the simulation itself: " + lost.error().message);
    }
    power_was_lost_ = true;
    // Who was told nothing safe begins anew, as another producer.
    for (Client& client : clients_) {
      client.forget_unsafe_answers();
      gone_clients_.push_back(client);
      auto number = static_cast<int>(3 + std::ssize(gone_clients_));
      client = Client(number, client.idempotent() ? next_producer_++ : -1);
    }
    for (Client& client : gone_clients_) client.forget_unsafe_answers();
  }
  reopen(power_goes_ ? Since::kPowerLoss : Since::kKill);
}

void Simulation::reopen(Since since) {
  if (!fine(machine_->open(), "open")) return;
  for (int p = 0; since == Since::kPowerLoss && p < hub_->partitions(); ++p) {
    note(fmt::format("  partition {} ends at {}, and did at {}", p,
                     machine_->hub().state(p).end_offset, hub_->records(p).size()));
  }
  look(since);
}

void Simulation::fill_disk() {
  disk_full_ = !disk_full_;
  std::int64_t left = disk_full_ ? dice_.below(30'000) : INT64_MAX;
  note(disk_full_ ? fmt::format("the disk has {} bytes left", left) : "the disk has room again");
  machine_->env().set_disk_bytes(left);
}

void Simulation::fail_sync() {
  auto n = static_cast<int>(dice_.between(1, 4)), times = static_cast<int>(dice_.between(1, 3));
  note(fmt::format("sync {} from now fails, {} times", n, times));
  machine_->env().fail_sync(n, times);
  hurt_for_ = static_cast<int>(dice_.between(4, 20));
}

void Simulation::fail_read() {
  note("the next read fails");
  machine_->env().fail_read(static_cast<int>(dice_.between(1, 3)));
  hurt_for_ = std::max(hurt_for_, static_cast<int>(dice_.between(1, 5)));
}

void Simulation::damage() {
  note("a restart that finds a damaged file");
  machine_->close();
  if (machine_->env().dead()) return;
  end_faults();
  auto done = machine_->damage(dice_);
  if (done) note("  " + *done);
  if (auto opened = machine_->open(); !opened && done) {  // told: whoever reads it puts it back
    note("  refused: " + opened.error().message);
    machine_->close();
    machine_->repair();
  }
  machine_->close();
  reopen(Since::kKill);
}

/// A captured file goes, and somebody who is told lets it be made again, in peace.
void Simulation::lose_captured() {
  if (machine_->capture() == nullptr || disk_full_ || hurt_for_ > 0) return;
  auto path = capture_->any_file(machine_->hub(), dice_);
  if (!path) return;
  note(*path + " is gone, and made again");
  machine_->env().die_after(0);
  (void)base::Env::real().remove_file(*path);
  machine_->capture()->repair();
}

void Simulation::change_query() {
  if (machine_->wanted().jobs.empty()) return;
  std::string name = any_job();
  int& query = machine_->wanted().jobs.at(name);
  note(fmt::format("another query for {}", name));
  ++query;
  auto opened = machine_->open_job(name);
  if (opened) return;
  note("  refused: " + opened.error().message);
  bool refused = opened.error().code == base::Code::kFailedPrecondition;
  if (!refused) fine(opened, "open " + name + " with another query");
  --query;
}

void Simulation::change_jobs() {
  if (machine_->wanted().jobs.contains("second")) {
    note("the second job goes");
    // Where the drop dies, the job goes on with what is left until somebody drops it again.
    jobs_.at("second").may_go();
    if (fine(machine_->drop_job("second"), "drop the second job")) jobs_.erase("second");
    return;
  }
  note("a second job comes");
  machine_->wanted().jobs["second"] = 0;
  watch_job("second");
  open_job("second");
}

void Simulation::change_retention() {
  int& hours = machine_->wanted().retention_hours;
  hours = hours == 0 ? 1 : 0;
  note(fmt::format("retention is {} hours", hours));
  auto options = machine_->hub().options();
  options.retention_hours = hours;
  fine(machine_->hub().change(options), "change retention");
}

void Simulation::replace_hub() {
  note("the hub is replaced");
  machine_->close();
  if (machine_->env().dead()) return;
  end_faults();
  begin_hub();
  if (fine(machine_->replace_hub(), "replace the hub")) look(Since::kStep);
}

}  // namespace simulation
