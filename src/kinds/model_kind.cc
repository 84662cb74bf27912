// hriste_model: a name in the registry; training gives it versions.
#include "kinds/declare_internal.h"

namespace kinds {

Kind model_kind() {
  return {.name = "hriste_model",
          .doc =
              "A registered model. Each `train` activity adds a version; the best one has the "
              "alias `champion`, with the reason kept.",
          .attributes = {name_attribute(),
                         {.name = "description",
                          .doc = "What it predicts, and in which unit.",
                          .in_ref = false},
                         {.name = "metric",
                          .doc = "What decides about the champion, on the test rows: `rmse` and "
                                 "`mae` the smaller, `r2` the greater.",
                          .fallback = "rmse",
                          .checks = {.one_of = {"rmse", "mae", "r2"}}}},
          .example = R"(resource "hriste_model" "order_value" {
  name        = "order_value"
  description = "What an order is worth, CZK"
})"};
}

}  // namespace kinds
