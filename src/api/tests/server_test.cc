// Every route through a real HTTP client, with right and with wrong input, on a small playground.
#include "api/server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "base/testing/temp_dir.h"

namespace api {
namespace {

using control::json;

class ServerTest : public base::TempDirTest {
 protected:
  ServerTest() {
    playground_ = *control::Playground::open({dir_, "9.9"});
    std::ofstream(path("daemon.log")) << "first line\nsecond line\n";
    server_ = *Server::start({.playground = playground_.get(),
                              .token = token_,
                              .version = "9.9",
                              .log_path = path("daemon.log"),
                              .port = 0,
                              .on_end = [this](bool remove) { ended_.set_value(remove); }});
    http_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
    http_->set_default_headers({{"Authorization", "Bearer " + token_}});
    http_->set_read_timeout(20);
  }
  ~ServerTest() override {
    playground_->close();
    server_->stop();
  }

  struct Answer {
    int status = 0;
    json body;
    std::string message() const { return body["error"].value("message", ""); }
  };
  static Answer read(const httplib::Result& result) {
    if (!result) return {};
    return {result->status, json::parse(result->body, nullptr, false)};
  }
  Answer get(const std::string& where) { return read(http_->Get(where)); }
  Answer post(const std::string& where, const std::string& body = "{}") {
    return read(http_->Post(where, body, "application/json"));
  }
  Answer put(const std::string& where, const std::string& body) {
    return read(http_->Put("/v1/resources/" + where, body, "application/json"));
  }
  Answer put(const std::string& where, const json& attributes) {
    return put(where, json{{"attributes", attributes}}.dump());
  }
  Answer remove(const std::string& where) { return read(http_->Delete("/v1/resources/" + where)); }

  /// World, bronze, users in it: the least of which something can be asked.
  void make_small_playground() {
    auto world = put("hriste_world/w", json{{"users", 20},
                                            {"products", 2},
                                            {"orders", 0},
                                            {"traffic_hours", 0.2},
                                            {"event_rate", 1}});
    auto lake = put("hriste_lake/bronze", json{{"tier", "bronze"}});
    auto users = put("hriste_generator/users", json{{"world", world.body["attributes"]["ref"]},
                                                    {"table", "users"},
                                                    {"lake", lake.body["attributes"]["ref"]}});
    ASSERT_EQ(users.status, 200) << users.body;
    world_ref_ = world.body["attributes"]["ref"];
  }

  const std::string token_ = std::string(64, 'a');
  std::string world_ref_;
  std::promise<bool> ended_;
  std::unique_ptr<control::Playground> playground_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<httplib::Client> http_;
};

TEST_F(ServerTest, ResourcesArePutReadListedAndRemoved) {
  auto made = put("hriste_lake/bronze", json{{"tier", "bronze"}});
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(made.body["attributes"]["name"], "bronze");
  EXPECT_EQ(get("/v1/resources/hriste_lake/bronze").body, made.body);
  EXPECT_EQ(get("/v1/resources").body, json({{{"kind", "hriste_lake"},
                                              {"name", "bronze"},
                                              {"ready", true},
                                              {"state", "ready"},
                                              {"failed", ""}}}));
  ASSERT_EQ(put("hriste_lake/gold", json{{"tier", "gold"}}).status, 200);
  EXPECT_EQ(remove("hriste_lake/bronze").body, json({{"last", false}}));
  EXPECT_EQ(get("/v1/resources/hriste_lake/bronze").status, 404);
  EXPECT_EQ(remove("hriste_lake/gold").body, json({{"last", true}}));
  auto ended = ended_.get_future();
  ASSERT_EQ(ended.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_TRUE(ended.get()) << "the last resource takes the data with it";
}

TEST_F(ServerTest, WrongResourcesAreRefusedWithTheirPath) {
  auto wrong = put("hriste_lake/bronze", json{{"tier", "platinum"}});
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body["error"]["code"], "invalid_argument");
  EXPECT_EQ(wrong.body["error"]["path"], json({"tier"}));
  EXPECT_EQ(put("hriste_planet/x", json::object()).status, 404);
  EXPECT_EQ(put("hriste_lake/..", json{{"tier", "bronze"}}).status, 400);
  EXPECT_EQ(put("hriste_lake/%2e%2e%2fx", json{{"tier", "bronze"}}).status, 404);
  for (const char* body : {"", "not JSON", "[1]", "5", "{}", R"({"attributes":5})",
                           R"({"attributes":null})", "{\"attributes\":"}) {
    EXPECT_EQ(put("hriste_lake/bronze", std::string(body)).status, 400) << body;
  }
  EXPECT_EQ(remove("hriste_world/none").status, 200) << "absent is what was wanted";
  EXPECT_EQ(get("/v1/resources").body, json::array());
}

TEST_F(ServerTest, DeeplyNestedBodiesAreRefused) {
  std::string deep = R"({"attributes":{"tier":)" + std::string(1'000'000, '[') +
                     std::string(1'000'000, ']') + "}}";
  auto wrong = put("hriste_lake/bronze", deep);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.message().find("nested"), std::string::npos) << wrong.body;
  EXPECT_EQ(put("hriste_lake/bronze", std::string(20'000'000, ' ')).status, 413);
  const json brackets = {{"sql", "SELECT '" + std::string(200, '[') + "\"' AS s"}};
  EXPECT_EQ(post("/v1/query", brackets.dump()).status, 200) << "text is not nesting";
}

TEST_F(ServerTest, HealthSaysWhoIsThere) {
  auto health = get("/v1/health");
  EXPECT_EQ(health.body["version"], "9.9");
  EXPECT_EQ(health.body["playground"], playground_->id());
  EXPECT_EQ(health.body["pid"], ::getpid());
}

TEST_F(ServerTest, ShutdownKeepsTheData) {
  EXPECT_EQ(post("/v1/shutdown").status, 200);
  auto ended = ended_.get_future();
  ASSERT_EQ(ended.wait_for(std::chrono::seconds(5)), std::future_status::ready);
  EXPECT_FALSE(ended.get());
  EXPECT_EQ(post("/v1/shutdown").status, 200) << "again is fine";
}

TEST_F(ServerTest, QueriesReadTheLakeAndNoMore) {
  make_small_playground();
  auto rows = post("/v1/query", R"({"sql":"SELECT id FROM bronze.users ORDER BY id","limit":2})");
  EXPECT_EQ(rows.body["rows"], json({{0}, {1}}));
  EXPECT_EQ(rows.body["columns"][0]["name"], "id");
  EXPECT_EQ(rows.body["truncated"], true);
  EXPECT_EQ(post("/v1/query", R"({"sql":"SELECT count(*) FROM bronze.users"})").body["rows"],
            json({{20}}));
  EXPECT_EQ(post("/v1/query", R"({"sql":"SELEC 1"})").status, 400);
  EXPECT_EQ(post("/v1/query", R"({"sql":"SELECT * FROM bronze.none"})").status, 404);
  const json outside = {{"sql", "SELECT * FROM read_text('/etc/passwd')"}};
  EXPECT_EQ(post("/v1/query", outside.dump()).status, 403);
  for (const char* body :
       {"", "{}", R"({"sql":5})", R"({"sql":"SELECT 1","limit":"x"})",
        R"({"sql":"SELECT 1","limit":0})", R"({"sql":"SELECT 1","limit":1e99})"}) {
    EXPECT_EQ(post("/v1/query", body).status, 400) << body;
  }
}

TEST_F(ServerTest, AQueryEndsWhenItsNameIsCancelled) {
  // Hours of work, were it not for the DELETE.
  auto slow = std::async(std::launch::async, [this] {
    httplib::Client other("127.0.0.1", server_->port());
    other.set_default_headers({{"Authorization", "Bearer " + token_}});
    other.set_read_timeout(50);
    const json body = {{"id", "mine"},
                       {"sql",
                        "SELECT sum(a.range * b.range) FROM range(3000000) a, "
                        "range(3000000) b"}};
    return read(other.Post("/v1/query", body.dump(), "application/json"));
  });
  auto cancel = [this](const char* name) {
    return read(http_->Delete(std::string("/v1/queries/") + name)).body["cancelled"];
  };
  EXPECT_EQ(cancel("another"), false);
  while (slow.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready) cancel("mine");
  Answer ended = slow.get();
  EXPECT_EQ(ended.status, 503) << ended.body;
  EXPECT_EQ(ended.body["error"]["code"], "cancelled");
  EXPECT_EQ(cancel("mine"), false) << "an ended query is forgotten";
}

TEST_F(ServerTest, AQueryEndsWhenItsClientHasGone) {
  // As many as run at a time, each for hours: the next one could wait for ever.
  for (int i = 0; i < 3; ++i) {
    httplib::Client impatient("127.0.0.1", server_->port());
    impatient.set_default_headers({{"Authorization", "Bearer " + token_}});
    impatient.set_read_timeout(0, 100'000);
    const json body = {
        {"sql", "SELECT sum(a.range * b.range) FROM range(3000000) a, range(3000000) b"}};
    EXPECT_FALSE(impatient.Post("/v1/query", body.dump(), "application/json"));
  }
  EXPECT_EQ(post("/v1/query", R"({"sql":"SELECT 1 AS one"})").body["rows"].dump(), "[[1]]");
}

TEST_F(ServerTest, TablesAreListed) {
  EXPECT_EQ(get("/v1/tables").body, json::array());
  make_small_playground();
  auto tables = get("/v1/tables").body;
  ASSERT_EQ(tables.size(), 1u) << tables;
  EXPECT_EQ(tables[0]["tier"], "bronze");
  EXPECT_EQ(tables[0]["name"], "users");
  EXPECT_EQ(tables[0]["format"], "json");
}

TEST_F(ServerTest, DashboardsAreParsedAndChecked) {
  make_small_playground();
  EXPECT_EQ(get("/v1/dashboards").body, json::array());
  const std::string good =
      "---\ntitle: Users\n---\n```sql all\nSELECT count(*) AS n FROM bronze.users\n```\n"
      "```chart\ntype: number\ndata: all\ny: n\n```\n";
  ASSERT_EQ(put("hriste_dashboard/users", json{{"source", good}}).status, 200);
  auto list = get("/v1/dashboards").body;
  ASSERT_EQ(list.size(), 1u) << list;
  EXPECT_EQ(list[0]["title"], "Users");
  auto board = get("/v1/dashboards/users").body;
  EXPECT_EQ(board["queries"][0]["sql"], "SELECT count(*) AS n FROM bronze.users\n");
  EXPECT_EQ(board["blocks"][0]["type"], "number");
  EXPECT_EQ(get("/v1/dashboards/none").status, 404);
  const json nodes = get("/v1/overview").body["nodes"];
  EXPECT_TRUE(std::ranges::any_of(nodes, [](const json& node) {
    return node["id"] == "hriste_dashboard.users";
  })) << nodes;

  auto chart = put("hriste_dashboard/b", json{{"source", "```chart\ntype: pie\n```\n"}});
  EXPECT_EQ(chart.status, 400);
  EXPECT_EQ(chart.body["error"]["path"], json({"source"}));
  auto sql = put("hriste_dashboard/b", json{{"source", "```sql q\nSELEC 1\n```\n"}});
  EXPECT_EQ(sql.status, 400) << sql.body;
  EXPECT_NE(sql.body["error"]["message"].get<std::string>().find("b:2 sql q:"), std::string::npos)
      << sql.body;
  auto file = put("hriste_dashboard/b",
                  json{{"source", "```sql q\nSELECT * FROM read_text('/etc/passwd')\n```\n"}});
  EXPECT_EQ(file.status, 403) << file.body;
  EXPECT_EQ(get("/v1/dashboards").body.size(), 1u);
}

constexpr const char* kNotebook =
    "-- Databricks notebook source\n-- MAGIC %md # Hi <script>alert(1)</script>\n\n"
    "-- COMMAND ----------\n\nCREATE WIDGET TEXT least DEFAULT '3'\n\n"
    "-- COMMAND ----------\n\n-- hriste:chart type=bar x=sex y=n\n"
    "SELECT k AS sex, count(*) AS n FROM bronze.users, (VALUES ('a'), ('b')) v(k)\n"
    "GROUP BY k HAVING count(*) > :least\n";

TEST_F(ServerTest, NotebooksRunAndKeepTheirResults) {
  make_small_playground();
  EXPECT_EQ(get("/v1/notebooks").body, json::array());
  ASSERT_EQ(put("hriste_notebook/n", json{{"source", kNotebook}}).status, 200);
  EXPECT_EQ(get("/v1/notebooks").body[0]["last"], json());
  auto shown = get("/v1/notebooks/n").body;
  EXPECT_EQ(shown["cells"][0]["html"].get<std::string>().find("<script"), std::string::npos);
  EXPECT_EQ(shown["parameters"], (json{{{"name", "least"}, {"value", "3"}}}));
  auto ran = post("/v1/notebooks/n/run").body;
  EXPECT_EQ(ran["last"]["state"], "succeeded") << ran;
  EXPECT_EQ(ran["last"]["cells"][2]["rows"].size(), 2u) << ran;
  EXPECT_EQ(get("/v1/notebooks/n").body, ran) << "kept";
  auto none = post("/v1/notebooks/n/run", R"({"parameters": {"least": 1000}})").body;
  EXPECT_EQ(none["last"]["cells"][2]["rows"].size(), 0u);
  EXPECT_EQ(none["last"]["parameters"]["least"], "1000");
  auto page = http_->Get("/v1/notebooks/n/html");
  ASSERT_TRUE(page);
  EXPECT_NE(page->get_header_value("Content-Security-Policy").find("sandbox"), std::string::npos);
  EXPECT_EQ(page->body.find("<script"), std::string::npos);
  auto once = post("/v1/notebooks/run", json{{"file", "f.sql"}, {"source", kNotebook}}.dump()).body;
  EXPECT_EQ(once["state"], "succeeded");
  EXPECT_NE(once["html"].get<std::string>().find("<svg"), std::string::npos);
  // Another text has no result, and a notebook that goes takes its own along.
  ASSERT_EQ(put("hriste_notebook/n", json{{"source", std::string(kNotebook) + "\n"}}).status, 200);
  EXPECT_EQ(get("/v1/notebooks/n").body["last"], json());
  post("/v1/notebooks/n/run");
  ASSERT_EQ(remove("hriste_notebook/n").status, 200);
  EXPECT_EQ(get("/v1/notebooks/n").status, 404);
  EXPECT_FALSE(std::filesystem::exists(path("notebooks/n.json")));
}

TEST_F(ServerTest, NotebooksAreCheckedAndMayOnlyRead) {
  make_small_playground();
  const std::string head = "-- Databricks notebook source\n";
  auto refused = [&](const std::string& cell, int status, const std::string& says) {
    auto answer = put("hriste_notebook/b", json{{"source", head + cell}, {"file", "b.sql"}});
    EXPECT_EQ(answer.status, status) << cell;
    EXPECT_NE(answer.message().find(says), std::string::npos) << answer.body;
  };
  refused("SELEC 1", 400, "b.sql:2 column 1:");
  refused("SELECT 1;\nSELECT\n  :who", 400, "b.sql:4 the parameter :who has no value");
  refused("SELECT * FROM read_text('/etc/passwd')", 403, "b.sql:2");
  refused("SELECT 1;\n\nDROP TABLE bronze.users", 403, "b.sql:4 only SELECT");
  refused("COPY (SELECT 1) TO '/tmp/x'", 403, "b.sql:");
  refused("SELECT 1 -- hriste:chart type=pie", 400, "b.sql:2 chart:");
  EXPECT_EQ(get("/v1/notebooks").body, json::array());
  // What only the run can see: it says where, later cells don't run, and the result is kept.
  const std::string broken = head +
                             "SELECT 1 AS a\n\n-- COMMAND ----------\n\nSELECT 1 AS a,\n  "
                             "nothing\nFROM bronze.users\n\n-- COMMAND ----------\nSELECT 2\n";
  ASSERT_EQ(put("hriste_notebook/b", json{{"source", broken}, {"file", "b.sql"}}).status, 200);
  auto last = post("/v1/notebooks/b/run").body["last"];
  EXPECT_EQ(last["state"], "failed");
  EXPECT_EQ(last["cells"][0]["state"], "succeeded");
  EXPECT_TRUE(last["cells"][1]["error"].get<std::string>().starts_with("b.sql:7 column 3:"))
      << last;
  EXPECT_EQ(last["cells"][2]["state"], "skipped");
  auto on_apply =
      put("hriste_notebook/b", json{{"source", broken}, {"file", "b.sql"}, {"run", "apply"}});
  EXPECT_EQ(on_apply.status, 412) << on_apply.body;
  EXPECT_EQ(post("/v1/notebooks/b/run", R"({"parameters": {"x": 1}})").status, 400);
  EXPECT_EQ(post("/v1/notebooks/b/run", R"({"parameters": [1]})").status, 400);
  EXPECT_EQ(post("/v1/notebooks/none/run").status, 404);
  EXPECT_EQ(post("/v1/notebooks/run", "{}").status, 400);
}

TEST_F(ServerTest, TheGradeIsRecorded) {
  EXPECT_EQ(get("/v1/grade").body, json());
  EXPECT_EQ(post("/v1/grade").status, 412) << "no world";
  make_small_playground();
  auto grade = post("/v1/grade");
  ASSERT_EQ(grade.status, 200) << grade.body;
  EXPECT_EQ(grade.body["run_id"], "manual");
  EXPECT_GT(grade.body["total"].get<int>(), 0);
  EXPECT_EQ(get("/v1/grade").body, grade.body);
}

TEST_F(ServerTest, TheWorldHasAHash) {
  EXPECT_EQ(get("/v1/world/hash").status, 412);
  make_small_playground();
  auto hash = get("/v1/world/hash");
  EXPECT_EQ(hash.body["users"].get<std::string>().size(), 16u);
  EXPECT_EQ(get("/v1/world/hash").body, hash.body);
}

TEST_F(ServerTest, EndpointsAndOverviewDescribeThePlayground) {
  ASSERT_TRUE(playground_->listening_on(server_->port()));
  auto endpoints = get("/v1/endpoints").body;
  EXPECT_EQ(endpoints["page"], "http://127.0.0.1:" + std::to_string(server_->port()) + "/");
  EXPECT_EQ(endpoints["data_dir"], dir_);
  make_small_playground();
  auto overview = get("/v1/overview").body;
  EXPECT_EQ(overview["nodes"].size(), 2u);
  EXPECT_TRUE(overview["rate_history"].is_array());
}

TEST_F(ServerTest, LiveUpdatesBeginWithASnapshot) {
  std::string got;
  auto result = http_->Get("/v1/live", [&](const char* data, size_t size) {
    got.append(data, size);
    return got.find("event: overview") == std::string::npos;  // enough
  });
  EXPECT_TRUE(got.starts_with("retry: 1000\nid: 1\nevent: snapshot\ndata: {")) << got.substr(0, 99);
  EXPECT_NE(got.find("id: 2\nevent: overview\ndata: {"), std::string::npos);
}

TEST_F(ServerTest, LogsEndWithTheLastLines) {
  EXPECT_EQ(http_->Get("/v1/logs")->body, "first line\nsecond line\n");
  std::ofstream log(path("daemon.log"));
  for (int i = 0; i < 30'000; ++i) log << "line " << i << '\n';
  log.close();
  std::string tail = http_->Get("/v1/logs")->body;
  EXPECT_LE(tail.size(), 200'000u);
  EXPECT_TRUE(tail.starts_with("line ") && tail.ends_with("line 29999\n"));
}

TEST_F(ServerTest, TheClockTakesChangesOneByOne) {
  make_small_playground();
  EXPECT_EQ(post("/v1/clock", R"({"speed":60})").status, 200);
  EXPECT_EQ(get("/v1/overview").body["clock"]["speed"], 60.0);
  for (const char* body : {"", "[]", "{}", R"({"speed":"fast"})", R"({"speed":-1})",
                           R"({"jump_to":"yesterday"})", R"({"frozen":5})"}) {
    EXPECT_EQ(post("/v1/clock", body).status, 400) << body;
  }
}

TEST_F(ServerTest, PipelinesRunByName) {
  make_small_playground();
  ASSERT_EQ(put("hriste_lake/silver", json{{"tier", "silver"}}).status, 200);
  json activity = {{"name", "people"},
                   {"type", "sql"},
                   {"table", "silver.people"},
                   {"query", "SELECT id FROM bronze.users"}};
  auto made = put("hriste_pipeline/p", json{{"activities", {activity}}});
  ASSERT_EQ(made.status, 200) << made.body;
  auto run = post("/v1/pipelines/p/run");
  ASSERT_EQ(run.status, 200) << run.body;
  EXPECT_EQ(run.body["state"], "succeeded") << run.body;
  EXPECT_EQ(run.body["trigger"], "manual");
  EXPECT_EQ(run.body["rows"], 20);
  EXPECT_EQ(post("/v1/pipelines/none/run").status, 412);
}

TEST_F(ServerTest, HubRecordsGoOnFromOffsets) {
  make_small_playground();
  auto hub = put("hriste_event_hub/views", json{{"partitions", 1}});
  ASSERT_EQ(hub.status, 200) << hub.body;
  auto views = put("hriste_generator/views", json{{"world", world_ref_},
                                                  {"table", "pageviews"},
                                                  {"event_hub", hub.body["attributes"]["ref"]},
                                                  {"mode", "once"}});
  ASSERT_EQ(views.status, 200) << views.body;
  json some;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (some["records"].size() < 3 && std::chrono::steady_clock::now() < until) {
    some = get("/v1/hubs/views/records?offsets=%5B0%5D&limit=3").body;
  }
  ASSERT_EQ(some["records"].size(), 3u) << some;
  EXPECT_EQ(some["records"][2]["offset"], 2);
  EXPECT_EQ(some["next"], json({3}));
  EXPECT_EQ(get("/v1/hubs/views/records?limit=1").body["records"].size(), 1u) << "the last one";
  for (const char* odd :
       {"offsets=%5B%22x%22%5D", "offsets=junk", "offsets=", "offsets=%5B%5D", "offsets=%5B-1%5D",
        "offsets=%5B0.5%5D", "offsets=%5B1e99%5D", "offsets=%5B0,0%5D", "offsets=5", "limit=-5",
        "limit=0", "limit=1001", "limit=x", "limit=", "limit=1.5", "limit=99999999999", "limit=5x",
        "limit=1&limit=2", "ofsets=%5B0%5D"}) {
    auto refused = get(std::string("/v1/hubs/views/records?") + odd);
    EXPECT_EQ(refused.status, 400) << odd;
    EXPECT_NE(refused.message(), "") << odd;
  }
  EXPECT_EQ(get("/v1/grade?rum=run-1").status, 400);
  EXPECT_EQ(get("/v1/tables?tier=gold").status, 400);
  EXPECT_EQ(get("/v1/resources/hriste_event_hub/views?incarnations=x").status, 400);
  EXPECT_EQ(read(http_->Delete("/v1/resources/hriste_event_hub/views?incarnatio=x")).status, 400);
  EXPECT_EQ(get("/v1/hubs/none/records").status, 404);
}

TEST_F(ServerTest, ALoginCodeOpensThePageOnce) {
  std::string url = post("/v1/login-code").body["url"];
  httplib::Client page("127.0.0.1", server_->port());
  std::string where = url.substr(url.find("/login"));
  auto login = page.Get(where);
  ASSERT_EQ(login->status, 302);
  std::string cookie = login->get_header_value("Set-Cookie");
  EXPECT_NE(cookie.find("HttpOnly; SameSite=Strict"), std::string::npos);
  EXPECT_EQ(page.Get(where)->status, 403) << "used up";
  EXPECT_EQ(page.Get("/login?code=")->status, 403);
  cookie = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(page.Get("/v1/health", {{"Cookie", cookie}})->status, 200);
  EXPECT_EQ(page.Post("/v1/shutdown", {{"Cookie", cookie}}, "{}", "text/plain")->status, 403)
      << "another site could send that";
}

TEST_F(ServerTest, NothingIsSaidWithoutIdentityOrToOtherSites) {
  httplib::Client stranger("127.0.0.1", server_->port());
  for (const char* where : {"/v1/health", "/v1/overview", "/v1/live", "/v1/logs", "/v1/none"}) {
    EXPECT_EQ(stranger.Get(where)->status, 403) << where;
  }
  EXPECT_EQ(stranger.Put("/v1/resources/hriste_lake/x", "{}", "text/plain")->status, 403);
  EXPECT_EQ(http_->Get("/v1/health", {{"Host", "evil.example"}})->status, 403);
  EXPECT_EQ(http_->Get("/v1/health", {{"Origin", "http://evil.example"}})->status, 403);
}

TEST_F(ServerTest, ATextIsCheckedAndWhatIsWrongIsTheAnswer) {
  auto check = [&](const char* file, const char* text) {
    auto answer = post("/v1/check", json{{"file", file}, {"text", text}}.dump());
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body["error"];
  };
  make_small_playground();
  EXPECT_TRUE(check("q.sql", "SELECT * FROM bronze.users").is_null());
  auto wrong = check("q.sql", "SELECT *\nFROM bronze.userz");
  EXPECT_EQ(wrong["card"]["line"], 2) << wrong;
  EXPECT_EQ(wrong["card"]["file"], "q.sql");
  constexpr const char* kHeader = "-- table: silver.a\n-- keys: id\n-- needs: bronze.users\n--\n";
  EXPECT_TRUE(
      check("a.sql", (std::string(kHeader) + "SELECT id FROM bronze.users").c_str()).is_null());
  wrong =
      check("a.sql", (std::string(kHeader) + "SELECT id,\n  nothing FROM bronze.users").c_str());
  EXPECT_EQ(wrong["card"]["line"], 6) << wrong;
  EXPECT_EQ(wrong["card"]["column"], 3) << wrong;
  wrong = check("a.sql", (std::string(kHeader) + "SELECT id FROM silver.b").c_str());
  EXPECT_NE(wrong["message"].get<std::string>().find("header doesn't need"), std::string::npos);
  EXPECT_EQ(check("a.sql", "-- table: silver.a\n-- keyz: id\n--\nSELECT 1")["card"]["line"], 2);
  EXPECT_EQ(check("d.md", "---\ntitle: x\n---\n\n```sql a\nSELECT 1 +\n```\n")["card"]["file"],
            "d.md");
  EXPECT_FALSE(check("n.sql", "-- Databricks notebook source\nSELECT nothing FROM bronze.users\n")
                   .is_null());
  EXPECT_FALSE(check("x.asaql", "SELECT 1").is_null()) << "no job is there";
  EXPECT_FALSE(check("x.txt", "SELECT 1").is_null());
  EXPECT_EQ(post("/v1/check", R"({"file":"a.sql"})").status, 400);
  EXPECT_EQ(get("/v1/tables").body.size(), 1U) << "nothing was made";
}

TEST_F(ServerTest, ADraftGoesByAWatchAloneAndOnlyForWhatIsApplied) {
  const std::string board = "---\ntitle: a\n---\n\nText.\n";
  ASSERT_EQ(put("hriste_dashboard/a", json{{"source", board}, {"file", "boards/a.md"}}).status,
            200);
  auto draft = [&](const std::string& node, const std::string& before, const std::string& text) {
    return json{{"node", node}, {"before", before}, {"text", text}}.dump();
  };
  EXPECT_EQ(get("/v1/watch").body["running"], false);
  EXPECT_EQ(post("/v1/drafts", draft("hriste_dashboard.a", board, "x")).status, 412) << "no watch";
  EXPECT_EQ(post("/v1/drafts", draft("hriste_dashboard.none", board, "x")).status, 404);
  EXPECT_EQ(post("/v1/drafts", draft("hriste_dashboard.a", "another", "x")).status, 412);
  EXPECT_EQ(
      post("/v1/drafts", draft("hriste_dashboard.a", board, std::string(2 << 20, 'x'))).status,
      400);
  EXPECT_EQ(post("/v1/drafts", draft("hriste_dashboard.a", board, std::string("a\0b", 3))).status,
            400);
  EXPECT_EQ(post("/v1/drafts", "{}").status, 400);

  auto saving = std::async(std::launch::async, [&] {
    httplib::Client page("127.0.0.1", server_->port());
    page.set_read_timeout(20);
    json answer;
    // Until the watch below has asked for the first time.
    for (int i = 0; i < 100 && !answer.contains("file"); ++i) {
      auto sent = page.Post("/v1/drafts", {{"Authorization", "Bearer " + token_}},
                            draft("hriste_dashboard.a", board, "y"), "application/json");
      answer = json::parse(sent->body, nullptr, false);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return answer;
  });
  auto taken = post("/v1/watch/next");
  EXPECT_EQ(taken.body["file"], "boards/a.md") << taken.body;
  EXPECT_EQ(taken.body["text"], "y");
  post("/v1/watch", R"({"state":"applying","applies":1})");
  EXPECT_EQ(get("/v1/watch").body["watch"]["state"], "applying");
  post("/v1/watch/answer",
       json{{"id", taken.body["id"]}, {"wrote", {{"file", "boards/a.md"}}}}.dump());
  EXPECT_EQ(saving.get()["file"], "boards/a.md");
}

TEST_F(ServerTest, APageIsNoWatch) {
  std::string url = post("/v1/login-code").body["url"];
  httplib::Client page("127.0.0.1", server_->port());
  std::string cookie = page.Get(url.substr(url.find("/login")))->get_header_value("Set-Cookie");
  cookie = cookie.substr(0, cookie.find(';'));
  for (const char* where : {"/v1/watch", "/v1/watch/next", "/v1/watch/answer"}) {
    httplib::Headers own{{"Cookie", cookie}, {"X-Hriste", "1"}};
    EXPECT_EQ(page.Post(where, own, "{}", "application/json")->status, 403) << where;
    own.emplace("Authorization", "Bearer of nothing");
    EXPECT_EQ(page.Post(where, own, "{}", "application/json")->status, 403) << where;
  }
  EXPECT_EQ(page.Get("/v1/watch", {{"Cookie", cookie}})->status, 200);
  EXPECT_EQ(page.Post("/v1/drafts", {{"Cookie", cookie}}, "{}", "application/json")->status, 403)
      << "another site could send that";
}

TEST_F(ServerTest, ThePageIsServedWithItsPolicyAndNothingElse) {
  httplib::Client browser("127.0.0.1", server_->port());
  auto page = browser.Get("/");
  ASSERT_EQ(page->status, 200);
  EXPECT_NE(page->body.find("<html"), std::string::npos);
  EXPECT_NE(page->get_header_value("Content-Security-Policy").find("default-src 'none'"),
            std::string::npos);
  EXPECT_EQ(page->get_header_value("X-Content-Type-Options"), "nosniff");
  httplib::Headers known{{"If-None-Match", page->get_header_value("ETag")}};
  EXPECT_EQ(browser.Get("/", known)->status, 304);
  EXPECT_EQ(browser.Get("/icon.svg", known)->status, 200);
  auto script = browser.Get("/assets/app.js", {{"Accept-Encoding", "gzip, deflate, br"}});
  ASSERT_EQ(script->status, 200);
  EXPECT_FALSE(script->has_header("Content-Encoding"));
  for (const char* where : {"/none.js", "/../token", "/%2e%2e/token", "//etc/passwd"}) {
    EXPECT_EQ(browser.Get(where)->status, 404) << where;
  }
  EXPECT_EQ(get("/v1/none").status, 404);
  EXPECT_EQ(get("/v1/none").body["error"]["code"], "not_found");
  EXPECT_EQ(post("/v1/overview").status, 404);
}

}  // namespace
}  // namespace api
