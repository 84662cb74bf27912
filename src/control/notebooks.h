// Notebooks run here: SQL ones statement by statement through the lake's read-only session, Python
// ones by Jupyter (python_notebook.h). The last result of each is one file,
// <data_dir>/notebooks/NAME.json, written whole or not at all: a run that dies leaves the one
// before. Thread: thread-safe; two runs of one notebook don't disturb each other, the later end
// stays.
#pragma once

#include "control/runtime.h"
#include "flow/pipeline.h"
#include "notebook/script.h"

namespace control {

struct NotebookText {
  std::string file;  ///< for messages: "playground/notebooks/tour.sql"
  std::string source;
  notebook::Values given;  ///< parameters
};

/// Parsed, or kInvalidArgument "file:line …".
base::Result<notebook::Script> read_notebook(const NotebookText& text);
/// What the plan can't see: whether the SQL is such, and only reads. Returns the tables it reads.
base::Result<std::vector<std::string>> check_notebook(Runtime& runtime, const NotebookText& text);

/// Runs all cells until one fails:
///   {"state":"succeeded"|"failed", "error":"file:line …", "started", "seconds", "parameters":{},
///    "cells":[{"state":…|"skipped"|"none","seconds","columns","rows","truncated","error","line"}],
///    "html": a Python notebook's whole output}
/// Rows are those of a cell's last statement, at most 1000 and 2 MB. Errors: as read_notebook;
/// those of the Python environment; kCancelled.
base::Result<json> run_notebook(Runtime& runtime, const NotebookText& text, std::stop_token stop);

/// Of a hriste_notebook's attributes.
base::Result<NotebookText> notebook_text(const std::string& name, const json& attributes);
/// That of the catalogue, with `given` before its own parameters. kNotFound.
base::Result<NotebookText> notebook_text(Runtime& runtime, const std::string& name,
                                         const notebook::Values& given);
/// Runs the notebook and keeps the result, as long as it is still there.
base::Result<json> run_and_keep_notebook(Runtime& runtime, const std::string& name,
                                         const NotebookText& text, std::stop_token stop);
/// null: it hasn't run yet.
base::Result<json> kept_notebook_result(Runtime& runtime, const std::string& name);
base::Status forget_notebook_result(Runtime& runtime, const std::string& name);

/// As notebook::to_json() says, with "name", "file" and "last": the result, whose "html" has become
/// "has_html".
base::Result<json> shown_notebook(Runtime& runtime, const std::string& name);
/// The notebook with its last result as one document that needs no other host.
base::Result<std::string> notebook_document(Runtime& runtime, const std::string& name);
/// Runs a text and keeps nothing: {"state","error","seconds","html": a whole document}.
base::Result<json> run_notebook_to_document(Runtime& runtime, const NotebookText& text,
                                            std::stop_token stop);
/// {"name": text} of a request; numbers and booleans become text. Errors: kInvalidArgument.
base::Result<notebook::Values> parameter_values(const json& parameters);

/// Activity `notebook`: {"notebook": ref, "parameters": {…}}; a cell that fails fails it.
std::shared_ptr<flow::ActivityType> make_notebook_activity(Runtime& runtime);

}  // namespace control
