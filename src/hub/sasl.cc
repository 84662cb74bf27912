#include "hub/sasl.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

namespace hub {
namespace {

constexpr std::string_view kUser = "$ConnectionString";
constexpr std::string_view kKeyName = "RootManageSharedAccessKey";

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
Digest digest(std::string_view text) {
  Digest out;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

/// The value of `name` in "name=value;name=value"; values may hold '='.
std::string_view part(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

}  // namespace

std::string connection_string(int port, std::string_view key) {
  return fmt::format("Endpoint=sb://127.0.0.1:{}/;SharedAccessKeyName={};SharedAccessKey={}", port,
                     kKeyName, key);
}

bool plain_token_fits(std::string_view token, std::string_view key) {
  std::size_t user_at = token.find('\0');
  if (user_at == std::string_view::npos) return false;
  std::size_t password_at = token.find('\0', user_at + 1);
  if (password_at == std::string_view::npos) return false;
  std::string_view user = token.substr(user_at + 1, password_at - user_at - 1);
  std::string_view password = token.substr(password_at + 1);
  // Digests have one length, so that neither the key's length nor its begin shows in the time.
  Digest given = digest(part(password, "SharedAccessKey")), wanted = digest(key);
  bool key_fits = CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
  return key_fits && user == kUser && part(password, "SharedAccessKeyName") == kKeyName;
}

}  // namespace hub
