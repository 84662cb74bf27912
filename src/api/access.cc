#include "api/access.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <charconv>
#include <span>

namespace api {

using base::Code;
using base::Status;

namespace {

constexpr auto kCodeLife = std::chrono::minutes(1);

/// The value of the cookie `name` in a Cookie header, or empty.
std::string_view cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    size_t end = header.find(';');
    std::string_view pair = header.substr(0, end);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return {};
}

std::string hex(std::span<const unsigned char> bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

std::string random_token() {
  unsigned char bytes[32];
  CHECK(RAND_bytes(bytes, sizeof bytes) == 1);
  return hex(bytes);
}

bool equal_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Access::Access(std::string token, std::string playground, Now now)
    : token_(std::move(token)), playground_(std::move(playground)), now_(std::move(now)) {}

std::int64_t Access::wall_now() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::string Access::signature_of(std::string_view end) const {
  std::string text = fmt::format("hriste page cookie:{}:{}", playground_, end);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), token_.data(), static_cast<int>(token_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return hex({digest, size});
}

/// "END.SIGNATURE".
bool Access::is_valid_cookie(std::string_view value) const {
  size_t dot = value.find('.');
  if (dot == std::string_view::npos) return false;
  std::string_view end = value.substr(0, dot);
  std::int64_t last = 0;
  auto [rest, error] = std::from_chars(end.data(), end.data() + end.size(), last);
  if (error != std::errc() || rest != end.data() + end.size()) return false;
  return equal_secret(value.substr(dot + 1), signature_of(end)) && now_() < last;
}

void Access::set_port(int port) {
  cookie_name_ = fmt::format("hriste-{}", port);
  host_ip_ = fmt::format("127.0.0.1:{}", port);
  host_name_ = fmt::format("localhost:{}", port);
}

Status Access::check_place(const RequestFacts& request) const {
  if (request.host != host_ip_ && request.host != host_name_) {
    return base::error(Code::kPermissionDenied, "the Host header must be {} or {}", host_ip_,
                       host_name_);
  }
  if (!request.origin.empty() && request.origin != fmt::format("http://{}", request.host)) {
    return base::error(Code::kPermissionDenied, "requests from other sites are refused");
  }
  return {};
}

bool Access::has_token(std::string_view authorization) const {
  constexpr std::string_view kBearer = "Bearer ";
  return authorization.starts_with(kBearer) &&
         equal_secret(authorization.substr(kBearer.size()), token_);
}

Status Access::check_identity(const RequestFacts& request) const {
  if (has_token(request.authorization)) return {};
  if (is_valid_cookie(cookie_value(request.cookie, cookie_name_))) {
    if (request.method == "GET" || request.has_own_header) return {};
    return base::error(Code::kPermissionDenied, "a write from the page needs the header X-Hriste");
  }
  return base::error(Code::kPermissionDenied,
                     "not logged in (a login lasts a day): open the page with `hriste open`, or "
                     "send the bearer token");
}

std::string Access::make_login_code() {
  std::string code = random_token();
  auto now = std::chrono::steady_clock::now();
  base::MutexLock lock(mutex_);
  std::erase_if(codes_, [&](const auto& entry) { return entry.second < now; });
  codes_[code] = now + kCodeLife;
  return code;
}

std::string Access::login(std::string_view code) {
  base::MutexLock lock(mutex_);
  auto it = codes_.find(code);
  if (it == codes_.end()) return {};
  bool fresh = it->second >= std::chrono::steady_clock::now();
  codes_.erase(it);
  if (!fresh) return {};
  std::string end = std::to_string(now_() + kCookieLife.count());
  return end + "." + signature_of(end);
}

}  // namespace api
