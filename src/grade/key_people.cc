#include "grade/key_people.h"

namespace grade {

namespace {

using PersonField = Shape<Person>::Field;

// `Get` is a lambda without captures, so it can be made anew inside of a plain function.
template <typename Get>
PersonField text(std::string name, Get) {
  return {.column = {.name = std::move(name), .form = Form::kText},
          .cell = [](const Person& p) { return Cell::of(std::string_view(Get{}(p))); }};
}
template <typename Get>
PersonField number(std::string name, Get, Form form = Form::kInt) {
  return {.column = {.name = std::move(name), .form = form},
          .cell = [](const Person& p) { return Cell::of(std::int64_t{Get{}(p)}); }};
}
template <std::string world::User::*kMember>
PersonField user_text(std::string name) {
  return {.column = {.name = std::move(name), .form = Form::kText},
          .cell = [](const Person& p) { return Cell::of(std::string_view(p.user.*kMember)); }};
}
PersonField nullable(std::string name, Form form, Cell (*get)(const Person&)) {
  return {.column = {.name = std::move(name), .form = form}, .cell = get};
}
PersonField is_vip() {
  return number(
      "is_vip", [](const Person& p) { return p.user.facts.vip; }, Form::kFlag);
}
PersonField summed(PersonField field) {
  field.column.summed = true;
  return field;
}

}  // namespace

Person person(const world::World& world, const Activity& activity, std::int64_t id) {
  Person person{.user = world.user(id)};
  person.town = &world.towns()[static_cast<std::size_t>(person.user.facts.town)];
  if (activity.pageviews != nullptr) person.pageviews = activity.pageviews->count(id);
  if (activity.stars != nullptr) {
    person.stars = activity.stars->count(id);
    person.star_sum = activity.stars->stars(id);
  }
  if (activity.sales != nullptr) {
    auto user = static_cast<std::size_t>(id);
    person.orders = activity.sales->orders[user];
    person.items = activity.sales->items[user];
    person.value_hundredths = activity.sales->value_hundredths[user];
  }
  return person;
}

Shape<Person> user_shape() {
  return {"silver",
          "users",
          1,
          {number("id", [](const Person& p) { return p.user.facts.id; }),
           user_text<&world::User::name>("name"),
           text("city", [](const Person& p) { return p.town->city; }),
           nullable("phone_number", Form::kText,
                    [](const Person& p) {
                      return p.user.facts.phone_missing
                                 ? Cell()
                                 : Cell::of(std::string_view(p.user.phone_number));
                    }),
           user_text<&world::User::email>("email"),
           user_text<&world::User::birth_number>("birth_number"),
           user_text<&world::User::user_name>("user_name"),
           user_text<&world::User::street_address>("street_address"),
           user_text<&world::User::postcode>("postcode"),
           user_text<&world::User::administrative_unit>("administrative_unit"),
           user_text<&world::User::description>("description"),
           text("kraj_code", [](const Person& p) { return p.town->kraj_code; }),
           number(
               "birth_date",
               [](const Person& p) { return p.user.facts.birth_date.time_since_epoch().count(); },
               Form::kDate),
           text("sex",
                [](const Person& p) -> std::string_view {
                  return p.user.facts.sex == world::Sex::kFemale ? "female" : "male";
                }),
           nullable("jobs", Form::kTexts, [](const Person& p) { return list_cell(p.user.jobs); }),
           number("age", [](const Person& p) { return p.user.facts.age; }), is_vip()}};
}

Shape<Person> engagement_shape() {
  return {
      "gold",
      "engagements",
      1,
      {number("id", [](const Person& p) { return p.user.facts.id; }),
       user_text<&world::User::user_name>("user_name"),
       text("city", [](const Person& p) { return p.town->city; }),
       summed(number("pageviews", [](const Person& p) { return p.pageviews; })),
       summed(number("orders", [](const Person& p) { return p.orders; })),
       summed(number(
           "total_orders_value", [](const Person& p) { return p.value_hundredths; }, Form::kMoney)),
       nullable("avg_order_value", Form::kMoney,
                [](const Person& p) { return average(p.value_hundredths, p.orders); }),
       summed(number("total_items", [](const Person& p) { return p.items; })),
       nullable("avg_stars", Form::kMoney,
                [](const Person& p) { return average(100 * p.star_sum, p.stars); }),
       is_vip()}};
}

Cell average(std::int64_t sum, std::int64_t count) {
  if (count == 0) return {};
  std::int64_t twice = 2 * sum + count, by = 2 * count;
  std::int64_t quotient = twice / by;
  if (twice < 0 && twice % by != 0) --quotient;
  return Cell::of(quotient);
}

RowSource people_again(const world::World& world, Activity activity, Shape<Person> shape,
                       std::stop_token stop) {
  return [&world, activity, shape = std::move(shape), stop](const RowSink& sink) -> base::Status {
    std::vector<Cell> cells;
    for (std::int64_t id = 0; id < world.settings().users; ++id) {
      if (stop.stop_requested()) {
        return base::error(base::Code::kCancelled, "the grade was stopped");
      }
      Person one = person(world, activity, id);
      sink(shape.row(one, cells));
    }
    return {};
  };
}

}  // namespace grade
