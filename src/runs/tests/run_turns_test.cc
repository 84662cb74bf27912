#include "runs/run_turns.h"

#include <gtest/gtest.h>

#include <memory>

namespace runs {
namespace {

using Turn = RunTurns::Turn;

TEST(RunTurns, OneTableIsWrittenByOneAtATimeInTheOrderOfAsking) {
  RunTurns turns;
  auto first = std::make_unique<Turn>(turns, "r", std::set<std::string>{"a", "b"});
  auto second = std::make_unique<Turn>(turns, "r", std::set<std::string>{"b"});
  Turn third(turns, "r", {"b"});
  EXPECT_FALSE(second->try_write()) << "the first has asked before, though it hasn't begun";
  EXPECT_TRUE(first->try_write());
  EXPECT_FALSE(second->try_write());
  first.reset();
  EXPECT_FALSE(third.try_write());
  EXPECT_TRUE(second->try_write());
  second.reset();
  EXPECT_TRUE(third.try_write());
}

TEST(RunTurns, OtherTablesAreWrittenBesideEachOther) {
  RunTurns turns;
  Turn first(turns, "r", {"a"}), second(turns, "r", {"b"});
  EXPECT_TRUE(first.try_write());
  EXPECT_TRUE(second.try_write());
}

TEST(RunTurns, AGradeWaitsUntilNobodyWritesAndNobodyWritesMeanwhile) {
  RunTurns turns;
  auto writer = std::make_unique<Turn>(turns, "r", std::set<std::string>{"a"});
  ASSERT_TRUE(writer->try_write());
  auto grade = std::make_unique<Turn>(turns, "the grade");
  Turn later(turns, "r", {"b"});
  EXPECT_FALSE(grade->try_grade());
  EXPECT_FALSE(later.try_write()) << "the grade has asked before";
  writer.reset();
  EXPECT_TRUE(grade->try_grade());
  EXPECT_FALSE(later.try_write());
  grade.reset();
  EXPECT_TRUE(later.try_write());
}

TEST(RunTurns, TwoRunsThatHaveWrittenGradeOneAfterTheOther) {
  RunTurns turns;
  auto first = std::make_unique<Turn>(turns, "r", std::set<std::string>{"a"});
  Turn second(turns, "r", {"b"});
  ASSERT_TRUE(first->try_write() && second.try_write());
  second.done_writing();
  EXPECT_FALSE(second.try_grade()) << "the first still writes";
  first->done_writing();
  EXPECT_FALSE(second.try_grade()) << "the first comes before";
  EXPECT_TRUE(first->try_grade());
  first.reset();
  EXPECT_TRUE(second.try_grade());
}

}  // namespace
}  // namespace runs
