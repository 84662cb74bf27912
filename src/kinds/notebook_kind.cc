// hriste_notebook: text, queries and pictures in Databricks' source format.
#include "base/card.h"
#include "kinds/declare_internal.h"
#include "kinds/notebook.h"
#include "notebook/script.h"

namespace kinds {
namespace {

notebook::Values values_of(const json& parameters) {
  notebook::Values values;
  if (!parameters.is_object()) return values;
  for (const auto& [name, value] : parameters.items()) {
    if (value.is_string()) values[name] = value;
  }
  return values;
}

/// Format, parameters and charts, so that a wrong file is refused at plan with its line.
Problems check_notebook(const json& attributes) {
  const json& source = member(attributes, "source");
  const json& file = member(attributes, "file");
  const json& parameters = member(attributes, "parameters");
  if (!source.is_string() || is_unknown(file) || has_unknown(parameters)) return {};
  auto script = notebook::read_script(source.get_ref<const std::string&>(), values_of(parameters));
  if (script) return {};
  std::string name = file.is_string() ? file.get<std::string>() : "source";
  const auto& [line, message] = script.error();
  return {{{"source"},
           notebook::to_string(script.error(), name),
           base::card_at(name, source.get_ref<const std::string&>(), line, message)}};
}

}  // namespace

const Fields<Notebook>& Notebook::fields() {
  static const auto all = resource_fields<Notebook>(
      {field(&Notebook::source,
             {.name = "source",
              .presence = Presence::kRequired,
              .doc = "The text; docs/formats/notebooks.md says how it is written.",
              .checks = {.form = Form::kNotEmpty}}),
       field(&Notebook::file,
             {.name = "file", .doc = "Where the text comes from: errors name it."}),
       field(&Notebook::parameters,
             {.name = "parameters",
              .doc = "Values of `:name` in its SQL, of `dbutils.widgets.get` in its Python; they "
                     "go before what the notebook declares."}),
       field(&Notebook::run,
             {.name = "run",
              .doc = "`apply` runs it at each apply that changed it or what it needs; a cell that "
                     "fails fails the apply. `manual`: when asked to.",
              .checks = {.one_of = {"apply", "manual"}}}),
       field(&Notebook::needs,
             {.name = "needs",
              .doc = "Refs of what has to be there before a run, e.g. of the trigger that makes "
                     "the tables."})});
  return all;
}

Kind notebook_kind() {
  return {.name = Notebook::kKind,
          .doc = "A notebook in Databricks' source format: the same file runs here and there.",
          .attributes = attributes_of<Notebook>(),
          .example = R"(resource "hriste_notebook" "tour" {
  name   = "tour"
  source = file("notebooks/tour.sql")
  file   = "notebooks/tour.sql"
  run    = "apply"
  needs  = [hriste_trigger.on_apply.ref]
})",
          .check = check_notebook};
}

}  // namespace kinds
