#include "base/differing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace base {
namespace {

std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST(DifferingParts, ShortTextsStayWhole) {
  auto parts = differing_parts("Brno", "brno", 20);
  EXPECT_EQ(parts.a, "Brno");
  EXPECT_EQ(parts.b, "brno");
}

TEST(DifferingParts, WhatDiffersIsShownWhereverItStands) {
  std::string text(1000, 'x');
  for (std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{17}, std::size_t{500},
                         std::size_t{990}, std::size_t{999}}) {
    std::string other = text;
    other[at] = '!';
    auto parts = differing_parts(text, other, 40);
    EXPECT_NE(parts.a, parts.b) << at;
    EXPECT_NE(parts.b.find('!'), std::string::npos) << at;
    EXPECT_EQ(length(parts.a), 40u) << at;
    EXPECT_EQ(length(parts.b), 40u) << at;
  }
}

TEST(DifferingParts, EqualTextsAreShownFromTheirBegin) {
  std::string text = "13 rows, hash 1" + std::string(100, 'x');
  auto parts = differing_parts(text, text, 20);
  EXPECT_TRUE(parts.a.starts_with("13 rows, hash 1"));
  EXPECT_EQ(parts.a, parts.b);
}

TEST(DifferingParts, AnAddedEndIsShown) {
  std::string text(100, 'x');
  auto parts = differing_parts(text, text + " more", 40);
  EXPECT_NE(parts.b.find(" more"), std::string::npos);
  EXPECT_NE(parts.a, parts.b);
  EXPECT_TRUE(parts.a.starts_with("…"));
  parts = differing_parts(text, "", 40);
  EXPECT_EQ(parts.b, "");
}

TEST(DifferingParts, CharactersStayWhole) {
  std::string text, other;
  for (int i = 0; i < 200; ++i) text += "ž";
  other = text + "a";
  auto parts = differing_parts(text, other, 21);
  EXPECT_EQ(length(parts.b), 21u);
  EXPECT_TRUE(parts.b.ends_with("ža"));
  parts = differing_parts("š" + text, "č" + text, 21);
  EXPECT_TRUE(parts.a.starts_with("šž"));
  EXPECT_TRUE(parts.b.ends_with("ž…"));
}

}  // namespace
}  // namespace base
