// hriste nb run: any notebook against the running playground.
#include <fmt/format.h>

#include "app/front/verbs.h"
#include "base/card_json.h"
#include "base/env.h"

namespace app {
namespace {

/// A first Python notebook fetches its packages: nobody should wonder what takes so long.
void say_what_is_fetched(client::Playground& playground) {
  auto python = playground.call("GET", "/v1/python");
  const std::string fetches = python && python->is_object() ? python->value("fetches", "") : "";
  if (!fetches.empty()) fmt::print(stderr, "{}\n", fetches);
}

}  // namespace

int prepare_notebooks_verb(client::Playground& playground) {
  say_what_is_fetched(playground);
  auto made = playground.call("POST", "/v1/python", json::object());
  if (!made) return fail(made.error().error);
  fmt::print("Python notebooks run without the network: {}\n", made->value("folder", ""));
  return 0;
}

int notebook_verb(client::Playground& playground, const NotebookOptions& options) {
  json parameters = json::object();
  for (const std::string& pair : options.parameters) {
    size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail({base::Code::kInvalidArgument, fmt::format("-p {}: expected name=value", pair)});
    }
    parameters[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  auto source = base::Env::real().read_file(options.file);
  if (!source) return fail(source.error());
  const bool in_python =
      options.file.ends_with(".py") || source->find("-- MAGIC %python") != std::string::npos;
  if (in_python) say_what_is_fetched(playground);
  auto answer =
      playground.call("POST", "/v1/notebooks/run",
                      {{"file", options.file}, {"source", *source}, {"parameters", parameters}});
  if (!answer) return fail(answer.error().error);
  if (!options.html.empty()) {
    auto written = base::Env::real().write_file(options.html, answer->value("html", ""));
    if (!written) return fail(written.error());
  }
  if (answer->value("state", "") != "succeeded") {
    print_error({base::Code::kFailedPrecondition, answer->value("error", ""),
                 base::card_from(answer->value("card", json()))});
    return 1;
  }
  fmt::print("{} succeeded in {:.2f} s{}\n", options.file, answer->value("seconds", 0.0),
             options.html.empty() ? "" : ": " + options.html);
  return 0;
}

}  // namespace app
