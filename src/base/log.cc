#include "base/log.h"

#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

#include "base/secrets.h"

namespace base {
namespace {

constexpr size_t kLogFileBytes = 10'000'000;

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink,
                                            spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>("hriste", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(level);
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static auto* instance = new std::shared_ptr<spdlog::logger>(
      make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::level::warn));
  return *instance;
}

/// One line, whatever an error's text holds.
std::string one_line(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("\n\r", at)) != std::string::npos; at += 2) {
    text.replace(at, 1, text[at] == '\n' ? "\\n" : "\\r");
  }
  return text;
}

}  // namespace

Status log_to_file(const std::string& path) {
  try {
    logger() =
        make_logger(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, kLogFileBytes, 1),
                    spdlog::level::info);
  } catch (const spdlog::spdlog_ex& e) {
    return error(Code::kInternal, "can't log to {}: {}", path, e.what());
  }
  return {};
}

void log_line(Level level, std::string_view room, std::string_view event, std::string_view fields) {
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err};
  logger()->log(kLevels[static_cast<int>(level)], "{} {} {}", room, event,
                one_line(mask_secrets(fields)));
}

}  // namespace base
