#include "simulation/machine.h"

#include <fmt/format.h>

#include "simulation/job_truth.h"
#include "stream/hub_source.h"

namespace simulation {
namespace {

/// Small, so that retention has something to take.
constexpr std::uint64_t kSegmentBytes = 24 << 10;

std::string query_text(int query) {
  return fmt::format(R"(
SELECT CAST(event_id AS bigint) AS event_id, EventEnqueuedUtcTime, PartitionId, Offset
INTO raw FROM views TIMESTAMP BY event_time
SELECT TRY_CAST(http_method AS nvarchar(max)) AS method, COUNT(*) AS n, System.Timestamp() AS t
INTO counts FROM views TIMESTAMP BY event_time
GROUP BY TRY_CAST(http_method AS nvarchar(max)), TumblingWindow(minute, {})
)",
                     query % 2 == 0 ? 5 : 10);
}

}  // namespace

Machine::Machine(std::string dir, world::World world, Wanted wanted)
    : dir_(std::move(dir)),
      world_(std::move(world)),
      clock_(world_.settings().epoch),
      wanted_(std::move(wanted)) {
  (void)env_.track_names(dir_ + "/covered");
}

stream::JobOptions Machine::job_options(const std::string& name, int query, base::Env& env) const {
  using Spec = stream::OutputSpec;
  stream::JobOptions options;
  options.name = name;
  options.query = query_text(query);
  options.outputs["raw"] = {Spec::Type::kLake, "bronze", name + "/raw", Spec::Format::kJson};
  options.outputs["counts"] = {Spec::Type::kLake, "silver", name + "/counts", Spec::Format::kJson};
  options.dead_letter = Spec{Spec::Type::kLake, "bronze", name + "/letters", Spec::Format::kJson};
  options.lake_root = lake_root();
  options.state_dir = state_dir(name);
  options.errors_are_dead_letters = true;
  options.revision = std::to_string(wanted_.incarnation);
  options.inputs["views"] =
      stream::make_hub_source(hub_, env, kNamespace, std::to_string(wanted_.incarnation));
  options.env = &env;
  return options;
}

base::Status Machine::open() {
  hub::HubOptions options{.name = "views",
                          .partitions = wanted_.partitions,
                          .retention_hours = wanted_.retention_hours};
  if (wanted_.capture) options.capture = hub::CaptureOptions{dir_ + "/lake/bronze/capture", 5};
  hub_ = TRY(hub::Hub::open({&env_, &clock_, kSegmentBytes}, hub_dir(), options));
  if (wanted_.capture) capture_ = TRY(hub::Capture::open(env_, hub_, kNamespace));
  if (wanted_.generator) TRY(start_feed());
  return {};
}

void Machine::close() {
  jobs_.clear();
  feed_.reset();
  sink_.reset();
  capture_.reset();
  hub_.reset();
}

base::Status Machine::start_feed() {
  wanted_.generator = true;
  sink_ = load::hub_sink(hub_);
  feed_ = std::make_unique<load::Feed>(world_, world::Stream::kPageviews, *sink_);
  return {};
}

stream::Runner* Machine::job(const std::string& name) {
  auto it = jobs_.find(name);
  return it == jobs_.end() ? nullptr : it->second.runner.get();
}

base::Status Machine::open_job(const std::string& name) {
  jobs_.erase(name);
  Job& job = jobs_[name];
  job.options = job_options(name, wanted_.jobs.at(name), env_);
  auto runner = stream::Runner::open(job.options);
  if (!runner) return std::unexpected(runner.error());
  job.runner = std::move(*runner);
  return {};
}

base::Status Machine::drop_job(const std::string& name) {
  jobs_.erase(name);
  TRY(stream::Job::drop(env_, lake_root(), state_dir(name), name));
  wanted_.jobs.erase(name);
  return {};
}

/// Another hub with the same name; those who read it begin again.
base::Status Machine::replace_hub() {
  close();
  TRY(env_.remove_tree(hub_dir()));
  ++wanted_.incarnation;
  return open();
}

std::vector<std::string> Machine::damageable() {
  std::vector<std::string> paths = {hub_dir() + "/hub.json", hub_dir() + "/capture.json"};
  auto add = [&](const std::string& dir, std::string_view ending) {
    auto entries = env_.list(dir);
    if (!entries) return;
    for (const base::DirEntry& entry : *entries) {
      if (entry.name.ends_with(ending)) paths.push_back(dir + "/" + entry.name);
    }
  };
  for (int p = 0; p < wanted_.partitions; ++p) add(fmt::format("{}/{}", hub_dir(), p), ".index");
  // An index that outlives its segment alone knows of the producers there.
  std::erase_if(paths, [&](const std::string& path) {
    return path.ends_with(".index") && !env_.exists(path.substr(0, path.size() - 5) + "log");
  });
  for (const auto& [name, query] : wanted_.jobs) add(state_dir(name), ".state");
  std::erase_if(paths, [&](const std::string& path) { return !env_.exists(path); });
  return paths;
}

std::optional<std::string> Machine::damage(Dice& dice) {
  std::vector<std::string> paths = damageable();
  if (paths.empty()) return {};
  base::Env& disk = base::Env::real();
  std::string path = dice.of(paths);
  std::string bytes = disk.read_file(path).value_or(""), how = "is cut short";
  auto before = damaged_.find(path);
  bool twice = before != damaged_.end() && before->second.left == bytes;
  Damaged& damaged = damaged_[path] = {twice ? before->second.whole : bytes, std::nullopt};
  switch (dice.below(4)) {
    case 0:
      (void)disk.remove_file(path);
      return path + " is gone";
    case 1:
      bytes.resize(static_cast<std::size_t>(dice.below(std::ssize(bytes) + 1)));
      break;
    case 2:
      bytes = "null";
      how = "holds null";
      break;
    default:
      if (!bytes.empty()) {
        bytes[static_cast<std::size_t>(dice.below(std::ssize(bytes)))] ^=
            static_cast<char>(1 << dice.below(7));
      }
      how = "has a wrong bit";
  }
  damaged.left = bytes;
  (void)disk.write_file(path, bytes);
  return path + " " + how;
}

void Machine::repair() {
  base::Env& disk = base::Env::real();
  for (const auto& [path, damaged] : damaged_) {
    bool same = damaged.left ? disk.read_file(path) == *damaged.left : !disk.exists(path);
    if (same) (void)disk.write_file(path, damaged.whole);
  }
  damaged_.clear();
}

base::Result<std::vector<std::string>> Machine::undisturbed_rows(const std::string& job,
                                                                 const std::string& output) {
  stream::JobOptions options = job_options(job, wanted_.jobs.at(job), base::Env::real());
  options.lake_root = dir_ + "/undisturbed/" + job;
  options.state_dir = options.lake_root + "/state";
  auto runner = TRY(stream::Runner::open(options));
  while (TRY(runner->step())) {
  }
  TRY(runner->checkpoint());
  return output_rows(*options.env, options.lake_root, job, output);
}

}  // namespace simulation
