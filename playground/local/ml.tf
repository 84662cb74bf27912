# From orders to a model of what an order is worth: features (playground/ml), a linear and a ridge
# regression, the better one promoted to champion, and its predictions in gold.order_predictions.
# The activities are part of the pipeline in pipeline.tf. Try another `penalty`, or another SQL file
# of features, and apply: the page ML compares the runs.
locals {
  ml       = "${path.root}/../ml"
  features = "gold.order_features"

  # Some sixty features want some hundreds of orders; with fewer a model would only repeat them.
  orders_needed = 300
  learns        = var.orders >= local.orders_needed

  trainings = {
    linear = { algorithm = "linear", penalty = null }
    ridge  = { algorithm = "ridge", penalty = 10 }
  }

  learning = concat(
    [
      for file in fileset(local.ml, "*.sql") : {
        name  = trimsuffix(file, ".sql")
        type  = "features"
        table = join(".", regex("^([a-z]+)_(.+)[.]sql$", file))
        file  = file
        query = file("${local.ml}/${file}")
      } if local.learns
    ],
    [
      for name, training in local.trainings : {
        name       = "train_${name}"
        type       = "train"
        experiment = hriste_experiment.order_value.ref
        model      = hriste_model.order_value.ref
        features   = local.features
        algorithm  = training.algorithm
        penalty    = training.penalty
        noise      = 490 # CZK, planted: `hriste world describe` says so; gives the ceiling
      } if local.learns
    ],
    [
      for table in ["gold.order_predictions"] : {
        name     = "score_orders"
        type     = "score"
        model    = hriste_model.order_value.ref
        features = local.features
        table    = table
      } if local.learns
    ],
  )
}

# Says so at each plan and apply, and stops nothing.
check "learning" {
  assert {
    condition     = local.learns
    error_message = "No model is trained: there are ${var.orders} orders, and ${local.orders_needed} are needed at least. Set orders to that or more."
  }
}

resource "hriste_experiment" "order_value" {
  name         = "order_value"
  description  = "What an order is worth, by who orders, where and when."
  tracking_uri = var.tracking_uri
}

resource "hriste_model" "order_value" {
  name        = "order_value"
  description = "Value of an order, CZK."
  metric      = "rmse"
}
