// hriste_pipeline: activities that copy and transform, in the order of their needs.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct Database;
struct Experiment;
struct Lake;
struct Model;
struct Notebook;

struct Pipeline : Identity {
  static constexpr const char* kKind = "hriste_pipeline";
  static const Fields<Pipeline>& fields();

  struct Source {
    static const Fields<Source>& fields();

    RefTo<Database> database;
    std::string table;
  };
  struct Target {
    static const Fields<Target>& fields();

    RefTo<Lake> lake;
    std::string path;  ///< folder below the tier
  };
  /// Which members are set depends on the type: pipeline_kind.cc's parts().
  struct Activity {
    static const Fields<Activity>& fields();

    std::string name, type;
    std::optional<std::vector<std::string>> needs;
    std::optional<std::map<std::string, std::string>> run_after;
    std::optional<std::int64_t> retries;
    std::optional<double> retry_seconds, timeout_seconds;
    std::optional<Source> from;
    std::optional<Target> to;
    std::optional<std::string> table;  ///< "silver.users"
    std::optional<std::string> query, file;
    std::optional<RefTo<Notebook>> notebook;
    std::optional<std::map<std::string, std::string>> parameters;
    std::optional<RefTo<Experiment>> experiment;
    std::optional<RefTo<Model>> model;
    std::optional<std::string> features, algorithm;
    std::optional<double> penalty;
    std::optional<std::string> test_from;
    std::optional<double> noise;
    std::optional<std::string> alias;
  };

  std::vector<Activity> activities;
  std::optional<std::string> macros;
  std::optional<std::map<std::string, AnyRef>> sources;  ///< by table: who makes it
  std::optional<std::vector<AnyRef>> needs;
};

}  // namespace kinds
