#include "api/access.h"

#include <gtest/gtest.h>

namespace api {
namespace {

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() { access_.set_port(1234); }
  /// Whether a page with this cookie may read from `access`.
  static bool opens(const Access& access, const std::string& cookie) {
    std::string header = access.cookie_name() + "=" + cookie;
    return access.check_identity({.method = "GET", .cookie = header}).has_value();
  }

  std::int64_t now_ = 1'800'000'000;
  Access access_{std::string(64, 'a'), "one", [this] { return now_; }};
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
  std::string cookie = access_.login(access_.make_login_code());
  Access again(std::string(64, 'a'), "one", [this] { return now_; });
  again.set_port(1235);
  EXPECT_TRUE(opens(again, cookie));
  EXPECT_NE(again.cookie_name(), access_.cookie_name());
}

TEST_F(AccessTest, TheCookieEndsAfterADay) {
  std::string cookie = access_.login(access_.make_login_code());
  now_ += 24 * 3600 - 1;
  EXPECT_TRUE(opens(access_, cookie));
  now_ += 1;
  EXPECT_FALSE(opens(access_, cookie));
  std::string later = std::to_string(now_ + 1000) + cookie.substr(cookie.find('.'));
  EXPECT_FALSE(opens(access_, later)) << "its end is signed";
}

TEST_F(AccessTest, TheCookieIsWorthlessAtAnotherPlayground) {
  std::string cookie = access_.login(access_.make_login_code());
  Access next(std::string(64, 'a'), "two", [this] { return now_; });
  next.set_port(1234);
  EXPECT_FALSE(opens(next, cookie)) << "another id";
  Access other(std::string(64, 'b'), "one", [this] { return now_; });
  other.set_port(1234);
  EXPECT_FALSE(opens(other, cookie)) << "another token";
  for (const char* wrong : {"", ".", "1", "1800000001.", "x.y", "99999999999999999999.0"}) {
    EXPECT_FALSE(opens(access_, wrong)) << wrong;
  }
}

}  // namespace
}  // namespace api
