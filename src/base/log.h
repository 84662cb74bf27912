// Structured logging: one line an event, `time level room event key=value …`.
//   log_info("hub", "listening", "port={} hubs={}", port, count);
// Never log a secret. Thread: thread-safe.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

enum class Level { kDebug, kInfo, kWarn, kError };

/// Sends log lines to `path` (appended, rotated at 10 MB, two files kept); before this call they go
/// to standard error, warnings and errors only.
Status log_to_file(const std::string& path);
void log_line(Level level, std::string_view room, std::string_view event, std::string_view fields);

#define HRISTE_LOG_FUNCTION(name, level)                                                     \
  template <typename... Args>                                                                \
  void name(std::string_view room, std::string_view event, fmt::format_string<Args...> text, \
            Args&&... args) {                                                                \
    log_line(level, room, event, fmt::format(text, std::forward<Args>(args)...));            \
  }                                                                                          \
  inline void name(std::string_view room, std::string_view event) {                          \
    log_line(level, room, event, "");                                                        \
  }

HRISTE_LOG_FUNCTION(log_debug, Level::kDebug)
HRISTE_LOG_FUNCTION(log_info, Level::kInfo)
HRISTE_LOG_FUNCTION(log_warn, Level::kWarn)
HRISTE_LOG_FUNCTION(log_error, Level::kError)
#undef HRISTE_LOG_FUNCTION

}  // namespace base
