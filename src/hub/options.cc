#include <nlohmann/json.hpp>

#include "hub/options_internal.h"

namespace hub {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using nlohmann::json;

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
  auto damaged = [&] { return error(Code::kDataLoss, "{}: isn't an event hub's options", path); };
  if (!j.is_object()) return damaged();
  try {
    HubOptions o;
    o.name = j.at("name");
    o.partitions = j.at("partitions");
    o.retention_hours = j.at("retention_hours");
    if (j.contains("capture")) {
      o.capture = CaptureOptions{j.at("capture").at("dir"), j.at("capture").at("window_minutes")};
    }
    return o;
  } catch (const json::exception&) {
    return damaged();
  }
}

}  // namespace hub
