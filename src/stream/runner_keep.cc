// keep_rows: where events are gone, the rows that were made from them stay, and all others are made
// again. What stays is whole files, up to a mark of the manifest, for each output its own; a new
// row that one of them holds is not written a second time.
#include <algorithm>

#include "stream/datetime.h"
#include "stream/event_clock.h"
#include "stream/runner.h"

namespace stream {
namespace {

std::int64_t offset_at(const std::vector<std::int64_t>& offsets, std::size_t p) {
  return p < offsets.size() ? offsets[p] : 0;
}

lake::ManifestMark last_mark(const lake::Manifest& manifest) {
  lake::ManifestMark mark{.version = manifest.version, .inputs = {}};
  for (const auto& [name, input] : manifest.inputs)
    mark.inputs[name] = {input.cut_ms, input.offsets, input.watermark_ms};
  return mark;
}

}  // namespace

/// The marks by the names that inputs have now, the last commit's among them; of inputs whose hub
/// is another now none says anything.
std::vector<lake::ManifestMark> Runner::marks_of(const lake::Manifest& old) const {
  std::vector<lake::ManifestMark> marks = old.marks.value_or(std::vector<lake::ManifestMark>());
  if (marks.empty() || marks.back().version != old.version) marks.push_back(last_mark(old));
  for (lake::ManifestMark& mark : marks) {
    std::map<std::string, lake::ManifestPosition> inputs;
    for (const Input& input : inputs_) {
      auto known = mark.inputs.find(input.known_as);
      if (known != mark.inputs.end()) inputs[input.name] = known->second;
    }
    mark.inputs = std::move(inputs);
  }
  return marks;
}

/// Whether nothing is gone behind the mark.
bool Runner::covers(const lake::ManifestMark& mark) const {
  for (const Input& input : inputs_) {
    if (input.known_as.empty()) continue;
    auto position = mark.inputs.find(input.name);
    if (position == mark.inputs.end()) return false;
    for (std::size_t p = 0; p < input.begin.size(); p++)
      if (offset_at(position->second.offsets, p) < input.begin[p]) return false;
  }
  return true;
}

std::int64_t Runner::watermark_at(const lake::ManifestMark& mark, const Lookback& step) const {
  std::int64_t lowest = INT64_MAX;
  for (std::size_t input : step.inputs) {
    auto position = mark.inputs.find(inputs_[input].name);
    if (position != mark.inputs.end()) lowest = std::min(lowest, position->second.watermark_ms);
  }
  return lowest == INT64_MAX ? EventSource::kNoFrontier : lowest;
}

/// `whole`: everything stays; some of what was read isn't there at all any more.
base::Status Runner::choose_kept(const lake::Manifest& old, bool whole) {
  auto marks = marks_of(old);
  std::int64_t gone_ms = TRY(last_gone_ms());
  auto first = [&](auto fits) {
    auto found = whole ? marks.end() : std::find_if(marks.begin(), marks.end(), fits);
    return found == marks.end() ? marks.back() : *found;
  };
  lake::ManifestMark plain = first([&](const auto& mark) { return covers(mark); });
  for (std::size_t i = 0; i < statements_.size(); i++) {
    Statement& statement = statements_[i];
    if (!old.outputs.contains(statement.output)) continue;
    statement.looks = lookback_of(plan_, i);
    statement.kept = plain;
    statement.kept_alerts = marks.back();
    if (!statement.looks.is_stateless() && gone_ms != INT64_MAX) {
      // No window, no pair of rows from here on has a part in what is gone.
      std::int64_t from_ms =
          gone_ms + (EventClock::kEarlyLimit + statement.looks.span) / kTicksPerMilli + 1;
      statement.kept = first([&](const auto& mark) {
        return covers(mark) && watermark_at(mark, statement.looks) >= from_ms;
      });
    } else if (!statement.looks.is_stateless()) {
      statement.kept = marks.back();
    }
    if (statement.looks.rows_by == RowsBy::kPosition) {
      bool later = !passing_ || passing_->version < statement.kept->version;
      if (later) passing_ = statement.kept;
      if (statement.alert) passing_ = marks.back();
    }
  }
  dead_letters_.kept = plain;
  for (Statement& statement : statements_)
    if (statement.looks.rows_by == RowsBy::kPosition && statement.kept) statement.kept = passing_;
  std::erase_if(marks, [&](const auto& mark) { return mark.version > plain.version; });
  if (whole) marks.erase(marks.begin(), marks.end() - 1);
  for (Input& input : inputs_) {
    auto& position = marks.back().inputs[input.name];
    if (input.known_as.empty()) position = {.cut_ms = 0, .offsets = input.begin, .watermark_ms = 0};
    if (passing_ && !input.known_as.empty()) input.passed = false;
  }
  marks_ = std::move(marks);
  return {};
}

/// No event that is gone arrived later, by what follows it; INT64_MAX: nothing follows.
base::Result<std::int64_t> Runner::last_gone_ms() const {
  std::int64_t last_ms = INT64_MIN;
  std::vector<SourceRecord> records;
  for (const Input& input : inputs_) {
    for (std::size_t p = 0; p < input.begin.size(); p++) {
      if (input.begin[p] <= 0) continue;
      if (input.source->frontier_ms() == EventSource::kNoFrontier) return INT64_MAX;
      TRY(input.source->reader(static_cast<int>(p), input.begin[p])
              ->next(input.source->frontier_ms(), 1, records));
      if (records.empty()) return INT64_MAX;
      last_ms = std::max(last_ms, records[0].arrival / kTicksPerMilli);
    }
  }
  return last_ms;
}

/// Rows that stay count with the new ones, in files of one kind.
base::Status Runner::go_on_counting(const lake::Manifest& old) {
  auto take = [&](Statement& statement, const OutputSpec& spec) -> base::Status {
    auto before = old.outputs.find(statement.output);
    if (before == old.outputs.end()) return {};
    const lake::ManifestOutput& output = before->second;
    statement.rows = spec.is_lake() ? 0 : output.rows;
    for (const lake::ManifestFile& file : output.added)
      if (stays(statement, file.path)) statement.rows += file.rows;
    if (output.format.empty() || !spec.is_lake() || output.format == format_name(spec.format))
      return {};
    return base::error(base::Code::kFailedPrecondition,
                       "output '{}': keep_rows keeps its rows in {} files, so the new ones can't "
                       "be {}; take the old format, or another output for the new rows",
                       statement.output, output.format, format_name(spec.format));
  };
  for (Statement& statement : statements_)
    if (!statement.output.empty()) TRY(take(statement, options_.outputs.at(statement.output)));
  return options_.dead_letter ? take(dead_letters_, *options_.dead_letter) : base::Status{};
}

bool Runner::stays(const Statement& statement, const std::string& path) {
  auto version = lake::commit_of_file(path);
  return !version || !statement.kept || *version <= statement.kept->version;
}

/// Whether a row is among those up to `mark`.
bool Runner::was_made(const Lookback& looks, const lake::ManifestMark& mark, const Table& rows,
                      std::size_t row) const {
  if (looks.rows_by == RowsBy::kPosition) {
    return std::ranges::any_of(inputs_, [](const Input& input) { return !input.passed; });
  }
  if (looks.rows_by == RowsBy::kTime) {
    std::int64_t watermark_ms = watermark_at(mark, looks);
    return watermark_ms != EventSource::kNoFrontier &&
           rows.time[row] < watermark_ms * kTicksPerMilli;
  }
  auto position = mark.inputs.find(inputs_[*looks.inputs.begin()].name);
  const Origin& origin = rows.origin[row];
  return position != mark.inputs.end() && origin.partition >= 0 &&
         origin.offset <
             offset_at(position->second.offsets, static_cast<std::size_t>(origin.partition));
}

/// Calls `use` with each stretch of rows that `mark` doesn't hold.
base::Status Runner::for_new_rows(const Statement& statement,
                                  const std::optional<lake::ManifestMark>& mark, const Table& rows,
                                  const std::function<base::Status(const Table&)>& use) const {
  if (!keeping_ || !mark) return use(rows);
  for (std::size_t begin = 0; begin < rows.rows;) {
    std::size_t end = begin;
    while (end < rows.rows && !was_made(statement.looks, *mark, rows, end)) end++;
    if (end > begin) TRY(use(rows_of(rows, begin, end - begin)));
    begin = end + 1;
  }
  return {};
}

/// Whether an event that became a dead letter did so before.
bool Runner::was_refused(const DeadLetter& letter) const {
  if (!keeping_ || !dead_letters_.kept) return false;
  if (letter.origin.partition < 0)
    return std::ranges::any_of(inputs_, [](const Input& input) { return !input.passed; });
  auto position = dead_letters_.kept->inputs.find(std::string(letter.input));
  return position != dead_letters_.kept->inputs.end() &&
         letter.origin.offset <
             offset_at(position->second.offsets, static_cast<std::size_t>(letter.origin.partition));
}

/// Records up to the mark, then those behind it.
base::Status Runner::push(std::size_t index) {
  Input& input = inputs_[index];
  if (input.passed) return engine_->push(index, records_);
  const lake::ManifestPosition& mark = passing_->inputs[input.name];
  auto behind = std::ranges::find_if(records_, [&](const SourceRecord& record) {
    return record.offset >= offset_at(mark.offsets, static_cast<std::size_t>(record.partition));
  });
  if (behind == records_.end()) return engine_->push(index, records_);
  std::vector<SourceRecord> rest(behind, records_.end());
  records_.erase(behind, records_.end());
  if (!records_.empty()) TRY(engine_->push(index, records_));
  TRY(pass(index));
  return engine_->push(index, rest);
}

/// The input stands where it stood at the mark: what is made from here on is new.
base::Status Runner::pass(std::size_t index) {
  TRY(engine_->advance(index, passing_->inputs[inputs_[index].name].cut_ms * kTicksPerMilli));
  inputs_[index].passed = true;
  return {};
}

}  // namespace stream
