// Where a Runner goes on from: the last commit, the one before it, or the beginning; and what it
// may replace.
#include <algorithm>
#include <numeric>

#include "base/log.h"
#include "stream/datetime.h"
#include "stream/event_body.h"
#include "stream/runner.h"

namespace stream {
namespace {

/// What a commit counted as lost, by partition; nothing where its counts are none.
std::vector<std::int64_t> lost_of(const lake::Manifest& manifest, const std::string& input) {
  std::vector<std::int64_t> lost;
  auto counts = manifest.counts.find(input);
  if (counts == manifest.counts.end() || !counts->is_object()) return lost;
  for (const auto& [partition, bins] : counts->items()) {
    std::size_t p = std::strtoul(partition.c_str(), nullptr, 10);
    auto number = bins.find("lost");
    if (p >= 1'000'000 || number == bins.end() || !number->is_number_integer()) continue;
    if (lost.size() <= p) lost.resize(p + 1, 0);
    lost[p] = number->get<std::int64_t>();
  }
  return lost;
}

/// What `offsets` says of a partition; 0 where it says nothing.
std::int64_t at(const std::vector<std::int64_t>& offsets, int partition) {
  auto p = static_cast<std::size_t>(partition);
  return p < offsets.size() ? offsets[p] : 0;
}

/// Whether `read` was another source that had the name before: its offsets mean nothing in
/// `source`.
bool is_another(const lake::ManifestInput& read, const EventSource& source) {
  std::string now = source.incarnation();
  return read.hub == source.name() && !read.incarnation.empty() && !now.empty() &&
         read.incarnation != now;
}

/// The events that rows were made from and that can't be read again, by partition. `source`: the
/// hub, null where the job doesn't read it any more.
base::Result<std::vector<std::int64_t>> gone_events(const lake::ManifestInput& read,
                                                    const EventSource* source) {
  auto partitions = static_cast<int>(read.offsets.size());
  if (source != nullptr) partitions = std::max(partitions, source->partitions());
  std::vector<std::int64_t> gone;
  for (int p = 0; p < partitions; p++) {
    std::int64_t end = at(read.offsets, p);
    if (source != nullptr && p < source->partitions())
      end = std::min(end, TRY(source->first_offset(p)));
    gone.push_back(std::max<std::int64_t>(0, end - at(read.first_offsets, p)));
  }
  return gone;
}

std::int64_t sum_of(const std::vector<std::int64_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

bool has_rows(const lake::Manifest& manifest) {
  return std::any_of(manifest.outputs.begin(), manifest.outputs.end(),
                     [](const auto& output) { return !output.second.added.empty(); });
}

bool removes_files(const lake::Manifest& change) {
  return std::any_of(change.outputs.begin(), change.outputs.end(),
                     [](const auto& output) { return !output.second.removed.empty(); });
}

}  // namespace

std::string Runner::state_name(std::int64_t version) const {
  return fmt::format("{}-{}.state", options_.name, version);
}

/// The job's definition, and other hashes that mean the same: how lines end is no news, nor where
/// the lake lies, and older versions hashed both.
std::vector<std::string> Runner::definitions() const {
  std::string query(without_bom(options_.query));
  for (std::size_t at = 0; (at = query.find("\r\n", at)) != std::string::npos;) query.erase(at, 1);
  query.erase(query.find_last_not_of('\n') + 1);
  std::vector<std::string> out;
  for (const std::string& text : {query, query + "\n", options_.query})
    for (bool relative : {true, false}) out.push_back(definition_hash(text, relative));
  return out;
}

base::Status Runner::take_up() {
  const lake::Manifest& last = log_->current();
  std::vector<std::string> ours = definitions();
  auto known = std::find(ours.begin(), ours.end(), last.definition);
  definition_ = known == ours.end() ? ours.front() : *known;
  lake::Manifest from = TRY(checkpoint_to_take());
  replacing_ = last.version >= 0 && from.version < 0;
  if (last.version < 0)
    TRY(check_begin());
  else
    TRY(options_.env->remove_file(options_.state_dir + "/" + kDropped));
  if (replacing_) TRY(check_replaceable(last));
  if (keeping_) {
    TRY(choose_kept(last, keeping_all_));
    TRY(go_on_counting(last));
  }
  return begin_inputs(from);
}

/// The newest commit whose state can be taken up; it is taken up then. Version -1: none.
base::Result<lake::Manifest> Runner::checkpoint_to_take() {
  const lake::Manifest& last = log_->current();
  if (last.version < 0 || last.definition != definition_) return lake::Manifest();
  for (const Input& input : inputs_) {
    auto read = last.inputs.find(input.name);
    if (read != last.inputs.end() && is_another(read->second, *input.source))
      return lake::Manifest();
  }
  if (TRY(restored(last))) return last;
  auto change = TRY(log_->change(last.version)), before = TRY(log_->change(last.version - 1));
  if (change && before && before->definition == definition_ && !removes_files(*change) &&
      TRY(restored(*before))) {
    base::log_warn("stream", "going on from the checkpoint before", "job={} version={}",
                   options_.name, before->version);
    undone_ = std::move(*change);
    return std::move(*before);
  }
  return lake::Manifest();
}

/// Whether the job can go on from `commit`. If not it is as if nothing had been tried.
base::Result<bool> Runner::restored(const lake::Manifest& commit) {
  for (const Input& input : inputs_) {
    auto read = commit.inputs.find(input.name);
    if (&commit == &log_->current() || read == commit.inputs.end()) continue;
    for (int p = 0; p < input.source->partitions(); p++)
      if (TRY(input.source->first_offset(p)) > at(read->second.offsets, p)) return false;
  }
  base::Status restored = restore_state(commit);
  if (restored) return true;
  base::log_warn("stream", "a checkpoint can't be taken up", "job={} version={} error={}",
                 options_.name, commit.version, restored.error().message);
  open_statements();
  TRY(start_engine());
  return false;
}

base::Status Runner::restore_state(const lake::Manifest& manifest) {
  std::string path = options_.state_dir + "/" + manifest.state;
  StateReader in = TRY(StateReader::open(TRY(options_.env->read_file(path))));
  TRY(engine_->restore(in));
  for (Statement& statement : statements_) {
    statement.rows = in.integer();
    if (statement.lake) statement.lake->restore(in);
  }
  dead_letters_.rows = in.integer();
  if (dead_letters_.lake) dead_letters_.lake->restore(in);
  if (!in.ok() || !in.done())
    return base::error(base::Code::kDataLoss, "{}: not the state of this query", path);
  return {};
}

base::Status Runner::begin_inputs(const lake::Manifest& from) {
  const lake::Manifest& last = log_->current();
  for (Input& input : inputs_) {
    std::vector<std::int64_t> offsets;
    auto known = from.inputs.find(input.name);
    if (known != from.inputs.end()) {
      offsets = known->second.offsets;
      input.first_offsets = known->second.first_offsets;
      input.cut_ms = known->second.cut_ms;
    } else {
      for (int p = 0; p < input.source->partitions(); p++)
        offsets.push_back(TRY(input.source->first_offset(p)));
      input.first_offsets = offsets;
    }
    input.read_to_ms = input.cut_ms;
    input.reader = std::make_unique<MergedReader>(*input.source, offsets);
    if (known != from.inputs.end()) input.reader->set_lost(lost_of(from, input.name));
    input.lost_before = input.lost();
    auto old = last.inputs.find(input.name);
    if (old == last.inputs.end()) continue;
    if (known != from.inputs.end()) input.committed_cut_ms = old->second.cut_ms;
  }
  return keeping_ ? note_kept(last) : base::Status{};
}

/// Where the rows that stay begin. What was read of a hub that isn't read any more counts below the
/// first record of one that is.
base::Status Runner::note_kept(const lake::Manifest& old) {
  std::int64_t of_others = 0;
  for (const auto& [name, read] : old.inputs) {
    auto input = std::ranges::find(inputs_, name, &Input::known_as);
    if (input != inputs_.end())
      input->first_offsets = read.first_offsets;
    else
      of_others += TRY(gone_for_good(old, name));
  }
  if (of_others == 0) return {};
  std::vector<std::int64_t>& first = inputs_.front().first_offsets;
  if (first.empty()) first.push_back(0);
  first.front() -= of_others;
  return {};
}

/// A job without a manifest begins, and takes files that nobody lists for those of a crash. States
/// of later commits say that somebody removed the manifest: then all has to be there to make the
/// rows again.
base::Status Runner::check_begin() {
  auto is_of_a_commit = [&](const base::DirEntry& entry) {
    return entry.name.ends_with(".state") && entry.name != state_name(0);
  };
  const std::string dropped = options_.state_dir + "/" + kDropped;
  auto states = TRY(options_.env->list(options_.state_dir));
  if (options_.env->exists(dropped)) {
    for (const base::DirEntry& entry : states) {
      if (entry.name.ends_with(".state"))
        TRY(options_.env->remove_file(options_.state_dir + "/" + entry.name));
    }
    return options_.env->remove_file(dropped);
  }
  if (std::none_of(states.begin(), states.end(), is_of_a_commit)) return {};
  for (const Input& input : inputs_) {
    for (int p = 0; p < input.source->partitions(); p++) {
      if (TRY(input.source->first_offset(p)) == 0) continue;
      return base::error(
          base::Code::kDataLoss,
          "stream job '{}': the list of its files ({}/_manifests/{}) has gone, and hub '{}' no "
          "longer holds all events that its rows were made from: put the list back, or replace the "
          "job, which begins with what the hub has",
          options_.name, options_.lake_root, options_.name, input.source->name());
    }
  }
  return {};
}

base::Status Runner::check_change(const JobOptions& options) {
  Runner runner(options);
  TRY(runner.compile());
  TRY(runner.open_inputs());
  auto last = TRY(lake::read_manifest(*options.env, options.lake_root, options.name));
  if (!last || options.keep_rows) return {};
  std::vector<std::string> ours = runner.definitions();
  bool same = std::find(ours.begin(), ours.end(), last->definition) != ours.end();
  return same ? base::Status{} : runner.check_replaceable(*last);
}

base::Status Runner::check_again(const JobOptions& options) {
  JobOptions replacing = options;
  replacing.keep_rows = false;
  Runner runner(replacing);
  TRY(runner.compile());
  TRY(runner.open_inputs());
  auto last = lake::read_manifest(*options.env, options.lake_root, options.name);
  if (last) return *last ? runner.check_replaceable(**last) : base::Status{};
  for (const Input& input : runner.inputs_) {
    for (int p = 0; p < input.source->partitions(); p++)
      if (TRY(input.source->first_offset(p)) > 0) return std::unexpected(last.error());
  }
  return {};
}

/// The events that rows were made from, of a hub that isn't read any more, and that nobody can send
/// again.
base::Result<std::int64_t> Runner::gone_for_good(const lake::Manifest& manifest,
                                                 const std::string& input) const {
  auto read = TRY(gone_events(manifest.inputs.at(input), nullptr));
  if (!options_.generated_come_again) return sum_of(read);
  auto counts = manifest.counts.find(input);
  std::int64_t sum = 0;
  for (std::size_t p = 0; p < read.size(); p++) {
    std::string name = std::to_string(p);
    nlohmann::json bins = counts != manifest.counts.end() && counts->is_object()
                              ? counts->value(name, nlohmann::json())
                              : nlohmann::json();
    auto outside = bins.is_object() ? bins.find("outside") : bins.end();
    bool known = bins.is_object() && outside != bins.end() && outside->is_number_integer();
    // Below 0: what was kept of earlier hubs.
    std::int64_t kept = std::max<std::int64_t>(
        0, -at(manifest.inputs.at(input).first_offsets, static_cast<int>(p)));
    sum += known ? kept + std::min(read[p] - kept, outside->get<std::int64_t>()) : read[p];
  }
  return sum;
}

/// Which input goes on reading what the old rows were made from, and from where it can be read.
base::Status Runner::find_known(const lake::Manifest& old) {
  auto is_same = [](const lake::ManifestInput& read, const Input& input) {
    return read.hub == input.source->name() && !is_another(read, *input.source) &&
           input.source->partitions() > 0;  // none: it is still to be made
  };
  for (Input& input : inputs_) {
    input.begin.clear();
    for (int p = 0; p < input.source->partitions(); p++)
      input.begin.push_back(TRY(input.source->first_offset(p)));
    auto read = old.inputs.find(input.name);
    if (read != old.inputs.end() && is_same(read->second, input)) input.known_as = read->first;
  }
  for (Input& input : inputs_) {  // under another name in the query
    for (const auto& [name, read] : old.inputs)
      if (input.known_as.empty() && is_same(read, input) && reader_of(name) == nullptr)
        input.known_as = name;
  }
  return {};
}

const Runner::Input* Runner::reader_of(const std::string& known_as) const {
  auto input = std::ranges::find(inputs_, known_as, &Input::known_as);
  return input == inputs_.end() ? nullptr : &*input;
}

/// Everything that the old rows were made from can be read again, or they stay.
base::Status Runner::check_replaceable(const lake::Manifest& old) {
  if (!has_rows(old)) return {};
  TRY(find_known(old));
  for (const auto& [name, read] : old.inputs) {
    const Input* input = reader_of(name);
    auto gone = TRY(gone_events(read, input == nullptr ? nullptr : input->source.get()));
    std::int64_t events = input == nullptr ? TRY(gone_for_good(old, name)) : sum_of(gone);
    if (events == 0) continue;
    if (!options_.keep_rows) {
      if (input == nullptr) return refuse_to_replace(old, why_gone(name, read, events));
      return refuse_to_replace(
          old, fmt::format("{} events of hub '{}' that arrived before {} can't be read again, "
                           "neither from the hub (retention) nor from its capture",
                           events, read.hub, TRY(first_arrival(*input, gone))));
    }
    keeping_ = true;
    keeping_all_ = keeping_all_ || input == nullptr;
  }
  return {};
}

/// Of an input whose hub isn't read any more.
std::string Runner::why_gone(const std::string& name, const lake::ManifestInput& read,
                             std::int64_t events) const {
  std::string before = base::format_millis(base::from_millis(read.cut_ms));
  auto now = std::ranges::find(inputs_, name, &Input::name);
  if (now != inputs_.end() && now->source->name() == read.hub)
    return fmt::format(
        "{} events of the hub '{}' that was there before, which arrived before {}, can't be read "
        "again, since it is replaced",
        events, read.hub, before);
  std::string instead = now == inputs_.end() ? "isn't read any more"
                                             : fmt::format("is hub '{}' now", now->source->name());
  return fmt::format(
      "{} events of hub '{}' that arrived before {} would not be read again, since input '{}' {}",
      events, read.hub, before, name, instead);
}

/// Names the rows and the times that would be lost.
base::Status Runner::refuse_to_replace(const lake::Manifest& old, const std::string& why) const {
  std::string rows;
  for (const auto& [name, output] : old.outputs)
    if (output.rows > 0)
      rows += fmt::format("{}{} {}", rows.empty() ? "" : ", ", output.rows, name);
  return base::error(
      base::Code::kFailedPrecondition,
      "stream job '{}' would lose rows: {}, and its outputs ({}) hold what was made from them; "
      "take the old query and settings again, or set keep_rows = true to keep the old rows beside "
      "the new ones, or replace the job, which gives them up",
      options_.name, why, rows);
}

/// When the first event arrived that is still there, of the partitions that have lost some.
base::Result<std::string> Runner::first_arrival(const Input& input,
                                                const std::vector<std::int64_t>& gone) const {
  std::int64_t first_ms = INT64_MAX;
  std::vector<SourceRecord> records;
  for (int p = 0; p < input.source->partitions(); p++) {
    if (gone[static_cast<std::size_t>(p)] == 0) continue;
    std::int64_t offset = TRY(input.source->first_offset(p));
    TRY(input.source->reader(p, offset)->next(input.source->frontier_ms(), 1, records));
    if (!records.empty()) first_ms = std::min(first_ms, records[0].arrival / kTicksPerMilli);
  }
  return first_ms == INT64_MAX ? "now" : base::format_millis(base::from_millis(first_ms));
}

/// Files and states that no commit lists: of a crash, or of a definition that was replaced.
base::Status Runner::remove_leftovers() {
  std::vector<std::string> listed;
  for (const auto& [name, output] : log_->current().outputs)
    for (const lake::ManifestFile& file : output.added) listed.push_back(file.path);
  std::sort(listed.begin(), listed.end());
  for (const auto& [name, spec] : options_.outputs)
    if (spec.is_lake()) TRY(remove_unlisted(folder(spec), listed));
  if (options_.dead_letter) TRY(remove_unlisted(folder(*options_.dead_letter), listed));
  std::int64_t version = log_->current().version;
  std::set<std::string> kept = {log_->current().state, state_name(version - 1)};
  for (const base::DirEntry& entry : TRY(options_.env->list(options_.state_dir)))
    if (!entry.is_dir && entry.name.find(".state") != std::string::npos &&
        !kept.contains(entry.name))
      TRY(options_.env->remove_file(options_.state_dir + "/" + entry.name));
  return {};
}

}  // namespace stream
