#include "grade/key_features.h"

#include <utility>

namespace grade {

namespace {

using F = FeatureFacts;
using FeatureField = Shape<F>::Field;

constexpr const char* kKraje[] = {"CZ010", "CZ020", "CZ031", "CZ032", "CZ041", "CZ042", "CZ051",
                                  "CZ052", "CZ053", "CZ063", "CZ064", "CZ071", "CZ072", "CZ080"};
constexpr int kKrajCount = std::size(kKraje);

int age_group_of(int age) { return age < 25 ? 0 : age >= 65 ? 5 : (age - 15) / 10; }

/// A column that is 1 where `Is` says so.
template <typename Is>
FeatureField flag(std::string name, Is) {
  return {.column = {.name = std::move(name), .form = Form::kInt},
          .cell = [](const F& f) { return Cell::of(std::int64_t{Is{}(f) ? 1 : 0}); },
          .required = false};
}

/// Columns for the levels First, First + 1, … of the fact `Of`.
template <int F::*Of, int First, int... I, typename Name>
void add_levels(std::vector<FeatureField>& fields, std::integer_sequence<int, I...>, Name name) {
  (fields.push_back(flag(name(First + I), [](const F& f) { return f.*Of == First + I; })), ...);
}
template <int F::*Of, int First, int Last, typename Name>
void add_levels(std::vector<FeatureField>& fields, Name name) {
  add_levels<Of, First>(fields, std::make_integer_sequence<int, Last - First + 1>{}, name);
}

std::string lower_code(int kraj) {
  std::string code = kKraje[kraj];
  return "kraj_cz" + code.substr(2);
}
std::string age_name(int group) {
  if (group == 5) return "age_65_up";
  return fmt::format("age_{}_{}", 15 + 10 * group, 24 + 10 * group);
}

}  // namespace

FeatureReader::FeatureReader(const world::World& world, const std::vector<Place>& places)
    : orders_(world, &places) {
  for (const world::Town& town : world.towns()) {
    auto at = std::ranges::find(kKraje, town.kraj_code,
                                [](const char* code) { return std::string_view(code); });
    kraj_of_town_.push_back(static_cast<int>(at - std::begin(kKraje)));
  }
}

FeatureFacts FeatureReader::facts(std::int64_t id) {
  FeatureFacts facts{.order = orders_.facts(id)};
  facts.kraj = kraj_of_town_[static_cast<std::size_t>(facts.order.town)];
  facts.age_group = age_group_of(facts.order.age);
  std::int64_t day = floor_div(facts.order.local_ms, kDayMs);
  facts.hour = static_cast<int>((facts.order.local_ms - day * kDayMs) / kHourMs);
  facts.weekday = static_cast<int>(day_of_week(day));
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  facts.month = static_cast<int>(static_cast<unsigned>(date.month()));
  facts.holiday = is_public_holiday(day);
  return facts;
}

std::vector<FeatureField> feature_fields() {
  std::vector<FeatureField> fields{
      flag("vip", [](const F& f) { return f.order.vip; }),
      flag("after_dark", [](const F& f) { return f.order.after_dark; }),
      flag("holiday", [](const F& f) { return f.holiday; }),
      flag("sex_male", [](const F& f) { return f.order.male; })};
  auto numbered = [](const char* kind) {
    return [kind](int level) { return fmt::format("{}_{:02}", kind, level); };
  };
  add_levels<&F::age_group, 1, 5>(fields, age_name);
  add_levels<&F::kraj, 1, kKrajCount - 1>(fields, lower_code);
  add_levels<&F::hour, 1, 23>(fields, numbered("hour"));
  add_levels<&F::weekday, 2, 7>(fields, [](int day) { return fmt::format("weekday_{}", day); });
  add_levels<&F::month, 2, 12>(fields, numbered("month"));
  return fields;
}

Shape<FeatureFacts> feature_shape() {
  std::vector<FeatureField> fields{
      {.column = {.name = "order_id"},
       .cell = [](const F& f) { return Cell::of(f.order.order.id); }},
      {.column = {.name = "ordered_at", .form = Form::kInstant},
       .cell = [](const F& f) { return Cell::of(f.order.order.time_ms * 1000); }},
      {.column = {.name = "order_value", .form = Form::kMoney, .summed = true},
       .cell = [](const F& f) { return Cell::of(f.order.order.value_hundredths); }}};
  std::ranges::move(feature_fields(), std::back_inserter(fields));
  return {"gold", "order_features", 1, std::move(fields)};
}

void read_features(const world::World& world, const std::vector<Place>& places,
                   const Shape<FeatureFacts>& shape, std::int64_t first, std::int64_t last,
                   const RowSink& sink) {
  FeatureReader reader(world, places);
  std::vector<Cell> cells;
  for (std::int64_t id = first; id < last; ++id) sink(shape.row(reader.facts(id), cells));
}

}  // namespace grade
