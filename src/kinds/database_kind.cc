// hriste_database: the relational database.
#include "kinds/database.h"
#include "kinds/declare_internal.h"

namespace kinds {

const Fields<Database>& Database::fields() {
  static const auto all = resource_fields<Database>(
      {field(&Database::engine, {.name = "engine",
                                 .doc = "The database engine; `sqlite` is embedded.",
                                 .forces_replacement = true,
                                 .checks = {.one_of = {"sqlite"}}}),
       field(&Database::address, {.name = "address",
                                  .presence = Presence::kComputed,
                                  .doc = "Where the database is: for `sqlite` its file."})});
  return all;
}

Kind database_kind() {
  return {.name = Database::kKind,
          .doc = "A relational database for the shop's orders and items.",
          .attributes = attributes_of<Database>(),
          .example = R"(resource "hriste_database" "shop" {
  name = "shop"
})"};
}

}  // namespace kinds
