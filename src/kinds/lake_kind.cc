// hriste_lake: one tier of the data lake.
#include "kinds/declare_internal.h"
#include "kinds/lake.h"

namespace kinds {

const Fields<Lake>& Lake::fields() {
  static const auto all = resource_fields<Lake>(
      {field(&Lake::tier, {.name = "tier",
                           .presence = Presence::kRequired,
                           .doc = "`bronze` holds what arrives, as it arrives; `silver` typed and "
                                  "repaired tables; `gold` tables for questions.",
                           .forces_replacement = true,
                           .checks = {.one_of = {"bronze", "silver", "gold"}}})});
  return all;
}

Kind lake_kind() {
  return {.name = Lake::kKind,
          .doc = "One tier of the data lake: a folder of files or Delta tables.",
          .attributes = attributes_of<Lake>(),
          .example = R"(resource "hriste_lake" "bronze" {
  name = "bronze"
  tier = "bronze"
})",
          .claims = [](const json& attributes, const TierOf&) -> Claims {
            const auto& tier = member(attributes, "tier");
            if (!tier.is_string()) return {};
            return {{"tier", tier.get<std::string>(), {"tier"}}};
          }};
}

}  // namespace kinds
