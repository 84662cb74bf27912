#include "ml/features.h"

#include <algorithm>

#include "lake/delta.h"

namespace ml {
namespace {

using base::Code;

bool is_number(const std::string& type) {
  return type == "long" || type == "integer" || type == "short" || type == "byte" ||
         type == "double" || type == "float" || type == "boolean" || type.starts_with("decimal");
}

base::Status check_own(const std::string& where, const FeatureNames& names,
                       const std::map<std::string, std::string>& types) {
  auto type_of = [&](const std::string& name) {
    auto found = types.find(name);
    return found == types.end() ? std::string() : found->second;
  };
  struct Own {
    const char* role;
    const std::string& name;
    const char* wanted;
    bool fits;
  };
  std::string id = type_of(names.id), time = type_of(names.time), target = type_of(names.target);
  for (const Own& own :
       {Own{"id", names.id, "bigint", id == "long" || id == "integer"},
        Own{"time", names.time, "timestamp", time == "timestamp"},
        Own{"target", names.target, "number", is_number(target) && target != "boolean"}}) {
    if (own.fits) continue;
    if (type_of(own.name).empty()) {
      return base::error(Code::kInvalidArgument,
                         "{}: there is no column {}, which the rows' {} should be in", where,
                         own.name, own.role);
    }
    return base::error(Code::kInvalidArgument, "{}: column {} is a {}; the rows' {} has to be a {}",
                       where, own.name, type_of(own.name), own.role, own.wanted);
  }
  return {};
}

/// A bound of the time column, from a file's statistics.
std::optional<base::Instant> time_bound(const lake::DataFile& file, const char* which,
                                        const std::string& column) {
  auto bounds = file.stats.find(which);
  if (bounds == file.stats.end() || !bounds->is_object()) return std::nullopt;
  auto found = bounds->find(column);
  if (found == bounds->end() || !found->is_string()) return std::nullopt;
  auto parsed = base::parse_instant(found->get_ref<const std::string&>());
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::optional<FeatureTable::Span> span_of(const lake::Snapshot& snapshot,
                                          const std::string& column) {
  std::optional<FeatureTable::Span> span;
  for (const auto& file : snapshot.files) {
    if (file.rows == 0) continue;
    auto first = time_bound(file, "minValues", column),
         last = time_bound(file, "maxValues", column);
    if (!first || !last) return std::nullopt;
    if (!span) span = {*first, *last};
    span = {std::min(span->first, *first), std::max(span->last, *last)};
  }
  return span;
}

}  // namespace

base::Result<FeatureTable> open_features(const lake::Lake& lake, const std::string& table,
                                         std::optional<std::int64_t> version,
                                         const FeatureNames& names) {
  auto snapshot = TRY(lake.snapshot(table, version));
  FeatureTable features{.table = table, .version = snapshot.version, .names = names};
  features.rows = snapshot.rows();
  std::string where = table + "@" + std::to_string(snapshot.version);
  std::map<std::string, std::string> types;
  for (const auto& field : snapshot.schema.at("fields")) {
    auto name = field.at("name").get<std::string>();
    const auto& type = field.at("type");
    types[name] = type.is_string() ? type.get<std::string>() : "nested value";
    if (name == names.id || name == names.time || name == names.target) continue;
    if (!is_number(types[name])) {
      return base::error(Code::kInvalidArgument,
                         "{}: column {} is a {}, and a feature has to be a number: make dummy "
                         "columns of it, or leave it out",
                         where, name, types[name]);
    }
    features.columns.push_back(name);
  }
  TRY(check_own(where, names, types));
  if (features.columns.empty()) {
    return base::error(Code::kInvalidArgument, "{}: no column is left to be a feature", where);
  }
  features.decimal_target = types[names.target] == "decimal(12,2)";
  features.span = span_of(snapshot, names.time);
  features.cuts = snapshot.cuts();
  return features;
}

}  // namespace ml
