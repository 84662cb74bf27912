// Hostile statements in a worker: each ends in time and within its memory, and the lake goes on.
#include "lake/sql_worker.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/faulty_env.h"
#include "lake/sql_worker_internal.h"
#include "lake/tests/lake_fixture.h"
#include "lake/worker_process_internal.h"

namespace lake {
namespace {

using base::Code;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

class SqlWorkerTest : public LakeFixture {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer needs more memory and time than a worker may take";
#endif
  }
  SqlWorkerTest() {
    auto opened = Lake::open({.env = &env_,
                              .clock = &clock_,
                              .root = root(),
                              .temp_dir = dir_ + "/worker_tmp",
                              .sql_worker = {LAKE_SQL_WORKER}});
    EXPECT_TRUE(opened) << opened.error().message;
    lake_ = std::move(*opened);
    lake_->set_world({base::from_millis(kEpochMs), 42});
  }

  /// The most memory that one of this process's ended children took, KB.
  static std::int64_t children_kb() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_maxrss;
  }
};

TEST_F(SqlWorkerTest, AnswersAsTheLakeItself) {
  EXPECT_EQ(rows("SELECT id, name FROM bronze.users ORDER BY id"),
            R"([[0,"Jana Nováková"],[1,"Petr Černý"]])");
  EXPECT_EQ(rows("SELECT epoch, seed FROM meta.world"), R"([["2026-06-01T00:00:00.000000Z",42]])");
  EXPECT_EQ(rows("SELECT -0.0::DOUBLE, 9007199254740993, 1e300::DOUBLE, 1.0::DOUBLE, 'é\"'"),
            R"([[-0.0,"9007199254740993",1e+300,1.0,"é\""]])");
  ASSERT_TRUE(lake_->set_macros("shop",
                                "CREATE OR REPLACE TEMPORARY FUNCTION twice(x BIGINT) RETURNS "
                                "BIGINT RETURN x * 2;"));
  EXPECT_EQ(rows("SELECT twice(21)"), "[[42]]");
  commit_views("a.parquet", {{1, 100}, {2, 200}}, 300);
  EXPECT_EQ(rows("SELECT count(*) FROM bronze.pageviews", {.cuts = {{"pageviews", 150}}}), "[[1]]");
  EXPECT_TRUE(lake_->query("SELECT * FROM range(10)", {.max_rows = 3})->truncated);
  auto bad = lake_->query("SELECT\n nothing");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kInvalidArgument);
  EXPECT_EQ(bad.error().message.substr(0, 18), "line 2, column 2: ") << bad.error().message;
  EXPECT_EQ(lake_->query("SELECT * FROM read_text('/etc/passwd')").error().code,
            Code::kPermissionDenied);
  EXPECT_EQ(env_.list(dir_ + "/worker_tmp")->size(), 0u);
}

TEST_F(SqlWorkerTest, SeveralQuestionsGoToOneWorker) {
  auto answers = lake_->query_each(
      {"SELECT id FROM bronze.users ORDER BY id", "SELECT nothing", "SELECT 'a\nb'"}, {});
  ASSERT_EQ(answers.size(), 3u);
  ASSERT_TRUE(answers[0]) << answers[0].error().message;
  EXPECT_EQ(to_json(*answers[0])["rows"].dump(), "[[0],[1]]");
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().code, Code::kInvalidArgument);
  EXPECT_TRUE(answers[2]) << answers[2].error().message;
  EXPECT_TRUE(lake_->query_each({}, {}).empty());
  auto endless = lake_->query_each({"SELECT 1", "SELECT count(*) FROM range(1000000000000)"},
                                   {.timeout = milliseconds(500)});
  ASSERT_EQ(endless.size(), 2u);
  EXPECT_FALSE(endless[0]);
  EXPECT_FALSE(endless[1]);
}

TEST_F(SqlWorkerTest, NoStatementTakesMoreThanItsMemoryAndTime) {
  std::string list = "1", columns = "1 AS c0", depth(3000, '('), unions = "SELECT 1";
  for (int i = 0; i < 100'000; ++i) list += fmt::format(",{}", i);
  for (int i = 0; i < 20'000; ++i) unions += " UNION ALL SELECT 1";
  for (int i = 1; i < 3000; ++i) columns += fmt::format(", {} AS c{}", i, i);
  const std::string hostile[] = {
      "SELECT repeat('a', 1000000000)",
      "SELECT length(repeat('a', 1000000000))",
      "SELECT repeat(repeat('a', 100000), 100000)",
      "SELECT lpad('', 1000000000, 'x')",
      "SELECT rpad('', 1000000000, 'x')",
      "SELECT range(100000000)",
      "SELECT len(range(1000000000))",
      "SELECT generate_series(1, 1000000000)",
      "SELECT list_resize([1], 1000000000)",
      "SELECT array_resize([1], 1000000000, 7)",
      "SELECT repeat(['a'], 1000000000)",
      "SELECT repeat('\\xAA'::BLOB, 1000000000)",
      "SELECT repeat('1', 1000000000)::BIT",
      "SELECT format('{:>1000000000}', 'x')",
      "SELECT printf('%1000000000d', 1)",
      "SELECT string_agg(i::VARCHAR, ',') FROM range(1000000000) t(i)",
      "SELECT list(i) FROM range(1000000000) t(i)",
      "SELECT count(*) FROM (SELECT unnest(range(1000000000)))",
      "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3",
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
      "WITH RECURSIVE r AS (SELECT 'a' AS t UNION ALL SELECT t || t FROM r) SELECT len(t) FROM r",
      "SELECT regexp_replace(repeat('a', 50000000), '(a*)*b', 'c')",
      "SELECT list_concat(range(50000000), range(50000000))",
      "SELECT list_sort(range(100000000))",
      "SELECT array_to_string(range(100000000), ',')",
      "PIVOT (SELECT i, i % 100000 AS k FROM range(1000000) t(i)) ON k USING sum(i)",
      "SELECT " + repeated("(SELECT 1) + ", 5000) + "1",
      "SELECT " + depth + "1" + std::string(depth.size(), ')'),
      "SELECT " + std::string(100'000, '[') + "1" + std::string(100'000, ']'),
      "SELECT " + repeated("- ", 200'000) + "1",
      "SELECT " + repeated("NOT ", 200'000) + "true",
      "SELECT 1 WHERE 1 IN (" + list + ")",
      unions,
      "SELECT " + repeated("repeat(", 30) + "'a'" + repeated(", 10)", 30),
      "SELECT " + columns + " FROM range(1000000)",
      "SELECT * FROM (SELECT " + columns + ") a, range(100000000)",
  };
  for (const std::string& sql : hostile) {
    auto began = Clock::now();
    auto answer = lake_->query(sql, {.timeout = milliseconds(2000)});
    auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - began).count();
    EXPECT_LT(took, 4000) << sql.substr(0, 80);
    if (!answer) {
      EXPECT_TRUE(answer.error().code == Code::kResourceExhausted ||
                  answer.error().code == Code::kCancelled ||
                  answer.error().code == Code::kInvalidArgument)
          << sql.substr(0, 80) << ": " << answer.error().message.substr(0, 300);
      EXPECT_LT(answer.error().message.size(), 10'000u) << sql.substr(0, 80);
    }
    EXPECT_LT(children_kb(), 1'100'000) << sql.substr(0, 80);
  }
  EXPECT_EQ(rows("SELECT 1"), "[[1]]");
  EXPECT_EQ(env_.list(dir_ + "/worker_tmp")->size(), 0u);
}

TEST_F(SqlWorkerTest, WritesAsTheLakeItself) {
  commit_views("a.parquet", {{1, 100}, {2, 200}, {3, 250}}, 300);
  ASSERT_TRUE(lake_->set_macros("shop",
                                "CREATE OR REPLACE TEMPORARY FUNCTION twice(x BIGINT) RETURNS "
                                "BIGINT RETURN x * 2;"));
  TableSpec spec{.table = "silver.v",
                 .select = "SELECT twice(event_id) AS id, seed FROM bronze.pageviews, meta.world",
                 .keys = {"id"},
                 .expectations = {{"few", "id < 4", Expectation::Action::kQuarantine}},
                 .macros = ""};
  auto written = lake_->write_table(spec, {{"pageviews", 240}});
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->rows, 1);
  EXPECT_EQ(written->quarantined, 1);
  EXPECT_EQ(written->cuts, (Cuts{{"pageviews", 240}}));
  ASSERT_EQ(written->expectations.size(), 1u);
  EXPECT_EQ(written->expectations[0].name, "few");
  EXPECT_EQ(written->expectations[0].action, Expectation::Action::kQuarantine);
  EXPECT_EQ(written->expectations[0].failed, 1);
  EXPECT_TRUE(written->reads.contains("bronze.pageviews"));
  EXPECT_FALSE(written->reads.at("bronze.pageviews"));
  EXPECT_EQ(rows("SELECT id, seed FROM silver.v"), "[[2,42]]");
  EXPECT_EQ(lake_->write_table({.table = "gold.v", .select = "SELECT * FROM silver.v"})
                ->reads.at("silver.v"),
            0);
  spec.expectations[0].action = Expectation::Action::kFail;
  auto refused = lake_->write_table(spec);
  EXPECT_EQ(refused.error().code, Code::kFailedPrecondition);
  EXPECT_EQ(refused.error().message.find("silver.v: expectation few"), 0u)
      << refused.error().message;
  EXPECT_EQ(lake_->table_write("silver.v")->version, 0);
}

/// What a table's statement takes while it is planned stands under the same bounds.
TEST_F(SqlWorkerTest, PreviewsAsTheLakeItself) {
  ASSERT_TRUE(lake_->write_table({.table = "silver.t", .select = "SELECT 7 AS x, 1 AS y"}));
  TableSpec spec{.table = "silver.t",
                 .select = "SELECT x, DATE '2026-06-01' AS day FROM range(7, 9) r(x)",
                 .keys = {"x"},
                 .expectations = {{"low", "x < 8", Expectation::Action::kFail}}};
  auto shown = lake_->preview_table(spec, {}, 1);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(nlohmann::json(shown->first.rows).dump(), R"([[7,"2026-06-01"]])");
  EXPECT_TRUE(shown->first.truncated);
  EXPECT_EQ(shown->rows, 2);
  EXPECT_EQ(shown->expectations.at(0).failed, 1);
  EXPECT_NE(shown->problem.find("e.g. x=8"), std::string::npos) << shown->problem;
  ASSERT_TRUE(shown->difference);
  // The keys are told by the rule that doesn't hold to be no keys to compare by: whole rows are.
  EXPECT_EQ(shown->difference->added, 1);
  EXPECT_EQ(shown->difference->columns.size(), 3u);
  spec.select = "SELECT nothing AS x";
  auto wrong = lake_->preview_table(spec, {}, 1);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("line 1, column 8: ")) << wrong.error().message;
  EXPECT_TRUE(env_.list(dir_ + "/worker_tmp")->empty());
}

TEST_F(SqlWorkerTest, NoTableTakesMoreThanItsMemoryAndTime) {
  ASSERT_TRUE(lake_->write_table({.table = "silver.t", .select = "SELECT 7 AS x"}));
  std::string unions = "SELECT 1 AS x";
  for (int i = 0; i < 20'000; ++i) unions += " UNION ALL SELECT 1";
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  for (const std::string& sql :
       {std::string("SELECT repeat('a', 1000000000) AS x"),
        std::string("SELECT lpad('', 1000000000, 'x') AS x"),
        std::string("SELECT range(100000000) AS x"),
        std::string("SELECT * FROM range(100000000000)"),
        "SELECT " + repeated("- ", 200'000) + "1 AS x",
        std::string("SELECT list(i) AS x FROM range(1000000000) t(i)"), unions}) {
    auto began = Clock::now();
    auto written =
        lake_->write_table({.table = "silver.t", .select = sql}, {}, {}, milliseconds(2000));
    EXPECT_LT(Clock::now() - began, milliseconds(4000)) << sql.substr(0, 80);
    ASSERT_FALSE(written) << sql.substr(0, 80);
    EXPECT_LT(children_kb(), 1'100'000) << sql.substr(0, 80);
    EXPECT_EQ(env_.list(dir_ + "/worker_tmp")->size(), 0u);
    EXPECT_EQ(env_.list(root() + "/silver/t")->size(), 2u);  // the log and the file
  }
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100'000) << "KB of this process";
  EXPECT_EQ(rows("SELECT * FROM silver.t"), "[[7]]");
}

/// A parser takes seconds and gigabytes for some texts that are small enough to be sent.
TEST_F(SqlWorkerTest, LargeTextsAreCheckedWithinBounds) {
  std::string list = "1", ors = "1=1";
  while (list.size() < 1'000'000) list += ",1";
  while (ors.size() < 700'000) ors += " OR 1=1";
  rusage before{}, after{};
  ::getrusage(RUSAGE_SELF, &before);
  for (const std::string& where : {"1 IN (" + list + ")", ors, repeated("- ", 400'000) + "1 > 0"}) {
    auto began = Clock::now();
    TableSpec spec{.table = "silver.t", .select = "SELECT 1 AS x WHERE " + where};
    (void)lake_->check_sql(spec.select);
    (void)lake_->check_table(spec);
    EXPECT_LT(Clock::now() - began, milliseconds(25'000)) << where.substr(0, 40);
    EXPECT_LT(children_kb(), 1'100'000) << where.substr(0, 40);
  }
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100'000) << "KB of this process";
  // One that is only long is read as ever, and says what it reads and where.
  std::string long_one = "-- " + std::string(50'000, 'x') + "\nSELECT * FROM bronze.users, other";
  auto uses = lake_->table_uses(long_one);
  ASSERT_TRUE(uses) << uses.error().message;
  ASSERT_EQ(uses->size(), 2u);
  EXPECT_EQ((*uses)[0].table, "bronze.users");
  EXPECT_EQ((*uses)[0].place, "line 2, column 15: ");
  EXPECT_EQ((*uses)[1].table, "other");
  EXPECT_EQ(*lake_->check_sql(long_one), std::vector<std::string>{"bronze.users"});
  EXPECT_EQ(lake_->check_sql(long_one + " WHERE").error().code, Code::kInvalidArgument);
}

TEST_F(SqlWorkerTest, ATableTakesHalfOfTheFreeDiskAtMost) {
  base::FaultyEnv small;
  auto opened = Lake::open({.env = &small,
                            .clock = &clock_,
                            .root = root(),
                            .temp_dir = dir_ + "/small_tmp",
                            .sql_worker = {LAKE_SQL_WORKER}});
  ASSERT_TRUE(opened);
  small.set_disk_bytes(4 << 20);
  auto written = (*opened)->write_table(
      {.table = "silver.t",
       .select = "SELECT md5(CAST(i AS VARCHAR)) AS x FROM range(100000000000) t(i)"});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Code::kResourceExhausted) << written.error().message;
  EXPECT_EQ(env_.list(dir_ + "/small_tmp")->size(), 0u);
}

/// A batch of rows that is too large for memory has first ones that aren't.
TEST_F(SqlWorkerTest, LargeRowsAreAnsweredUpToTheSizeOfAnAnswer) {
  for (const char* sql :
       {"SELECT repeat('x', 1000000) AS x FROM range(1000)",
        "SELECT repeat(chr(65 + (range % 26)::INT), 1000000) AS x FROM range(1000)",
        "SELECT repeat('x', 500000 + range) AS x, 'a'::BLOB FROM range(5000)"}) {
    auto answer = lake_->query(sql);
    ASSERT_TRUE(answer) << sql << ": " << answer.error().message;
    EXPECT_TRUE(answer->truncated) << sql;
    EXPECT_GT(answer->rows.size(), 50u) << sql;
    EXPECT_LT(answer->rows.size(), 140u) << sql;
    EXPECT_EQ(answer->columns[0].name, "x");
    EXPECT_GE(answer->rows.back()[0].get<std::string>().size(), 500'000u);
  }
  auto ordered = lake_->query(
      "SELECT range, repeat('x', 1000000) FROM range(1000) ORDER BY range DESC", {.max_rows = 20});
  ASSERT_TRUE(ordered) << ordered.error().message;
  EXPECT_TRUE(ordered->truncated);
  ASSERT_EQ(ordered->rows.size(), 20u);
  EXPECT_EQ(ordered->rows[19][0], 980);
  // What fits is whole, and what one row can't hold is none.
  EXPECT_FALSE(lake_->query("SELECT repeat('x', 1000000) FROM range(20)")->truncated);
  auto one = lake_->query("SELECT repeat('x', 100000000)");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_TRUE(one->truncated);
  EXPECT_EQ(one->rows.size(), 0u);
}

/// What the engine sets aside for a text file to find its columns doesn't add up over the files.
TEST_F(SqlWorkerTest, ATableOfManyTextFilesIsRead) {
  for (std::string format : {"json", "csv"}) {
    for (int i = 0; i < 150; ++i) {
      std::string folder = fmt::format("{}/bronze/many_{}/part={}", root(), format, i);
      ASSERT_TRUE(env_.make_dirs(folder));
      std::string value = i == 140 ? "1.5" : std::to_string(i), more = i == 90 ? ",\"m\":1" : "";
      std::string text = format == "json"
                             ? fmt::format("{{\"id\":{},\"v\":{}{}}}\n", i, value, more)
                             : fmt::format("id,v{}\n{},{}{}\n", i == 90 ? ",m" : "", i, value,
                                           i == 90 ? ",1" : "");
      ASSERT_TRUE(env_.write_file(folder + "/a." + format, text));
    }
    std::string table = "bronze.many_" + format;
    EXPECT_EQ(rows("SELECT count(*), sum(v), sum(m), max(part) FROM " + table),
              "[[150,11036.5,1,149]]");
    EXPECT_EQ(rows("SELECT * FROM " + table + " LIMIT 0"), "[]");
  }
}

TEST_F(SqlWorkerTest, OneThatIsStoppedEndsAtOnceWhereverItIs) {
  for (const std::string& sql :
       {std::string("SELECT lpad('', 1000000000, 'x')"),  // computed while it is planned
        std::string("SELECT count(*) FROM range(10000000000) t(i) WHERE i % 7 = 3")}) {
    std::stop_source source;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(milliseconds(100));
      source.request_stop();
    });
    auto began = Clock::now();
    auto answer = lake_->query(sql, {.stop = source.get_token()});
    EXPECT_LT(Clock::now() - began, milliseconds(1000)) << sql.substr(0, 80);
    ASSERT_FALSE(answer) << sql.substr(0, 80);
    EXPECT_EQ(answer.error().code, Code::kCancelled) << answer.error().message;
  }
}

TEST_F(SqlWorkerTest, WaitingForATurnEndsToo) {
  std::stop_source all, one;
  std::vector<std::jthread> busy;
  for (int i = 0; i < 3; ++i) {
    busy.emplace_back([&] {
      (void)lake_->query("SELECT count(*) FROM range(10000000000) t(i) WHERE i % 7 = 3",
                         {.stop = all.get_token()});
    });
  }
  std::this_thread::sleep_for(milliseconds(200));
  std::jthread stopper([&] {
    std::this_thread::sleep_for(milliseconds(100));
    one.request_stop();
  });
  auto began = Clock::now();
  EXPECT_EQ(lake_->query("SELECT 1", {.stop = one.get_token()}).error().code, Code::kCancelled);
  EXPECT_LT(Clock::now() - began, milliseconds(1000));
  all.request_stop();
}

TEST_F(SqlWorkerTest, AWorkerThatDiesFailsItsStatementOnly) {
  for (int time = 0; time < 2; ++time) {  // the first one's is started then, the second's was ahead
    Workers dying({"/bin/sh", "-c", "read line; kill -9 $$"});
    auto died = dying.ask("{}\n", {}, {});
    ASSERT_FALSE(died);
    EXPECT_EQ(died.error().code, Code::kResourceExhausted);
  }
  EXPECT_FALSE(Workers({"/nothing/there"}).ask("{}", {}, {}));
  Workers cats({"/bin/cat"});
  const std::string long_line = std::string(1 << 20, 'x') + "\n";
  for (int time = 0; time < 3; ++time) EXPECT_EQ(*cats.ask(long_line, {}, {}), long_line);
}

TEST_F(SqlWorkerTest, OneThatEndedBeforeItWasAskedIsReplaced) {
  // One that finds `tired` ends as one that waited long enough does, its question on the way.
  const std::string tired = dir_ + "/tired";
  Workers workers({"/bin/sh", "-c", "sleep 0.2; rm " + tired + " 2>/dev/null && exit 3; cat"});
  for (const char* question : {"a\n", "b\n", "c\n", "d\n"}) {
    auto answer = workers.ask(question, {}, {});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, question);
    std::ofstream(tired) << "!";
  }
}

TEST_F(SqlWorkerTest, AWorkerEndsWithItsReader) {
  // Busy for hours, its reader gone: what a daemon's death leaves.
  int out[2], in[2];
  ASSERT_EQ(::pipe(out), 0);
  ASSERT_EQ(::pipe(in), 0);
  pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    for (int fd : {in[0], in[1], out[0], out[1]}) ::close(fd);
    ::execl(LAKE_SQL_WORKER, LAKE_SQL_WORKER, nullptr);
    ::_exit(127);
  }
  const std::string question =
      to_text(WorkerRequest{.root = root(),
                            .temp_dir = dir_ + "/worker_tmp/x",
                            .memory_mb = 256,
                            .threads = 1,
                            .sql = "SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3",
                            .max_rows = 1,
                            .max_bytes = 1000});
  ASSERT_EQ(::write(in[1], question.data(), question.size()), std::ssize(question));
  for (int fd : {in[0], in[1], out[1]}) ::close(fd);
  std::this_thread::sleep_for(milliseconds(300));
  ASSERT_EQ(::waitpid(pid, nullptr, WNOHANG), 0) << "it has ended already";
  ::close(out[0]);
  auto began = Clock::now();
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  EXPECT_LT(Clock::now() - began, milliseconds(2000));
}

}  // namespace
}  // namespace lake
