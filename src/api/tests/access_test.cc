#include "api/access.h"

#include <gtest/gtest.h>

namespace api {
namespace {

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() : access_(std::string(64, 'a')) { access_.set_port(1234); }
  Access access_;
};

TEST_F(AccessTest, HostAndOriginMustBeOurs) {
  EXPECT_TRUE(access_.check_place({.host = "127.0.0.1:1234"}));
  EXPECT_TRUE(access_.check_place({.host = "localhost:1234", .origin = "http://localhost:1234"}));
  EXPECT_FALSE(access_.check_place({.host = "evil.example:1234"}));
  EXPECT_FALSE(access_.check_place({.host = "127.0.0.1"}));
  EXPECT_FALSE(access_.check_place({.host = "127.0.0.1:1234", .origin = "http://evil.example"}));
  EXPECT_FALSE(access_.check_place({.host = "127.0.0.1:1234", .origin = "null"}));
}

TEST_F(AccessTest, TheTokenOpens) {
  std::string bearer = "Bearer " + std::string(64, 'a');
  EXPECT_TRUE(access_.check_identity({.method = "PUT", .authorization = bearer}));
  EXPECT_FALSE(access_.check_identity({.method = "GET", .authorization = "Bearer "}));
  EXPECT_FALSE(access_.check_identity({.method = "GET", .authorization = bearer + "a"}));
  EXPECT_FALSE(access_.check_identity({.method = "GET"}));
}

TEST_F(AccessTest, ACodeWorksOnceAndGivesTheCookie) {
  std::string code = access_.make_login_code();
  std::string cookie = access_.login(code);
  ASSERT_FALSE(cookie.empty());
  EXPECT_TRUE(access_.login(code).empty());
  EXPECT_TRUE(access_.login("").empty());
  std::string header = "other=1; " + access_.cookie_name() + "=" + cookie;
  EXPECT_TRUE(access_.check_identity({.method = "GET", .cookie = header}));
  EXPECT_FALSE(access_.check_identity({.method = "POST", .cookie = header}));
  EXPECT_TRUE(access_.check_identity({.method = "POST", .cookie = header, .has_own_header = true}));
}

TEST_F(AccessTest, TheCookieSurvivesARestartAndDiffersByPort) {
  Access again(std::string(64, 'a'));
  again.set_port(1235);
  EXPECT_EQ(again.login(again.make_login_code()), access_.login(access_.make_login_code()));
  EXPECT_NE(again.cookie_name(), access_.cookie_name());
}

}  // namespace
}  // namespace api
