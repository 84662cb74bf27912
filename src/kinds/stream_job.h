// hriste_stream_job: streaming SQL from event hubs into the lake.
#pragma once

#include "kinds/definition.h"

namespace kinds {

struct EventHub;
struct Lake;

struct StreamJob : Identity {
  static constexpr const char* kKind = "hriste_stream_job";
  static const Fields<StreamJob>& fields();

  /// A file below a tier.
  struct Reference {
    static const Fields<Reference>& fields();

    RefTo<Lake> lake;
    std::string path;
  };
  /// Files in the lake, alerts, or both.
  struct Output {
    static const Fields<Output>& fields();

    std::optional<RefTo<Lake>> lake;
    std::optional<std::string> path;
    std::optional<std::string> format;  ///< "parquet" | "json"; derived for files
    bool alert = false;
  };
  /// A folder below a tier.
  struct DeadLetter {
    static const Fields<DeadLetter>& fields();

    RefTo<Lake> lake;
    std::string path;
  };

  std::string query;
  std::map<std::string, RefTo<EventHub>> inputs;  ///< by the names that the query reads FROM
  std::optional<std::map<std::string, Reference>> references;  ///< by the names that it JOINs
  std::map<std::string, Output> outputs;  ///< by the names that the query writes INTO
  std::int64_t late_arrival_seconds = 60;
  std::int64_t out_of_order_seconds = 50;
  std::string policy = "adjust";  ///< "adjust" | "drop"
  std::string on_error = "stop";  ///< "stop" | "dead_letter"
  bool keep_rows = false;
  std::optional<DeadLetter> dead_letter;
};

}  // namespace kinds
