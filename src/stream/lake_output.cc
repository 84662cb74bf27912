#include "stream/lake_output.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/file_mark.h"
#include "lake/parquet.h"
#include "stream/datetime.h"
#include "stream/output_rows.h"

namespace stream {
namespace {

constexpr std::string_view kArrival = "EventEnqueuedUtcTime";

/// The earliest of a column of times; a null is read by no cut. nullopt: of no times.
std::optional<std::int64_t> first_ms(const model::Column& column) {
  if (column.type != model::Type::kTimestamp) return std::nullopt;
  std::optional<std::int64_t> first_us;
  for (std::size_t row = 0; row < column.ints.size(); ++row) {
    if (!column.is_null(row)) first_us = std::min(first_us.value_or(INT64_MAX), column.ints[row]);
  }
  if (!first_us) return std::nullopt;
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds(*first_us))
      .count();
}

std::string day_folder(std::int64_t day) {
  Civil date = civil_from_days(day);
  return fmt::format("year={:04}/month={:02}/day={:02}", date.year, date.month, date.day);
}

}  // namespace

base::Status LakeOutput::add(const Table& rows, const FileName& file_name) {
  CHECK(folder_.parquet == false || shape_ == nullptr || shape_ == rows.shape,
        "a Parquet output has one statement's columns");
  shape_ = rows.shape;
  for (std::size_t begin = 0; begin < rows.rows;) {
    std::int64_t number = day_of(rows.time[begin]);
    std::size_t end = begin + 1;
    while (end < rows.rows && day_of(rows.time[end]) == number) end++;
    Day& day = days_[number];
    if (folder_.parquet)
      add_parquet(day, rows, begin, end - begin);
    else
      add_json(day, rows, begin, end - begin);
    day.rows += end - begin;
    begin = end;
    if (day.rows >= kFileRowsMax || day.json.size() >= kFileBytesMax) {
      TRY(write(number, day, file_name));
      days_.erase(number);
    }
  }
  return {};
}

void LakeOutput::add_json(Day& day, const Table& rows, std::size_t begin, std::size_t n) {
  for (std::size_t row = begin; row < begin + n; row++) {
    append_json_row(rows, row, day.json);
    day.json += '\n';
  }
}

void LakeOutput::add_parquet(Day& day, const Table& rows, std::size_t begin, std::size_t n) {
  const std::vector<int>& seen = rows.shape->seen();
  for (std::size_t i = day.order.size(); i < seen.size(); i++) {
    auto known = folder_.types.find(rows.shape->name(seen[i]));
    day.order.push_back(seen[i]);
    day.columns.emplace_back(known == folder_.types.end() ? std::nullopt
                                                          : std::optional(known->second));
    day.columns.back().append(nullptr, day.rows);
  }
  for (std::size_t i = 0; i < day.order.size(); i++) {
    const Value* column = rows.column(day.order[i]);
    day.columns[i].append(column == nullptr ? nullptr : column + begin, n);
  }
}

base::Status LakeOutput::flush(const FileName& file_name) {
  for (auto& [number, day] : days_) TRY(write(number, day, file_name));
  days_.clear();
  return {};
}

base::Status LakeOutput::write(std::int64_t number, Day& day, const FileName& file_name) {
  if (day.rows == 0) return {};
  std::string folder = folder_.folder + "/" + day_folder(number);
  TRY(folder_.env->make_dirs(folder_.lake_root + "/" + folder));
  std::string path = folder + "/" + file_name(folder_.parquet ? ".parquet" : ".json");
  lake::ManifestFile file{.path = path,
                          .rows = static_cast<std::int64_t>(day.rows),
                          .bytes = static_cast<std::int64_t>(day.json.size())};
  TRY(folder_.parquet ? write_parquet(day, file)
                      : folder_.env->write_file(folder_.lake_root + "/" + path, day.json));
  file.mark = base::file_mark(*folder_.env, folder_.lake_root + "/" + path);
  files_.push_back(std::move(file));
  return {};
}

/// Fills in what is known of the file when it is written.
base::Status LakeOutput::write_parquet(Day& day, lake::ManifestFile& file) {
  model::Batch batch;
  batch.rows = day.rows;
  for (std::size_t i = 0; i < day.order.size(); i++) {
    const std::string& name = shape_->name(day.order[i]);
    if (name.empty()) continue;  // no Parquet reader could name it
    if (auto type = day.columns[i].type()) folder_.types[name] = *type;
    batch.columns.push_back(day.columns[i].take());
    batch.schema.fields.push_back({name, batch.columns.back().type, true});
    if (name == kArrival) file.first_arrival_ms = first_ms(batch.columns.back());
  }
  file.bytes =
      TRY(lake::write_parquet(*folder_.env, folder_.lake_root + "/" + file.path, batch)).bytes;
  return {};
}

void LakeOutput::save(StateWriter& out) const {
  out.integer(static_cast<std::int64_t>(folder_.types.size()));
  for (const auto& [name, type] : folder_.types) {
    out.text(name);
    out.integer(static_cast<std::int64_t>(type));
  }
}

void LakeOutput::restore(StateReader& in) {
  for (std::size_t n = in.count(); n > 0 && in.ok(); n--) {
    std::string name = in.text();
    folder_.types[name] = static_cast<model::Type>(in.integer());
  }
}

namespace {

/// "{job}-{digits}-{digits}.…": also one that was not finished.
bool is_file_of(const std::string& job, std::string_view name) {
  if (!name.starts_with(job + "-")) return false;
  name.remove_prefix(job.size() + 1);
  for (char after : {'-', '.'}) {
    std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    if (digits == 0 || digits == name.size() || name[digits] != after) return false;
    name.remove_prefix(digits + 1);
  }
  return true;
}

base::Status remove_unlisted_in(const LakeFolder& folder, const std::string& relative,
                                const std::vector<std::string>& listed, int depth) {
  std::string path = folder.lake_root + "/" + relative;
  if (!folder.env->exists(path)) return {};
  for (const base::DirEntry& entry : TRY(folder.env->list(path))) {
    std::string below = relative + "/" + entry.name;
    bool partition = entry.name.find('=') != std::string::npos;
    if (entry.is_dir && partition && depth < 3) {
      TRY(remove_unlisted_in(folder, below, listed, depth + 1));
      continue;
    }
    bool ours = !entry.is_dir && depth == 3 && is_file_of(folder.job, entry.name);
    if (ours && !std::binary_search(listed.begin(), listed.end(), below))
      TRY(folder.env->remove_file(folder.lake_root + "/" + below));
  }
  return {};
}

}  // namespace

base::Status remove_unlisted(const LakeFolder& folder, const std::vector<std::string>& listed) {
  return remove_unlisted_in(folder, folder.folder, listed, 0);
}

}  // namespace stream
