// Which protocol a table needs. Source: Delta's PROTOCOL.md, "Protocol Evolution" and "Table
// Features": from writer version 7 on each feature that the metadata uses stands in the list, the
// older ones too.
#include <algorithm>

#include "lake/delta_internal.h"
#include "lake/foreign_json_internal.h"

namespace lake {

namespace {

constexpr const char* kReaders = "readerFeatures";
constexpr const char* kWriters = "writerFeatures";

bool uses_timestamp_ntz(const Json& type) {
  if (type.is_string()) return type == "timestamp_ntz";
  if (!type.is_structured()) return false;
  return std::ranges::any_of(type, [](const Json& part) { return uses_timestamp_ntz(part); });
}

bool has_required_columns(const Json& schema) {
  return std::ranges::any_of(member(schema, "fields"), [](const Json& field) {
    return member(field, "nullable") == Json(false);
  });
}

void raise(Json& protocol, const char* version, std::int64_t least) {
  if (whole_member(protocol, version, 0) < least) protocol[version] = least;
}

void list(Json& protocol, const char* features, const char* feature) {
  Json& names = protocol[features];
  if (!names.is_array()) names = Json::array();
  if (std::ranges::find(names, Json(feature)) == names.end()) names.push_back(feature);
}

}  // namespace

Json protocol_with(const Json& present, const Json& schema) {
  Json protocol = present.is_object() ? present : Json::object();
  raise(protocol, "minReaderVersion", 1);
  raise(protocol, "minWriterVersion", 2);
  const bool is_listed = whole_member(protocol, "minWriterVersion", 0) >= 7;
  if (uses_timestamp_ntz(schema)) {
    raise(protocol, "minReaderVersion", 3);
    raise(protocol, "minWriterVersion", 7);
    list(protocol, kReaders, "timestampNtz");
    list(protocol, kWriters, "timestampNtz");
    // What writer version 2 stands for.
    if (!is_listed) list(protocol, kWriters, "appendOnly");
    if (!is_listed) list(protocol, kWriters, "invariants");
  }
  if (is_listed && has_required_columns(schema)) list(protocol, kWriters, "invariants");
  return protocol;
}

}  // namespace lake
