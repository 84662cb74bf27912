// hriste_database: the relational database.
#include "kinds/declare_internal.h"

namespace kinds {

Kind database_kind() {
  return {.name = "hriste_database",
          .doc = "A relational database for the shop's orders and items.",
          .attributes = {name_attribute(),
                         {.name = "engine",
                          .doc = "The database engine; `sqlite` is embedded.",
                          .fallback = "sqlite",
                          .forces_replacement = true,
                          .checks = {.one_of = {"sqlite"}}},
                         {.name = "address",
                          .presence = Presence::kComputed,
                          .doc = "Where the database is: for `sqlite` its file."}},
          .example = R"(resource "hriste_database" "shop" {
  name = "shop"
})"};
}

}  // namespace kinds
