// hriste_model: a name in the registry; training gives it versions.
#include "kinds/declare_internal.h"
#include "kinds/model.h"

namespace kinds {

const Fields<Model>& Model::fields() {
  static const auto all = resource_fields<Model>(
      {field(
           &Model::description,
           {.name = "description", .doc = "What it predicts, and in which unit.", .in_ref = false}),
       field(&Model::metric, {.name = "metric",
                              .doc = "What decides about the champion, on the test rows: `rmse` "
                                     "and `mae` the smaller, `r2` the greater.",
                              .checks = {.one_of = {"rmse", "mae", "r2"}}})});
  return all;
}

Kind model_kind() {
  return {.name = Model::kKind,
          .doc =
              "A registered model. Each `train` activity adds a version; the best one has the "
              "alias `champion`, with the reason kept.",
          .attributes = attributes_of<Model>(),
          .example = R"(resource "hriste_model" "order_value" {
  name        = "order_value"
  description = "What an order is worth, CZK"
})"};
}

}  // namespace kinds
