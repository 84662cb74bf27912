// hriste_experiment: where training notes its runs, here and at an MLflow server.
#include "kinds/declare_internal.h"
#include "kinds/experiment.h"

namespace kinds {
namespace {

Problems check_experiment(const json& attributes) {
  const json& uri = member(attributes, "tracking_uri");
  if (!uri.is_string()) return {};
  const auto& text = uri.get_ref<const std::string&>();
  bool http = text.starts_with("http://"), https = text.starts_with("https://");
  std::size_t host = text.find("://") + 3;
  if ((http || https) && host < text.size() && text.find_first_of(" @?#", host) == text.npos &&
      text[host] != '/')
    return {};
  return {{{"tracking_uri"},
           fmt::format("\"{}\" is no address of an MLflow server; write http://host:port or "
                       "https://host, without user, password or query",
                       text)}};
}

}  // namespace

const Fields<Experiment>& Experiment::fields() {
  static const auto all = resource_fields<Experiment>(
      {field(&Experiment::description,
             {.name = "description", .doc = "What is tried here.", .in_ref = false}),
       field(&Experiment::tracking_uri,
             {.name = "tracking_uri",
              .doc = "An MLflow server: runs, models and aliases also go there. A run never waits "
                     "for it; what it missed while it was away follows.",
              .in_ref = false,
              .checks = {.form = Form::kNotEmpty}}),
       field(&Experiment::tracking_token, {.name = "tracking_token",
                                           .doc = "Sent to that server as a bearer token.",
                                           .sensitive = true,
                                           .in_ref = false,
                                           .checks = {.form = Form::kNotEmpty}})});
  return all;
}

Kind experiment_kind() {
  return {.name = Experiment::kKind,
          .doc = "Runs of training: parameters, metrics, tags and files of each are kept.",
          .attributes = attributes_of<Experiment>(),
          .example = R"(resource "hriste_experiment" "orders" {
  name         = "order_value"
  tracking_uri = "http://127.0.0.1:5000"
})",
          .check = check_experiment};
}

}  // namespace kinds
