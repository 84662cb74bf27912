// Who may ask: bearer token or the page's cookie, and from where (Host and Origin).
//
// The token lies in a file that only its owner can read. `hriste open` turns it into a one-time
// code that the browser exchanges for a cookie (HttpOnly, SameSite=Strict), good for a day and for
// this playground only. Host is checked against
// DNS rebinding, Origin against cross-site requests; a cookie alone may not write without the
// header X-Hriste, which no form can send. Thread: thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"

namespace api {

/// 32 random bytes as 64 hex digits.
std::string random_token();
/// In time that does not depend on where the texts differ.
bool equal_secret(std::string_view a, std::string_view b);

/// How long a browser stays logged in.
constexpr std::chrono::seconds kCookieLife = std::chrono::hours(24);

struct RequestFacts {
  std::string_view method, host, origin, authorization, cookie;
  bool has_own_header = false;  ///< X-Hriste is there
};

class Access {
 public:
  /// Seconds since 1970, of the wall.
  using Now = std::function<std::int64_t()>;

  /// A cookie says when it ends and is signed with the token, so that a browser stays logged in
  /// when the daemon starts again; `playground` is its id, which is signed too.
  Access(std::string token, std::string playground, Now now = wall_now);

  /// The port that Host and Origin must name. Cookies don't know ports, so the port is part of the
  /// cookie's name: two playgrounds don't log each other out.
  void set_port(int port);
  const std::string& cookie_name() const { return cookie_name_; }
  /// Errors: kPermissionDenied saying which rule it was.
  base::Status check_place(const RequestFacts& request) const;
  base::Status check_identity(const RequestFacts& request) const;
  /// Whether an Authorization header holds the token: it comes from a terminal, not from the page.
  bool has_token(std::string_view authorization) const;

  /// A code that login() takes once, within a minute.
  std::string make_login_code();
  /// The cookie's value for a valid code, else empty.
  std::string login(std::string_view code);

 private:
  static std::int64_t wall_now();
  std::string signature_of(std::string_view end) const;
  bool is_valid_cookie(std::string_view value) const;

  const std::string token_, playground_;
  const Now now_;
  std::string host_ip_, host_name_, cookie_name_;
  mutable base::Mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> codes_
      GUARDED_BY(mutex_);
};

}  // namespace api
