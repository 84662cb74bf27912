// Notebooks run here: SQL ones statement by statement through the lake's read-only session, Python
// ones by Jupyter (python_notebook.h). The last result of each is one file,
// <data_dir>/notebooks/NAME.json, written whole or not at all: a run that dies leaves the one
// before. Thread: thread-safe; two runs of one notebook don't disturb each other, the later end
// stays.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "catalogue/definitions.h"
#include "control/folder.h"
#include "control/python_notebook.h"
#include "control/table_makers.h"
#include "flow/pipeline.h"
#include "kinds/notebook.h"
#include "notebook/script.h"

namespace control {

using json = nlohmann::json;

/// Why a run of a notebook, as Notebooks::run gives it, has failed.
base::Error failure_of(const json& result);

struct NotebookText {
  std::string file;  ///< for messages: "playground/notebooks/tour.sql"
  std::string source;
  notebook::Values given;  ///< parameters
};
NotebookText notebook_text(const kinds::Notebook& definition);

/// Parsed, or kInvalidArgument "file:line …".
base::Result<notebook::Script> read_notebook(const NotebookText& text);
/// {"name": text} of a request; numbers and booleans become text. Errors: kInvalidArgument.
base::Result<notebook::Values> parameter_values(const json& parameters);

class Notebooks {
 public:
  Notebooks(const Folder& folder, const catalogue::Definitions& definitions, lake::Lake& lake)
      : folder_(folder), definitions_(definitions), lake_(lake) {}

  /// What the plan can't see: whether the SQL is such, and only reads, tables that `are_made`
  /// knows. Returns these tables.
  base::Result<std::vector<std::string>> check(const NotebookText& text,
                                               const AreMade& are_made = {});

  /// Runs all cells until one fails:
  ///   {"state":"succeeded"|"failed", "error":"file:line …", "started", "seconds", "parameters":{},
  ///    "cells":[{"state":…|"skipped"|"none","seconds","columns","rows","truncated","error",
  ///    "line"}], "html": a Python notebook's whole output}
  /// Rows are those of a cell's last statement, at most 1000 and 2 MB. Errors: as read_notebook;
  /// those of the Python environment; kCancelled.
  base::Result<json> run(const NotebookText& text, std::stop_token stop,
                         const NotebookLimits& limits = {});
  /// Runs a text and keeps nothing: {"state","error","seconds","html": a whole document}.
  base::Result<json> run_to_document(const NotebookText& text, std::stop_token stop);
  /// Whether the kept result is one that a run would give again: it succeeded, of this text with
  /// these parameters, and the tables that it reads stand as they did. False where that can't be
  /// told, as of Python.
  bool is_as_it_ran(const std::string& name, const NotebookText& text);
  /// Runs the notebook and keeps the result, as long as it is still there.
  base::Result<json> run_and_keep(const std::string& name, const NotebookText& text,
                                  std::stop_token stop, const NotebookLimits& limits = {});

  /// That of the catalogue, with `given` before its own parameters. kNotFound.
  base::Result<NotebookText> text(const std::string& name, const notebook::Values& given);
  /// null: it hasn't run yet.
  base::Result<json> kept_result(const std::string& name) const;
  base::Status forget_result(const std::string& name);
  /// What Python notebooks run in, as python_environment() says; and the same once it was made.
  json python() const;
  base::Result<json> prepare_python(std::stop_token stop);
  /// As notebook::to_json() says, with "name", "file", "fetches" (what a run would fetch first, or
  /// "") and "last": the result, whose "html" has become "has_html".
  base::Result<json> shown(const std::string& name);
  /// The notebook with its last result as one document that needs no other host.
  base::Result<std::string> document(const std::string& name);

 private:
  json standing_of(const NotebookText& text);
  std::string result_path(const std::string& name) const;

  const Folder& folder_;
  const catalogue::Definitions& definitions_;
  lake::Lake& lake_;
};

/// Activity `notebook`: {"notebook": ref, "parameters": {…}}; a cell that fails fails it.
std::shared_ptr<flow::ActivityType> make_notebook_activity(Notebooks& notebooks);

}  // namespace control
