#include <nlohmann/json.hpp>

#include "hub/options_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using nlohmann::json;

namespace {

bool take_option(const json& j, const char* key, std::string& out) {
  if (!j.is_object() || !j.contains(key) || !j.at(key).is_string()) return false;
  out = j.at(key).get<std::string>();
  return true;
}

/// Nothing that merely converts to a number, and none that is cut to fit.
bool take_option(const json& j, const char* key, int& out) {
  if (!j.is_object() || !j.contains(key) || !j.at(key).is_number_integer()) return false;
  std::int64_t value = j.at(key).get<std::int64_t>();
  out = static_cast<int>(value);
  return out == value;
}

}  // namespace

Status check_options(const HubOptions& o) {
  TRY(base::check_name(o.name, "event hub"));
  if (o.partitions < 1 || o.partitions > 64) {
    return error(Code::kInvalidArgument, "event hub \"{}\": partitions = {}: use 1 … 64", o.name,
                 o.partitions);
  }
  if (o.retention_hours < 0 || o.retention_hours > 1'000'000) {
    return error(Code::kInvalidArgument, "event hub \"{}\": retention_hours = {}: use 0 … 1000000",
                 o.name, o.retention_hours);
  }
  if (o.capture && (o.capture->window_minutes < 1 || o.capture->window_minutes > 60 ||
                    60 % o.capture->window_minutes != 0)) {
    return error(Code::kInvalidArgument,
                 "event hub \"{}\": capture.window_minutes = {}: use a divisor of 60", o.name,
                 o.capture->window_minutes);
  }
  return {};
}

Status save_options(base::Env& env, const std::string& path, const HubOptions& o) {
  json j = {{"name", o.name}, {"partitions", o.partitions}, {"retention_hours", o.retention_hours}};
  if (o.capture) {
    j["capture"] = {{"dir", o.capture->dir}, {"window_minutes", o.capture->window_minutes}};
  }
  return env.write_file(path, j.dump(2) + "\n");
}

Result<HubOptions> load_options(base::Env& env, const std::string& path) {
  std::string text = TRY(env.read_file(path));
  json j = json::parse(text, nullptr, false);
  HubOptions o;
  bool sound = take_option(j, "name", o.name) && take_option(j, "partitions", o.partitions) &&
               take_option(j, "retention_hours", o.retention_hours);
  if (sound && j.contains("capture")) {
    const json& capture = j.at("capture");
    auto& options = o.capture.emplace();
    sound = take_option(capture, "dir", options.dir) &&
            take_option(capture, "window_minutes", options.window_minutes);
  }
  if (!sound || !check_options(o)) {
    return error(Code::kDataLoss, "{} is damaged: it isn't an event hub's options", path);
  }
  return o;
}

}  // namespace hub
