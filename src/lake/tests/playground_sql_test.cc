// The SQL files of playground/sql over a few rows whose answers are known by hand.
#include <gtest/gtest.h>

#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

class PlaygroundSqlTest : public LakeFixture {
 protected:
  /// Runs playground/sql/{tier}_{name}.sql into its table, checking the header that says which.
  TableWrite refine(const std::string& tier, const std::string& name, const Cuts& cuts = {},
                    const std::string& below = "sql/") {
    const std::string playground = std::string(HRISTE_SOURCE_DIR) + "/playground/";
    const std::string folder = playground + "sql/";
    auto text = env_.read_file(playground + below + tier + "_" + name + ".sql");
    auto macros = env_.read_file(folder + "macros.sql");
    EXPECT_TRUE(text && macros);
    EXPECT_TRUE(text->starts_with("-- table: " + tier + "." + name + "\n")) << *text;
    auto write = lake_->write_table({.table = tier + "." + name,
                                     .select = *text,
                                     .keys = {},
                                     .expectations = {},
                                     .macros = *macros},
                                    cuts);
    EXPECT_TRUE(write) << write.error().message;
    return write ? *write : TableWrite{};
  }

  void parquet(const std::string& path, model::Batch batch) {
    batch.rows = batch.columns[0].rows();
    ASSERT_TRUE(
        env_.make_dirs((root() + "/" + path).substr(0, root().size() + 1 + path.rfind('/'))));
    auto info = write_parquet(base::Env::real(), root() + "/" + path, batch);
    ASSERT_TRUE(info) << info.error().message;
  }

  void write_people() {
    auto user = [](int id, const char* city, const char* kraj, const char* phone,
                   const char* birth) {
      return fmt::format(
          R"({{"id":{},"name":"N","city":"{}","street_address":"S 1","postcode":"100 00","phone_number":"{}",)"
          R"("email":"u@mail.example","birth_number":"{}","user_name":"u{}","administrative_unit":"{}",)"
          R"("description":"D.","jobs":["a","b","c"]}})"
          "\n",
          id, city, phone, birth, id, kraj);
    };
    write("bronze/users/users.json",
          user(0, "  PRAHA ", "Hlavní město Praha", "+420 111 222 333", "855601/1234") +
              user(1, "ústí nad labem", "Ústecký kraj", "", "100601/1234") +
              user(2, "Ves", "Kraj Vysočina", "+420 1", "530602/123") +
              user(3, "Atlantis", "Nikde", "+420 2", "540531/1234"));
    write("bronze/vipusers/vipusers.json", "{\"id\":1}\n{\"id\":3}\n");
    write("bronze/towns/towns.csv",
          "city,administrative_unit,kraj_code,latitude,longitude\n"
          "Praha,Hlavní město Praha,CZ010,50.0,14.4\nÚstí nad Labem,Ústecký kraj,CZ042,50.6,14.0\n"
          "Ves,Kraj Vysočina,CZ063,49.4,15.6\nVes,Zlínský kraj,CZ072,49.2,17.7\n");
  }

  void write_sales() {
    model::Batch orders(model::Schema{{{"orderId", model::Type::kInt64},
                                       {"userId", model::Type::kInt64},
                                       {"orderDate", model::Type::kTimestamp},
                                       {"orderValue", model::Type::kDecimal}}});
    // Sunday 2026-05-31 21:30 UTC is 23:30 in Prague; 22:30 UTC is Monday there.
    std::int64_t sunday = 1'780'263'000'000'000;
    for (int i = 0; i < 3; ++i) {
      orders.columns[0].add_int(i);
      orders.columns[1].add_int(i == 2 ? 1 : 0);
      orders.columns[2].add_int(sunday + i * 3'600'000'000);
      orders.columns[3].add_int(i == 0 ? 1'000 : 1'001);
    }
    parquet("bronze/orders/orders.parquet", orders);
    model::Batch items(model::Schema{{{"orderId", model::Type::kInt64},
                                      {"rowId", model::Type::kInt64},
                                      {"productId", model::Type::kInt64}}});
    for (int i = 0; i < 5; ++i) {
      items.columns[0].add_int(i < 3 ? 0 : 2);
      items.columns[1].add_int(i);
      items.columns[2].add_int(7);
    }
    parquet("bronze/items/items.parquet", items);
  }

  struct View {
    std::int64_t id, user, arrival_ms, offset;
    double latency;
    const char* ip;
  };
  void write_traffic(const std::vector<View>& views) {
    model::Batch batch(model::Schema{{{"event_id", model::Type::kInt64},
                                      {"event_time", model::Type::kTimestamp},
                                      {"user_id", model::Type::kInt64},
                                      {"http_method", model::Type::kString},
                                      {"uri", model::Type::kString},
                                      {"client_ip", model::Type::kString},
                                      {"user_agent", model::Type::kString},
                                      {"latency", model::Type::kDouble},
                                      {"EventEnqueuedUtcTime", model::Type::kTimestamp},
                                      {"PartitionId", model::Type::kInt64},
                                      {"Offset", model::Type::kInt64}}});
    for (const auto& view : views) {
      std::int64_t ints[] = {view.id, view.arrival_ms * 1000, view.user};
      for (int i = 0; i < 3; ++i) batch.columns[static_cast<std::size_t>(i)].add_int(ints[i]);
      for (std::size_t i : {3, 4, 6}) batch.columns[i].add_text("x");
      batch.columns[5].add_text(view.ip);
      batch.columns[7].add_double(view.latency);
      batch.columns[8].add_int(view.arrival_ms * 1000);
      batch.columns[9].add_int(0);
      batch.columns[10].add_int(view.offset);
    }
    parquet("bronze/pageviews/a.parquet", batch);
    model::Batch stars(model::Schema{{{"event_id", model::Type::kInt64},
                                      {"event_time", model::Type::kTimestamp},
                                      {"user_id", model::Type::kInt64},
                                      {"stars", model::Type::kInt64},
                                      {"EventEnqueuedUtcTime", model::Type::kTimestamp},
                                      {"PartitionId", model::Type::kInt64},
                                      {"Offset", model::Type::kInt64}}});
    for (int i = 0; i < 4; ++i) {  // event 1 came twice
      std::int64_t ints[] = {i == 3 ? 1 : i, 5, 0, i == 0 ? 4 : 5, 10 + i, 0, i};
      for (std::size_t c = 0; c < 7; ++c) stars.columns[c].add_int(ints[c]);
    }
    parquet("bronze/stars/a.parquet", stars);
  }
};

TEST_F(PlaygroundSqlTest, UsersAreTypedAndRepaired) {
  write_people();
  EXPECT_EQ(refine("silver", "users").rows, 4);
  EXPECT_EQ(
      rows("SELECT id, city, kraj_code, phone_number, birth_date, sex, age, is_vip, jobs "
           "FROM silver.users ORDER BY id"),
      R"([[0,"Praha","CZ010","+420 111 222 333","1985-06-01","female",41,false,["a","b","c"]],)"
      R"([1,"Ústí nad Labem","CZ042",null,"2010-06-01","male",16,true,["a","b","c"]],)"
      R"([2,"Ves","CZ063","+420 1","1953-06-02","male",72,false,["a","b","c"]],)"
      R"([3,"Atlantis",null,"+420 2","1954-05-31","male",72,true,["a","b","c"]]])");
}

TEST_F(PlaygroundSqlTest, OrdersHaveTheTimeOnTheWall) {
  write_people();
  write_sales();
  refine("silver", "users");
  refine("silver", "orders");
  EXPECT_EQ(rows("SELECT order_id, user_id, order_value, local_time, day_of_week, is_weekend "
                 "FROM silver.orders ORDER BY order_id"),
            R"([[0,0,"10.00","2026-05-31T23:30:00.000000",7,true],)"
            R"([1,0,"10.01","2026-06-01T00:30:00.000000",1,false],)"
            R"([2,1,"10.01","2026-06-01T01:30:00.000000",1,false]])");
  refine("silver", "items");
  EXPECT_EQ(rows("SELECT sum(order_id), sum(row_id), sum(product_id) FROM silver.items"),
            "[[4,10,35]]");
}

TEST_F(PlaygroundSqlTest, FeaturesHaveAColumnForEachLevel) {
  write_people();
  write_sales();
  refine("silver", "users");
  refine("silver", "orders");
  EXPECT_EQ(refine("gold", "order_features", {}, "ml/").rows, 3);
  // Sunday 31 May 23:30, a woman of 41 in Praha: nothing of hour 0, Monday, January or a man.
  EXPECT_EQ(rows("SELECT order_id, order_value, vip, sex_male, age_35_44, hour_23, hour_01, "
                 "weekday_7, weekday_2, month_05, month_06, kraj_cz042 FROM gold.order_features "
                 "ORDER BY order_id"),
            R"([[0,"10.00",0,0,1,1,0,1,0,1,0,0],[1,"10.01",0,0,1,0,0,0,0,0,1,0],)"
            R"([2,"10.01",1,1,0,0,1,0,0,0,1,1]])");
  // Each kind's columns: at most one of them is 1.
  EXPECT_EQ(rows("SELECT max(age_25_34 + age_35_44 + age_45_54 + age_55_64 + age_65_up), "
                 "count(*) FROM gold.order_features"),
            "[[1,3]]");
}

TEST_F(PlaygroundSqlTest, PageViewsKeepTheFirstThatArrived) {
  write_people();
  refine("silver", "users");
  write_traffic({{1, 0, 300, 2, 100, "a"},
                 {1, 0, 200, 1, 499.99, "b"},
                 {1, 0, 200, 0, 500, "c"},
                 {2, 0, 100, 3, 1, ""},
                 {3, 1, 100, 4, 900, "d"},
                 {4, 2, 100, 5, 1, ""}});
  EXPECT_EQ(refine("silver", "pageviews").rows, 4);
  // The address of 2 is that of 1, in the same session; nobody knows that of 4.
  EXPECT_EQ(rows("SELECT event_id, client_ip, client_ip_repaired, latency, is_outlier "
                 "FROM silver.pageviews ORDER BY 1"),
            R"([[1,"c",false,500.0,true],[2,"c",true,1.0,false],[3,"d",false,900.0,true],)"
            R"([4,null,false,1.0,false]])");
  EXPECT_EQ(refine("silver", "stars").rows, 3);
}

TEST_F(PlaygroundSqlTest, ProductsAreOneTable) {
  write("bronze/products/product_0.json", R"({"id":0,"name":"A","description":"d","pages":["p"]})");
  write("bronze/products/product_1.json", R"({"id":1,"name":"B","description":"d","pages":["p"]})");
  write("bronze/products/product_2.json", R"({"id":2,"name":"C","description":"d","pages":["p"]})");
  EXPECT_EQ(refine("silver", "products").rows, 3);
}

TEST_F(PlaygroundSqlTest, EngagementsMultiplyNothing) {
  write_people();
  write_sales();
  write_traffic({{1, 0, 1, 0, 1, "a"}, {2, 0, 2, 1, 1, "a"}, {3, 2, 3, 2, 1, "a"}});
  for (const char* name : {"users", "orders", "items", "pageviews", "stars"}) {
    refine("silver", name);
  }
  EXPECT_EQ(refine("gold", "engagements").rows, 4);
  EXPECT_EQ(rows("SELECT * FROM gold.engagements ORDER BY id"),
            R"([[0,"u0","Praha",2,2,"20.01","10.01",3,"4.67",false],)"
            R"([1,"u1","Ústí nad Labem",0,1,"10.01","10.01",2,null,true],)"
            R"([2,"u2","Ves",1,0,"0.00",null,0,null,false],)"
            R"([3,"u3","Atlantis",0,0,"0.00",null,0,null,true]])");
}

}  // namespace
}  // namespace lake
