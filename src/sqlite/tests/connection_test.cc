#include "sqlite/connection.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"

namespace sqlite {
namespace {

class ConnectionTest : public base::TempDirTest {
 protected:
  std::string path() const { return dir_ + "/notes.db"; }
  Connection open() {
    return Connection::open(path(), {.called = "notes", .when_damaged = "; bring a copy back"})
        .value();
  }
  static std::int64_t count(Connection& db) {
    auto statement = db.prepare("SELECT count(*) FROM notes").value();
    EXPECT_TRUE(statement.step().value());
    return statement.column_int(0);
  }
};

TEST_F(ConnectionTest, WhatGoesInComesOut) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE notes (at INTEGER, weight REAL, text TEXT)"));
  auto insert = db.prepare("INSERT INTO notes VALUES (?, ?, ?)").value();
  std::string text = std::string("příliš\0žluťoučký", 20);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(insert.integer(INT64_MAX - i).number(0.1).text(text).run());
    insert.again();
  }
  EXPECT_EQ(db.changes(), 1);
  auto rows = db.prepare("SELECT at, weight, text, NULL FROM notes ORDER BY at DESC").value();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(rows.step().value());
    EXPECT_EQ(rows.column_int(0), INT64_MAX - i);
    EXPECT_EQ(rows.column_number(1), 0.1);
    EXPECT_EQ(rows.column_text(2), text);
    EXPECT_EQ(rows.column_text(3), "");
  }
  EXPECT_FALSE(rows.step().value());
}

TEST_F(ConnectionTest, ATransactionThatFailsLeavesNothing) {
  auto db = open();
  ASSERT_TRUE(db.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY)"));
  auto twice = db.transaction([&]() -> base::Status {
    TRY(db.exec("INSERT INTO notes VALUES (1)"));
    return db.exec("INSERT INTO notes VALUES (1)");
  });
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, base::Code::kAlreadyExists);
  EXPECT_EQ(count(db), 0);
  ASSERT_TRUE(db.transaction([&] { return db.exec("INSERT INTO notes VALUES (1)"); }));
  EXPECT_EQ(count(db), 1);
}

TEST_F(ConnectionTest, ErrorsSayWhereAndWhatToDo) {
  auto db = open();
  auto wrong = db.prepare("SELECT 1,\n  FROM notes");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, base::Code::kInvalidArgument);
  EXPECT_NE(wrong.error().message.find("line 2, column 3"), std::string::npos);
  EXPECT_NE(wrong.error().message.find("notes " + path()), std::string::npos);
  EXPECT_FALSE(db.prepare("SELECT 1; SELECT 2"));
  EXPECT_FALSE(db.prepare("  "));

  ASSERT_TRUE(base::Env::real().write_file(dir_ + "/junk.db", std::string(4096, 'x')));
  auto junk = Connection::open(dir_ + "/junk.db", {.when_damaged = "; bring a copy back"}).value();
  auto read = junk.exec("SELECT * FROM sqlite_schema");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, base::Code::kDataLoss);
  EXPECT_TRUE(read.error().message.ends_with("; bring a copy back"));
}

TEST_F(ConnectionTest, WhoOnlyReadsMakesNoFileAndWritesNothing) {
  auto none = Connection::open(path(), {.read_only = true});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::Code::kNotFound);
  EXPECT_FALSE(base::Env::real().exists(path()));
  ASSERT_TRUE(open().exec("CREATE TABLE notes (id INTEGER)"));
  auto reader = Connection::open(path(), {.read_only = true}).value();
  EXPECT_EQ(count(reader), 0);
  auto written = reader.exec("INSERT INTO notes VALUES (1)");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, base::Code::kPermissionDenied);
}

}  // namespace
}  // namespace sqlite
