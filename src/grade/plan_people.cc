// "users" and "engagements": one pass over all users for both, when everything that is
// counted of them is known.
#include "grade/key_people.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kPeopleATask = 25'000;

/// A table of people: which columns of it are compared, and its expected side.
struct PeopleTable {
  Shape<Person> shape;
  std::shared_ptr<Expected> expected;
};

std::optional<PeopleTable> plan_table(Plan& plan, std::string_view holding, Shape<Person> shape,
                                      const Activity& activity) {
  if (!plan.place(shape.table(), holding)) return {};
  RowSource again = people_again(plan.world, activity, shape, plan.stop);
  auto expected = std::make_shared<Expected>(shape.table(), std::move(again));
  plan.add(shape.table(), expected, plan.rows_in_lake(shape.table()));
  return PeopleTable{std::move(shape), std::move(expected)};
}

/// Adds users [first, last) to both tables.
void read_people(const world::World& world, const Activity& activity, std::int64_t first,
                 std::int64_t last, const std::vector<PeopleTable>& tables) {
  std::vector<Fingerprint> prints;
  for (const auto& table : tables) prints.emplace_back(table.shape.table());
  std::vector<Cell> cells;
  for (std::int64_t id = first; id < last; ++id) {
    Person one = person(world, activity, id);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      prints[i].add(tables[i].shape.row(one, cells));
    }
  }
  for (std::size_t i = 0; i < tables.size(); ++i) tables[i].expected->merge(prints[i]);
}

}  // namespace

void plan_people(Plan& plan) {
  Activity activity{.sales = plan.sales.get()};
  auto views = plan.streams.find("pageviews"), stars = plan.streams.find("stars");
  if (views != plan.streams.end()) activity.pageviews = views->second.users.get();
  if (stars != plan.streams.end()) activity.stars = stars->second.users.get();

  std::vector<PeopleTable> tables;
  if (auto users = plan_table(plan, "users", user_shape(), {})) {
    tables.push_back(std::move(*users));
  }
  if (auto gold = plan_table(plan, "engagements", engagement_shape(), activity)) {
    tables.push_back(std::move(*gold));
    Plan::reads(*plan.cases.back(), plan.reads_of(plan.graded("engagements")));
  }
  if (tables.empty()) return;
  std::int64_t users = plan.world.settings().users;
  for (std::int64_t first = 0; first < users; first += kPeopleATask) {
    plan.then.push_back([=, &plan, last = std::min(first + kPeopleATask, users)] {
      read_people(plan.world, activity, first, last, tables);
    });
  }
}

}  // namespace grade
