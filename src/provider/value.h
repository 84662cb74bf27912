// Terraform's values between the wire and JSON.
//
// Two forms of one value, both nlohmann::json:
// - wire: as Terraform spells it. A number is an integer, a double, or decimal text, because
//   Terraform's numbers have 512 bits: 11.6 comes as "11.6", and has to go back as that. A value
//   that isn't known is kinds::unknown() or a refined form of it, also a MessagePack extension.
// - plain: as `kinds` takes it, with int64 and double.
// Pure. Failure: kInvalidArgument for bytes that are no value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kinds/kinds.h"

namespace provider {

using kinds::json;

/// Bytes of a DynamicValue's msgpack → wire.
base::Result<json> from_msgpack(std::string_view bytes);
std::string to_msgpack(const json& wire);
/// State or DynamicValue in JSON → wire; numbers that aren't integers keep their digits.
base::Result<json> from_state_json(std::string_view text);

/// wire → plain.
json to_plain(const std::vector<kinds::Attribute>& attributes, const json& wire);
/// plain → wire, with exactly the declared members. A number that `spelled` (wire, may be null) has
/// with the same value in the same place is written as there.
json to_wire(const std::vector<kinds::Attribute>& attributes, const json& plain,
             const json& spelled);
/// A state of an older version in the shape of today: undeclared members dropped, others null.
json reshape(const std::vector<kinds::Attribute>& attributes, const json& wire);

}  // namespace provider
