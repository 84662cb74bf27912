#include "app/engine/world_options.h"

#include <charconv>
#include <limits>

#include "base/clock.h"

namespace app {

using base::Code;
using base::error;
using base::Result;

namespace {

constexpr const char* kVolumes = "The world: volumes";
constexpr const char* kTraffic = "The world: traffic";
constexpr const char* kFaults = "The world: planted faults (share of rows, 0 … 1)";

std::int64_t factor_of(char suffix) {
  switch (suffix) {
    case 'k':
    case 'K':
      return 1'000;
    case 'M':
      return 1'000'000;
    case 'G':
      return 1'000'000'000;
    default:
      return 1;
  }
}

}  // namespace

Result<std::int64_t> parse_count(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c != '_') digits += c;
  }
  std::int64_t factor = digits.empty() ? 1 : factor_of(digits.back());
  if (factor != 1) digits.pop_back();
  std::int64_t value = 0;
  auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  bool whole = ec == std::errc{} && end == digits.data() + digits.size();
  if (!whole || value < 0 || value > std::numeric_limits<std::int64_t>::max() / factor) {
    return error(Code::kInvalidArgument, "\"{}\" is no count: write 1000000, 1_000_000, 1M or 100k",
                 text);
  }
  return value * factor;
}

CLI::Validator count_text() {
  CLI::Validator validator;
  validator.name("COUNT").operation([](std::string& text) -> std::string {
    auto count = parse_count(text);
    if (!count) return count.error().message;
    text = std::to_string(*count);
    return {};
  });
  return validator;
}

template <typename T>
CLI::Option* WorldOptions::add(CLI::App& command, const std::string& name, T& value,
                               const std::string& text) {
  CLI::Option* option = command.add_option(name, value, text);
  options_.push_back(option);
  return option;
}

void WorldOptions::add_to(CLI::App& command) {
  add_volumes(command);
  add_traffic(command);
  add_faults(command);
}

void WorldOptions::add_volumes(CLI::App& command) {
  add(command, "--seed", settings_.seed, "Another seed is another world")
      ->capture_default_str()
      ->group(kVolumes);
  add(command, "--locale", locale_, "The people's language: cs or en [cs]")
      ->type_name("LOCALE")
      ->group(kVolumes);
  auto count = [&](const char* name, auto& value, const char* text) {
    return add(command, name, value, text)->transform(count_text())->group(kVolumes);
  };
  count("--users", settings_.users, "Users")->capture_default_str();
  count("--vip-users", vip_users_, "How many of them are VIPs [half of the users]");
  count("--products", settings_.products, "Products")->capture_default_str();
  count("--orders", settings_.orders, "Orders; each has 1 … 10 items")->capture_default_str();
}

void WorldOptions::add_traffic(CLI::App& command) {
  add(command, "--traffic-hours,--backfill-hours", settings_.traffic_hours,
      "Hours of traffic before the epoch")
      ->capture_default_str()
      ->group(kTraffic);
  add(command, "--event-rate", settings_.event_rate, "Page views a second, on average")
      ->capture_default_str()
      ->group(kTraffic);
  add(command, "--rate", rate_, "The same rate at all times: --event-rate with --curve flat")
      ->type_name("RATE")
      ->group(kTraffic);
  add(command, "--curve", curve_,
      "How visitors come: natural (by hour and weekday in Europe/Prague) or flat [natural]")
      ->type_name("CURVE")
      ->group(kTraffic);
  add(command, "--epoch", epoch_, "Where history ends and live begins, UTC [2026-06-01T00:00:00Z]")
      ->type_name("TIME")
      ->group(kTraffic);
}

void WorldOptions::add_faults(CLI::App& command) {
  world::Faults& faults = settings_.faults;
  auto share = [&](const char* name, double& value, const char* text) {
    add(command, name, value, text)->type_name("SHARE")->capture_default_str()->group(kFaults);
  };
  share("--missing-client-ip", faults.missing_client_ip, "Page views without client_ip");
  share("--latency-outlier", faults.latency_outlier, "Page views of 500 … 5 000 ms");
  share("--duplicate-event", faults.duplicate_event, "Events sent again within 60 s");
  share("--late-event", faults.late_event, "Events that arrive 1 … 10 minutes late");
  share("--out-of-order", faults.out_of_order, "Events overtaken within 30 s");
  share("--malformed-json", faults.malformed_json, "Events cut off: no JSON");
  share("--damaged-user", faults.damaged_user,
        "Users without phone, or with blanks or letter case in city");
}

bool WorldOptions::any_given() const {
  for (const CLI::Option* option : options_) {
    if (option->count() > 0) return true;
  }
  return false;
}

Result<world::Settings> WorldOptions::settings() const {
  world::Settings settings = settings_;
  settings.vip_users = vip_users_.value_or(settings.users / 2);
  if (!curve_.empty()) settings.curve = TRY(world::curve_from_name(curve_));
  if (rate_) {
    settings.event_rate = *rate_;
    settings.curve = world::Curve::kFlat;
  }
  if (!locale_.empty()) settings.locale = TRY(world::locale_from_name(locale_));
  if (!epoch_.empty()) {
    auto epoch = base::parse_instant(epoch_);
    if (!epoch) return base::annotate(epoch.error(), "--epoch");
    settings.epoch = *epoch;
  }
  return settings;
}

Result<world::World> WorldOptions::world() const { return world::World::create(TRY(settings())); }

}  // namespace app
