#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "provider/handshake_internal.h"

namespace provider {
namespace {

using base::Code;

template <auto Free>
struct With {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, With<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, With<X509_free>>;
using Bio = std::unique_ptr<BIO, With<BIO_free_all>>;

constexpr long kValidSeconds = 24 * 3600;
constexpr std::string_view kFolderName = "hriste-plugin-";

std::string bytes_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, With<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  std::uint64_t serial = 0;
  return RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1 &&
         ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

Certificate make_certificate(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509* raw = certificate.get();
  X509_NAME* name = X509_get_subject_name(raw);
  const auto* host = reinterpret_cast<const unsigned char*>("localhost");
  const bool made =
      X509_set_version(raw, 2) == 1 && set_random_serial(raw) &&
      X509_gmtime_adj(X509_getm_notBefore(raw), -60) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(raw), kValidSeconds) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0) == 1 &&
      X509_set_issuer_name(raw, name) == 1 && X509_set_pubkey(raw, key) == 1 &&
      add_extension(raw, NID_basic_constraints, "critical,CA:TRUE") &&
      add_extension(raw, NID_key_usage,
                    "critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign") &&
      add_extension(raw, NID_ext_key_usage, "clientAuth,serverAuth") &&
      add_extension(raw, NID_subject_alt_name, "DNS:localhost") &&
      X509_sign(raw, key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

std::string unpadded_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

bool is_answered(const std::string& socket) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (socket.size() >= sizeof address.sun_path) return true;
  std::ranges::copy(socket, address.sun_path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int rc = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const bool dead = rc != 0 && (errno == ECONNREFUSED || errno == ENOENT);
  if (fd >= 0) ::close(fd);
  return !dead;
}

/// A provider that was killed leaves its folder: those that nobody has answered in for a minute go.
void remove_dead_folders(std::string_view parent) {
  namespace fs = std::filesystem;
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::minutes(1);
  std::error_code ec;
  for (fs::directory_iterator i(parent, ec), end; !ec && i != end; i.increment(ec)) {
    std::error_code own;
    if (!i->path().filename().string().starts_with(kFolderName)) continue;
    const auto changed = i->last_write_time(own);
    const std::string socket = i->path().string() + "/socket";
    if (own || changed > long_ago || i->is_symlink(own) || is_answered(socket)) continue;
    ::unlink(socket.c_str());
    ::rmdir(i->path().c_str());
  }
}

}  // namespace

base::Result<Identity> make_identity() {
  const Key key(EVP_EC_gen("P-256"));
  const auto certificate = key ? make_certificate(key.get()) : nullptr;
  const Bio key_pem(BIO_new(BIO_s_mem())), pem(BIO_new(BIO_s_mem())), der(BIO_new(BIO_s_mem()));
  if (!certificate || !key_pem || !pem || !der ||
      PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      PEM_write_bio_X509(pem.get(), certificate.get()) != 1 ||
      i2d_X509_bio(der.get(), certificate.get()) != 1)
    return base::error(Code::kInternal, "OpenSSL can't make a certificate");
  return Identity{bytes_of(key_pem.get()), bytes_of(pem.get()),
                  unpadded_base64(bytes_of(der.get()))};
}

base::Result<SocketFolder> SocketFolder::make() {
  const char* wanted = std::getenv("PLUGIN_UNIX_SOCKET_DIR");
  if (wanted == nullptr || *wanted == '\0') wanted = std::getenv("TMPDIR");
  int err = 0;
  for (const std::string_view parent : {wanted == nullptr ? "" : wanted, "/tmp"}) {
    std::string folder = fmt::format("{}/{}XXXXXX", parent, kFolderName);
    if (parent.empty() || folder.size() + sizeof "/socket" > sizeof(sockaddr_un::sun_path))
      continue;
    remove_dead_folders(parent);
    if (::mkdtemp(folder.data()) != nullptr) return SocketFolder(std::move(folder));
    err = errno;
  }
  return base::errno_error(err, "can't make a folder in", "/tmp");
}

SocketFolder::~SocketFolder() {
  if (folder_.empty()) return;
  ::unlink(socket().c_str());
  ::rmdir(folder_.c_str());
}

std::string handshake_line(const std::string& socket, const std::string& certificate_text) {
  return fmt::format("1|6|unix|{}|grpc|{}", socket, certificate_text);
}

bool offers_version_6(std::string_view versions) {
  if (versions.empty()) return true;
  while (!versions.empty()) {
    const auto comma = std::min(versions.find(','), versions.size());
    if (versions.substr(0, comma) == "6") return true;
    versions.remove_prefix(std::min(comma + 1, versions.size()));
  }
  return false;
}

}  // namespace provider
