// What SQL from outside must not be able to do.
#include <gtest/gtest.h>
#include <unistd.h>

#include "lake/session_internal.h"
#include "lake/tests/lake_fixture.h"

namespace lake {
namespace {

using base::Code;

class SqlAttackTest : public LakeFixture {
 protected:
  void SetUp() override {
    write("../secret.csv", "a,b\n1,2\n");
    ASSERT_TRUE(env_.write_file(dir_ + "/secret.csv", "a,b\n1,token\n"));
  }
  bool leaks(const std::string& text) { return text.find("token") != std::string::npos; }
};

TEST_F(SqlAttackTest, NothingIsReadButTheLakesTables) {
  std::string lake = root(), outside = dir_;
  for (const std::string& sql : {
           std::string("SELECT * FROM read_csv('/etc/passwd')"),
           std::string("SELECT * FROM READ_CSV_AUTO('/etc/passwd')"),
           std::string("FROM '/etc/passwd'"),
           "SELECT * FROM '" + outside + "/secret.csv'",
           "SELECT * FROM '" + lake + "/../secret.csv'",
           "SELECT * FROM \"" + lake + "/secret.txt\"",
           "SELECT * FROM read_text('" + lake + "/secret.txt')",
           "SELECT * FROM read_text('" + lake + "/bronze/../../secret.csv')",
           "SELECT * FROM read_blob('" + lake + "/bronze/users/users.json')",
           std::string("SELECT * FROM glob('/etc/*')"),
           std::string("SELECT * FROM sniff_csv('/etc/passwd')"),
           std::string("SELECT (SELECT max(content) FROM read_text('/etc/passwd'))"),
           std::string("WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a"),
           std::string("SELECT 1 WHERE EXISTS (FROM read_text('/etc/passwd'))"),
           std::string("SELECT * FROM bronze.users, LATERAL (FROM read_text('/etc/passwd'))"),
           std::string("SELECT 1 UNION ALL SELECT size FROM read_text('/etc/passwd')"),
           std::string("DESCRIBE SELECT * FROM read_csv('/etc/passwd')"),
           std::string("SUMMARIZE '/etc/passwd'"),
           std::string("SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')"),
           std::string("SELECT * FROM query_table(['/etc/passwd'])"),
           std::string("SELECT * FROM json_execute_serialized_sql('{}')"),
           std::string("SELECT * FROM parquet_metadata('x')"),
           std::string("SELECT * FROM duckdb_settings()"),
           std::string("SELECT * FROM duckdb_secrets()"),
           std::string("SELECT * FROM pragma_database_list()"),
           std::string("SELECT * FROM hriste_batches(1::UBIGINT)"),
           std::string("SELECT * FROM bronze.\"../../secret\""),
           std::string("SELECT * FROM system.main.duckdb_settings"),
           std::string("SELECT * FROM main.x"),
       }) {
    auto result = lake_->query(sql);
    ASSERT_FALSE(result) << sql;
    EXPECT_TRUE(result.error().code == Code::kPermissionDenied ||
                result.error().code == Code::kNotFound ||
                result.error().code == Code::kInvalidArgument)
        << sql << ": " << result.error().message;
    EXPECT_FALSE(leaks(result.error().message)) << result.error().message;
    EXPECT_FALSE(lake_->overwrite_table("silver.stolen", sql)) << sql;
  }
  EXPECT_FALSE(env_.exists(root() + "/silver/stolen"));
}

TEST_F(SqlAttackTest, NothingIsWrittenOrChanged) {
  for (const char* sql : {"COPY (SELECT 1) TO '/tmp/hriste_stolen.csv'",
                          "ATTACH '/tmp/hriste_stolen.db'",
                          "INSTALL httpfs",
                          "LOAD httpfs",
                          "PRAGMA threads=1",
                          "SET threads = 1",
                          "RESET threads",
                          "CREATE TABLE t AS SELECT 1",
                          "DROP VIEW bronze.users",
                          "INSERT INTO meta.world VALUES (1)",
                          "DELETE FROM meta.world",
                          "EXPORT DATABASE '/tmp/hriste_stolen'",
                          "CALL duckdb_settings()",
                          "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/hriste_stolen.csv'",
                          "CHECKPOINT",
                          "VACUUM",
                          "BEGIN",
                          "CREATE SECRET (TYPE s3)",
                          "USE system",
                          "PREPARE p AS SELECT 1",
                          "CREATE MACRO m() AS 1",
                          "SELECT 1; SELECT 2",
                          "SELECT 1; COPY (SELECT 1) TO '/tmp/hriste_stolen_x'",
                          "",
                          ";",
                          "-- nothing",
                          "SELECT 1) TO '/tmp/hriste_stolen.csv' (FORMAT csv); --",
                          "SELECT 1 /*",
                          "SELECT $1",
                          "SELECT ?"}) {
    auto result = lake_->query(sql);
    EXPECT_FALSE(result) << sql;
    EXPECT_FALSE(lake_->overwrite_table("silver.stolen", sql)) << sql;
  }
  for (const char* path : {"/tmp/hriste_stolen.csv", "/tmp/hriste_stolen.db", "/tmp/hriste_stolen",
                           "/tmp/hriste_stolen_x"}) {
    EXPECT_FALSE(env_.exists(path)) << path;
  }
}

TEST_F(SqlAttackTest, TheEngineItselfIsClosedOff) {
  // Past the check of the text: what the engine refuses by its own settings.
  auto session = *Session::open(*lake_, "SELECT * FROM bronze.users", {});
  auto& connection = session->connection();
  for (const std::string& sql :
       {std::string("SELECT * FROM read_text('/etc/passwd')"),
        "SELECT * FROM read_text('" + root() + "/../secret.csv')",
        "SELECT * FROM read_text('" + dir_ + "/secret.csv')",
        std::string("COPY (SELECT 1) TO '/tmp/hriste_stolen.csv'"),
        std::string("ATTACH '/tmp/hriste_stolen.db'"), std::string("LOAD httpfs"),
        std::string("INSTALL httpfs"), std::string("SET enable_external_access = true"),
        std::string("SET allowed_directories = ['/']"),
        std::string("SET lock_configuration = false"), std::string("SET temp_directory = '/tmp'"),
        std::string("PRAGMA memory_limit='10GB'")}) {
    EXPECT_FALSE(connection.run(sql)) << sql;
  }
  EXPECT_TRUE(connection.run("SELECT * FROM bronze.users"));
}

TEST_F(SqlAttackTest, LinksOutOfTheLakeAreNoTables) {
  ASSERT_TRUE(env_.make_dirs(root() + "/bronze/linked"));
  ASSERT_EQ(::symlink((dir_ + "/secret.csv").c_str(), (root() + "/bronze/linked/a.csv").c_str()),
            0);
  ASSERT_EQ(::symlink(dir_.c_str(), (root() + "/bronze/outside").c_str()), 0);
  EXPECT_FALSE(lake_->query("SELECT * FROM bronze.linked"));
  EXPECT_FALSE(lake_->query("SELECT * FROM bronze.outside"));
}

TEST_F(SqlAttackTest, HarmlessThingsWork) {
  EXPECT_EQ(rows("WITH t AS (SELECT unnest([1,2]) AS n) SELECT sum(n) FROM t"), "[[3]]");
  EXPECT_EQ(rows("SELECT count(*) FROM range(5) r, generate_series(1, 2) g"), "[[10]]");
  EXPECT_EQ(rows("VALUES (1), (2)"), "[[1],[2]]");
  EXPECT_EQ(rows("FROM Bronze.USERS SELECT count(*)"), "[[2]]");
  EXPECT_NE(rows("DESCRIBE bronze.users").find("city"), std::string::npos);
  EXPECT_NE(rows("SHOW TABLES").find("error"), 0u);
  EXPECT_NE(rows("SELECT table_schema, table_name FROM information_schema.tables").find("towns"),
            std::string::npos);
  EXPECT_EQ(rows("SELECT ';' AS a -- ; SELECT 2"), R"([[";"]])");
  EXPECT_EQ(
      *lake_->check_sql("SELECT * FROM silver.a JOIN gold.b USING (id) JOIN silver.a USING (id)"),
      (std::vector<std::string>{"silver.a", "gold.b"}));
}

}  // namespace
}  // namespace lake
