// The writing half of a Runner: rows into outputs, checkpoints, status.
#include <algorithm>

#include "base/log.h"
#include "stream/datetime.h"
#include "stream/output_rows.h"
#include "stream/runner.h"

namespace stream {
namespace {

/// What a manifest says of an input of which nothing is known yet: no arrival lies below 1970.
constexpr std::int64_t kNothingBelow = 0;

/// A watermark as milliseconds; kNoWatermark stays.
std::int64_t watermark_ms(Ticks t) {
  if (t == kNoWatermark) return EventSource::kNoFrontier;
  return t / kTicksPerMilli - (t % kTicksPerMilli < 0 ? 1 : 0);
}

nlohmann::json counts_json(const BinCounts& counts) {
  nlohmann::json out = {{"read", counts.read}, {"adjusted", counts.adjusted}};
  for (int bin = 0; bin < kBins; bin++)
    out[bin_name(static_cast<Bin>(bin))] = counts.bins[static_cast<std::size_t>(bin)];
  return out;
}

/// Text that any reader of the lake takes: bytes that are no UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text) {
  nlohmann::json json = std::string(text);
  std::string quoted = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

}  // namespace

std::string Runner::next_file_name(const char* ending) {
  return fmt::format("{}-{}-{}{}", options_.name, log_->current().version + 1, next_file_++,
                     ending);
}

base::Status Runner::write(std::size_t step, const Table& rows) {
  Statement& statement = statements_[step];
  rows_made_ += rows.rows;
  if (statement.alert) {
    TRY(for_new_rows(statement, statement.kept_alerts, rows,
                     [&](const Table& some) -> base::Status {
                       add_alerts(step, some);
                       if (!statement.lake) statement.rows += static_cast<std::int64_t>(some.rows);
                       return {};
                     }));
  }
  if (!statement.lake) return {};
  return for_new_rows(statement, statement.kept, rows, [&](const Table& some) {
    statement.rows += static_cast<std::int64_t>(some.rows);
    return statement.lake->add(some, [this](const char* ending) { return next_file_name(ending); });
  });
}

void Runner::add_alerts(std::size_t step, const Table& rows) {
  for (std::size_t i = 0; i < rows.rows; i++) {
    const Origin& origin = rows.origin[i];
    alert_number_ = origin == last_alert_ ? alert_number_ + 1 : 0;
    last_alert_ = origin;
    Alert& alert = alerts_.emplace_back();
    alert.output = statements_[step].output;
    alert.definition = definition_;
    alert.replaces = replacing_ && !keeping_;
    alert.key = fmt::format("{}/{}/{}/{}.{}", origin.arrival / kTicksPerMilli, origin.partition,
                            origin.offset, step, alert_number_);
    alert.time_ms = rows.time[i] / kTicksPerMilli;
    append_json_row(rows, i, alert.fields);
  }
}

base::Status Runner::send_alerts() {
  if (alerts_.empty()) return {};
  base::Status sent;
  if (options_.on_alerts) sent = options_.on_alerts(alerts_);
  alerts_.clear();
  last_alert_ = {INT64_MIN, 0, 0};
  return sent;
}

base::Status Runner::dead_letter(const DeadLetter& letter) {
  if (was_refused(letter)) return {};
  dead_letters_.rows++;
  rows_made_++;
  if (!dead_letters_.lake) return {};
  std::string body = valid_utf8(letter.body), reason = valid_utf8(letter.reason);
  bool is_event =
      letter.origin.partition >= 0;  // a window's or a join's row comes from no one place
  const std::pair<const char*, Value> columns[] = {
      {"reason", Value::text(reason)},
      {"input", is_event ? Value::text(letter.input) : Value::null()},
      {"EventEnqueuedUtcTime", is_event ? Value::datetime(letter.origin.arrival) : Value::null()},
      {"PartitionId", is_event ? Value::bigint(letter.origin.partition) : Value::null()},
      {"Offset", is_event ? Value::bigint(letter.origin.offset) : Value::null()},
      {"body", Value::text(body)}};
  Table row{&dead_shape_, 1, {}, &letter.origin.arrival, &letter.origin};
  for (const auto& [name, value] : columns) {
    dead_shape_.mark_named(dead_shape_.slot(name), name);
    row.columns.push_back(&value);
  }
  return dead_letters_.lake->add(row,
                                 [this](const char* ending) { return next_file_name(ending); });
}

std::int64_t Runner::Input::lost() const {
  std::int64_t sum = 0;
  for (int p = 0; p < source->partitions(); p++) sum += reader->lost(p);
  return sum;
}

/// What was there when the job was opened may be gone before it is read: then old rows can't be
/// made again after all, and the next open decides.
base::Status Runner::check_nothing_lost() const {
  for (const Input& input : inputs_) {
    if (input.lost() == input.lost_before) continue;
    return base::error(base::Code::kUnavailable,
                       "retention of hub '{}' took {} events before they were read again, and the "
                       "rows of stream job '{}' hold what was made from them: they stay",
                       input.source->name(), input.lost() - input.lost_before, options_.name);
  }
  return {};
}

bool Runner::caught_up_with_old() const {
  for (const Input& input : inputs_) {
    auto old = log_->current().inputs.find(input.name);
    if (old == log_->current().inputs.end()) continue;
    if (input.cut_ms < old->second.cut_ms && input.cut_ms < input.source->frontier_ms())
      return false;
    if (undone_.version >= 0 && !reached(input, old->second.offsets)) return false;
  }
  return true;
}

/// Commits come in the middle of a stretch too, so a cut alone doesn't say what was read.
bool Runner::reached(const Input& input, const std::vector<std::int64_t>& offsets) const {
  for (std::size_t p = 0; p < offsets.size(); p++) {
    std::int64_t there = input.reader->end_offset(static_cast<int>(p));
    if (input.reader->offsets()[p] < std::min(offsets[p], there)) return false;
  }
  return true;
}

base::Status Runner::flush() {
  auto name = [this](const char* ending) { return next_file_name(ending); };
  for (Statement& statement : statements_)
    if (statement.lake) TRY(statement.lake->flush(name));
  if (dead_letters_.lake) TRY(dead_letters_.lake->flush(name));
  return send_alerts();
}

base::Status Runner::checkpoint() {
  TRY(flush());
  if (replacing_ || undone_.version >= 0) {
    TRY(check_nothing_lost());
    if (!caught_up_with_old()) {
      rows_since_ = 0;  // the files wait for the commit that replaces the old ones
      return {};
    }
  }
  std::string old_state = state_name(log_->current().version - 1);
  std::string state = state_name(log_->current().version + 1);
  TRY(write_state(state));
  lake::ManifestCommit commit = next_commit(state);
  std::vector<std::string> replaced;
  for (const auto& [name, output] : commit.outputs)
    replaced.insert(replaced.end(), output.removed.begin(), output.removed.end());
  // What the hubs lose with the power must not stay in the outputs: other events come in its place.
  for (const Input& input : inputs_) TRY(input.source->sync());
  TRY(log_->commit(std::move(commit)));
  for (Input& input : inputs_) {
    input.committed_cut_ms = input.cut_ms;
    input.passed = true;
  }
  rows_since_ = rows_made_ = 0;
  cut_moved_ = replacing_ = keeping_ = keeping_all_ = false;
  undone_ = {};
  next_file_ = 0;
  note_committed();
  // The commit stands; what can't be removed now goes at the next open.
  if (auto cleaned = clean_up(old_state); !cleaned)
    base::log_warn("stream", "old files stay", "job={} error={}", options_.name,
                   cleaned.error().message);
  doomed_ = std::move(replaced);
  return {};
}

base::Status Runner::write_state(const std::string& name) {
  StateWriter out;
  engine_->save(out);
  for (const Statement& statement : statements_) {
    out.integer(statement.rows);
    if (statement.lake) statement.lake->save(out);
  }
  out.integer(dead_letters_.rows);
  if (dead_letters_.lake) dead_letters_.lake->save(out);
  return options_.env->write_file(options_.state_dir + "/" + name, out.finish());
}

lake::ManifestCommit Runner::next_commit(const std::string& state) {
  lake::ManifestCommit commit;
  commit.definition = definition_;
  commit.state = state;
  for (std::size_t i = 0; i < inputs_.size(); i++) {
    const Input& input = inputs_[i];
    commit.inputs[input.name] = {
        input.source->name(),    std::max(input.cut_ms, kNothingBelow),
        input.reader->offsets(), std::max(watermark_ms(engine_->watermark(i)), kNothingBelow),
        input.first_offsets,     input.source->incarnation()};
    for (const auto& [partition, counts] : engine_->counts(i))
      commit.counts[input.name][std::to_string(partition)] = counts_json(counts);
    for (int p = 0; p < input.source->partitions(); p++) {
      nlohmann::json& counts = commit.counts[input.name][std::to_string(p)];
      if (std::int64_t lost = input.reader->lost(p); lost > 0) counts["lost"] = lost;
      if (auto outside = input.source->outside(p)) counts["outside"] = *outside;
      if (counts.is_null()) commit.counts[input.name].erase(std::to_string(p));
    }
    if (commit.counts[input.name].empty()) commit.counts.erase(input.name);
  }
  describe_outputs(commit);
  if (keeping_) commit.marks = marks_;
  if (undone_.version >= 0) {  // those of the commit that is made again
    commit.marks = log_->current().marks;
    if (commit.marks)
      std::erase_if(*commit.marks,
                    [&](const auto& mark) { return mark.version >= undone_.version; });
  }
  return commit;
}

/// The hubs whose events a step reads, directly or through other steps.
void Runner::add_hubs(std::size_t step, std::set<std::string>& hubs) const {
  for (const streamsql::Select& branch : plan_.steps[step].branches) {
    for (const streamsql::StreamSource& source : streamsql::streams_of(branch)) {
      auto from = static_cast<std::size_t>(source.index);
      if (source.is_step)
        add_hubs(from, hubs);
      else
        hubs.insert(inputs_[from].source->name());
    }
  }
}

/// What each output gained, and under a new definition what the old one leaves.
void Runner::describe_outputs(lake::ManifestCommit& commit) {
  auto add = [&](Statement& statement, const OutputSpec& spec, std::set<std::string> hubs) {
    lake::ManifestOutput& output = commit.outputs[statement.output];
    hubs.insert(output.hubs.begin(), output.hubs.end());
    output.hubs.assign(hubs.begin(), hubs.end());
    output.rows += statement.rows;
    if (!statement.lake) return;
    output.tier = spec.tier;
    output.path = spec.path;
    output.format = format_name(spec.format);
    output.schema = statement.lake->schema();
    for (lake::ManifestFile& file : statement.lake->take_files())
      output.added.push_back(std::move(file));
  };
  std::set<std::string> all_hubs;
  for (std::size_t step = 0; step < statements_.size(); step++) {
    if (statements_[step].output.empty()) continue;
    std::set<std::string> hubs;
    add_hubs(step, hubs);
    add(statements_[step], options_.outputs.at(statements_[step].output), std::move(hubs));
  }
  for (const Input& input : inputs_) all_hubs.insert(input.source->name());
  if (options_.dead_letter) add(dead_letters_, *options_.dead_letter, all_hubs);
  if (!keeping_) return remove_old(commit);
  remove_remade(commit);
  keep_old(commit);
}

/// Of the rows that are kept those that could be made again.
void Runner::remove_remade(lake::ManifestCommit& commit) const {
  auto remove = [&](const Statement& statement) {
    auto old = log_->current().outputs.find(statement.output);
    if (old == log_->current().outputs.end() || !statement.kept) return;
    for (const lake::ManifestFile& file : old->second.added)
      if (!stays(statement, file.path))
        commit.outputs[statement.output].removed.push_back(file.path);
  };
  for (const Statement& statement : statements_) remove(statement);
  if (options_.dead_letter) remove(dead_letters_);
}

/// Of an older definition all files, of a commit that was made again its own.
void Runner::remove_old(lake::ManifestCommit& commit) const {
  if (!replacing_ && undone_.version < 0) return;
  for (const auto& [name, old] : (replacing_ ? log_->current() : undone_).outputs)
    for (const lake::ManifestFile& file : old.added)
      commit.outputs[name].removed.push_back(file.path);
}

/// An output that the query no longer has keeps its rows as well.
void Runner::keep_old(lake::ManifestCommit& commit) const {
  for (const auto& [name, old] : log_->current().outputs) {
    if (commit.outputs.contains(name)) continue;
    lake::ManifestOutput& kept = commit.outputs[name] = old;
    kept.added.clear();
  }
}

/// Files that were replaced one commit ago: whoever was reading them then has had its time.
base::Status Runner::clean_up(const std::string& old_state) {
  TRY(options_.env->remove_file(options_.state_dir + "/" + old_state));
  for (const std::string& path : doomed_)
    TRY(options_.env->remove_file(options_.lake_root + "/" + path));
  return {};
}

void Runner::note_committed() {
  committed_.clear();
  for (const auto& [name, output] : log_->current().outputs) {
    OutputStatus& out = committed_[name];
    out.committed_rows = output.rows;
    out.files = static_cast<std::int64_t>(output.added.size());
    for (const lake::ManifestFile& file : output.added) out.bytes += file.bytes;
  }
}

JobStatus Runner::status() const {
  JobStatus status;
  status.definition = definition_;
  status.version = log_->current().version;
  status.replacing = replacing_;
  status.keeping = keeping_;
  status.failed_results = engine_->failed_results();
  for (std::size_t i = 0; i < inputs_.size(); i++) {
    const Input& input = inputs_[i];
    InputStatus& out = status.inputs[input.name];
    out.hub = input.source->name();
    out.frontier_ms = input.source->frontier_ms();
    if (out.frontier_ms == EventSource::kNoFrontier) status.waits_for = input.source->waits_for();
    out.cut_ms = input.cut_ms;
    out.committed_cut_ms = input.committed_cut_ms;
    out.watermark_ms = watermark_ms(engine_->watermark(i));
    for (int p = 0; p < input.source->partitions(); p++) {
      PartitionStatus& partition = out.partitions.emplace_back();
      partition.offset = input.reader->offsets()[static_cast<std::size_t>(p)];
      partition.end_offset = input.reader->end_offset(p);
      partition.lost = input.reader->lost(p);
      if (auto it = engine_->counts(i).find(p); it != engine_->counts(i).end())
        partition.counts = it->second;
    }
  }
  auto add = [&](const Statement& statement) {
    if (!statement.output.empty()) status.outputs[statement.output].rows += statement.rows;
  };
  for (const Statement& statement : statements_) add(statement);
  add(dead_letters_);
  for (const auto& [name, output] : committed_) {
    if (!status.outputs.contains(name)) continue;
    std::int64_t rows = status.outputs[name].rows;
    status.outputs[name] = output;
    status.outputs[name].rows = rows;
  }
  return status;
}

}  // namespace stream
