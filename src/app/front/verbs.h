// The command line's verbs. Each takes what it needs and returns the process's exit status:
// 0 done, 1 the answer is "no" (a wrong grade, something left over), 2 it could not be done.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/playground.h"

namespace app {

using json = nlohmann::json;

/// Prints `error: …` and returns 2.
int fail(const base::Error& error);

// daemon.cc
int serve_verb(const std::string& data_dir);
int start_verb(client::Playground& playground);
int stop_verb(client::Playground& playground);
int open_verb(client::Playground& playground, bool print_only);
int connect_verb(client::Playground& playground);
int logs_verb(client::Playground& playground, int lines);
int doctor_verb(client::Playground& playground);

// data.cc
int status_verb(client::Playground& playground, bool as_json);
enum class Form { kTable, kJson, kCsv };
int sql_verb(client::Playground& playground, const std::string& sql, Form form);
int tail_verb(client::Playground& playground, const std::string& hub, int limit, bool follow);
int run_verb(client::Playground& playground, const std::string& pipeline, const std::string& from);
/// 1 when there is none.
int cancel_verb(client::Playground& playground, const std::string& pipeline);
struct GradeOptions {
  bool as_json = false;
  bool now = false;      ///< compute it
  bool history = false;  ///< those that are kept, one a line
  std::string run;       ///< whose grade; empty: the newest
};
int grade_verb(client::Playground& playground, const GradeOptions& options);
int world_hash_verb(client::Playground& playground);

// notebook.cc
struct NotebookOptions {
  std::string file;                     ///< .sql or .py
  std::vector<std::string> parameters;  ///< "name=value"
  std::string html;                     ///< where the document goes; empty: only the outcome
};
/// 1 when a cell failed.
int notebook_verb(client::Playground& playground, const NotebookOptions& options);

// receipt.cc
int inventory_verb(client::Playground& playground);
int receipt_verb(const std::string& inventory_path);
int destroy_orphans_verb(client::Playground& playground);

/// Left-aligned text in columns, cut at the terminal's width never; numbers right-aligned.
/// Line ends and other control characters of values are shown as \n, \x1b.
std::string format_table(const json& header, const json& rows);

/// RFC 4180, as the page saves it: null is an empty field, an empty text is "".
std::string format_csv(const json& header, const json& rows);

}  // namespace app
