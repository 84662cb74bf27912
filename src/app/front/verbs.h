// The command line's verbs. Each takes what it needs and returns the process's exit status:
// 0 done, 1 the answer is "no" (a wrong grade, something left over), 2 it could not be done.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/front/show.h"
#include "client/playground.h"

namespace app {

using json = nlohmann::json;

/// Prints `error: …` on standard error, with the place in the text that it is about.
void print_error(const base::Error& error);
/// The same, and returns 2.
int fail(const base::Error& error);
// daemon.cc
int serve_verb(const std::string& data_dir);
int start_verb(client::Playground& playground);
int stop_verb(client::Playground& playground);
int open_verb(client::Playground& playground, bool print_only);
int connect_verb(client::Playground& playground);
int logs_verb(client::Playground& playground, int lines);
int doctor_verb(client::Playground& playground);

// status.cc
struct StatusOptions {
  bool as_json = false;  ///< the API's answer as it is
  ListingOptions listing;
};
/// Asks a daemon that runs; 1 when the playground is stopped.
int status_verb(client::Playground& playground, const StatusOptions& options);

// data.cc
struct TailOptions {
  std::string hub;
  int limit = 10;
  bool follow = false;
  ListingOptions listing;
};
int tail_verb(client::Playground& playground, const TailOptions& options);
int pause_verb(client::Playground& playground, const std::string& trigger, bool paused);
struct RunOptions {
  std::string from, only, window;
  bool full = false;
  ListingOptions listing;
};
int run_verb(client::Playground& playground, const std::string& pipeline,
             const RunOptions& options);
struct WindowsOptions {
  std::string trigger;
  bool failed = false;  ///< where those begin whose run failed
  ListingOptions listing;
};
int windows_verb(client::Playground& playground, const WindowsOptions& options);
/// 1 when there is none.
int cancel_verb(client::Playground& playground, const std::string& pipeline);

// grade.cc
struct GradeOptions {
  bool as_json = false;  ///< the API's answer as it is
  bool now = false;      ///< compute it
  bool history = false;  ///< those that are kept, one a line
  std::string run;       ///< whose grade; empty: the newest
  ListingOptions listing;
};
int grade_verb(client::Playground& playground, const GradeOptions& options);

// notebook.cc
struct NotebookOptions {
  std::string file;                     ///< .sql or .py
  std::vector<std::string> parameters;  ///< "name=value"
  std::string html;                     ///< where the document goes; empty: only the outcome
};
/// 1 when a cell failed.
int notebook_verb(client::Playground& playground, const NotebookOptions& options);
/// Fetches what Python notebooks need, once.
int prepare_notebooks_verb(client::Playground& playground);

// preview.cc
struct PreviewOptions {
  std::string file;
  int rows = 20;
  std::string job;                      ///< a streaming text's; empty: the only one
  std::vector<std::string> parameters;  ///< a notebook's, "name=value"
  bool as_json = false;
};
/// 1 when a run would refuse it.
int preview_verb(client::Playground& playground, const PreviewOptions& options);

// receipt.cc
int inventory_verb(client::Playground& playground);
int receipt_verb(const std::string& inventory_path);
int destroy_orphans_verb(client::Playground& playground);

}  // namespace app
