// Bronze files, and the products which are made of them.
#include "grade/found_files.h"
#include "grade/key_files.h"
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kUsersATask = 25'000, kProductsATask = 10'000;

/// Fills `expected` with one reading of its source.
void fill_at_once(Plan& plan, const Table& table, const std::shared_ptr<Expected>& expected) {
  plan.first.push_back([table, expected] {
    Fingerprint print(table);
    // Only a stop request ends the source early, and then nobody looks.
    (void)expected->again()([&](Row row) { print.add(row); });
    expected->merge(print);
  });
}

/// Fills `expected` in parts [first, last) of `count`.
template <typename F>
void fill_in_parts(Plan& plan, const Table& table, const std::shared_ptr<Expected>& expected,
                   std::int64_t count, std::int64_t step, F rows) {
  for (std::int64_t first = 0; first < count; first += step) {
    plan.first.push_back([=] {
      Fingerprint print(table);
      rows(first, std::min(first + step, count), [&](Row row) { print.add(row); });
      expected->merge(print);
    });
  }
}

Shape<world::Product> product_shape() {
  using P = world::Product;
  return {"silver",
          "products",
          1,
          {{.column = {.name = "id"}, .cell = [](const P& p) { return Cell::of(p.id); }},
           {.column = {.name = "name", .form = Form::kText},
            .cell = [](const P& p) { return Cell::of(std::string_view(p.name)); }},
           {.column = {.name = "description", .form = Form::kText},
            .cell = [](const P& p) { return Cell::of(std::string_view(p.description)); }},
           {.column = {.name = "pages", .form = Form::kTexts},
            .cell = [](const P& p) { return list_cell(p.pages); }}}};
}

void plan_silver_products(Plan& plan) {
  auto shape = product_shape();
  if (!plan.place(shape.table(), "products")) return;
  RowSource again = [&world = plan.world, shape](const RowSink& sink) -> base::Status {
    std::vector<Cell> cells;
    for (std::int64_t id = 0; id < world.settings().products; ++id) {
      world::Product product = world.product(id);
      sink(shape.row(product, cells));
    }
    return {};
  };
  auto expected = std::make_shared<Expected>(shape.table(), std::move(again));
  fill_at_once(plan, shape.table(), expected);
  plan.add(shape.table(), expected, plan.rows_in_lake(shape.table()));
}

}  // namespace

void plan_files(Plan& plan) {
  const world::World& world = plan.world;
  base::Env& env = *plan.in.env;
  std::string bronze = plan.in.lake == nullptr ? "" : plan.in.lake->root() + "/bronze/";
  if (Table table = line_table("users"); plan.place(table, "users_file")) {
    auto expected = std::make_shared<Expected>(table, users_again(world, plan.stop));
    fill_in_parts(plan, table, expected, world.settings().users, kUsersATask,
                  [&world](std::int64_t first, std::int64_t last, const RowSink& sink) {
                    user_lines(world, first, last, sink);
                  });
    plan.add(table, expected, file_lines(env, bronze + "users/users.json", plan.stop));
  }
  if (Table table = line_table("vipusers"); plan.place(table, "vip_users_file")) {
    auto expected = std::make_shared<Expected>(table, vipusers_again(world, plan.stop));
    fill_at_once(plan, table, expected);
    plan.add(table, expected, file_lines(env, bronze + "vipusers/vipusers.json", plan.stop));
  }
  if (Table table = product_table(); plan.place(table, "product_files")) {
    auto expected = std::make_shared<Expected>(table, products_again(world, plan.stop));
    fill_in_parts(plan, table, expected, world.settings().products, kProductsATask,
                  [&world](std::int64_t first, std::int64_t last, const RowSink& sink) {
                    products(world, first, last, sink);
                  });
    plan.add(table, expected, product_files(env, bronze + "products", plan.stop));
  }
  if (Table table = line_table("towns"); plan.place(table, "towns_file")) {
    auto expected = std::make_shared<Expected>(table, towns_again(world));
    fill_at_once(plan, table, expected);
    plan.add(table, expected, file_lines(env, bronze + "towns/towns.csv", plan.stop));
  }
  plan_silver_products(plan);
}

}  // namespace grade
