#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "provider/handshake_internal.h"

namespace provider {
namespace {

TEST(Identity, IsASelfSignedAuthorityForLocalhost) {
  const auto identity = make_identity();
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->certificate_text.find('='), std::string::npos);
  EXPECT_EQ(identity->certificate_text.find('\n'), std::string::npos);
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(identity->certificate_pem.data(), -1), BIO_free);
  std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ca(certificate.get()), 1);
  EXPECT_EQ(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())), 1);
  EXPECT_NE(make_identity()->certificate_text, identity->certificate_text);
}

TEST(SocketFolder, IsPrivateAndRemoved) {
  std::string path;
  {
    const auto folder = SocketFolder::make();
    ASSERT_TRUE(folder);
    path = std::filesystem::path(folder->socket()).parent_path();
    EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(SocketFolder, RemovesWhatKilledOnesLeft) {
  namespace fs = std::filesystem;
  const fs::path parent = fs::path(testing::TempDir()) / fmt::format("sockets-{}", ::getpid());
  for (const char* name :
       {"hriste-plugin-old", "hriste-plugin-new", "hriste-plugin-full", "other"}) {
    fs::create_directories(parent / name);
    std::ofstream(parent / name / "socket") << "";
  }
  std::ofstream(parent / "hriste-plugin-full" / "letter") << "";
  for (const char* name : {"hriste-plugin-old", "hriste-plugin-full", "other"}) {
    fs::last_write_time(parent / name, fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  ::setenv("PLUGIN_UNIX_SOCKET_DIR", parent.c_str(), 1);
  const auto folder = SocketFolder::make();
  ::unsetenv("PLUGIN_UNIX_SOCKET_DIR");
  ASSERT_TRUE(folder);
  EXPECT_FALSE(fs::exists(parent / "hriste-plugin-old"));
  EXPECT_TRUE(fs::exists(parent / "hriste-plugin-new" / "socket"));
  EXPECT_TRUE(fs::exists(parent / "hriste-plugin-full" / "letter"));
  EXPECT_TRUE(fs::exists(parent / "other" / "socket"));
  fs::remove_all(parent);
}

TEST(SocketFolder, AvoidsPathsThatAreTooLong) {
  ::setenv("PLUGIN_UNIX_SOCKET_DIR", ("/" + std::string(120, 'x')).c_str(), 1);
  const auto folder = SocketFolder::make();
  ::unsetenv("PLUGIN_UNIX_SOCKET_DIR");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->socket().starts_with("/tmp/"));
}

TEST(Handshake, Line) { EXPECT_EQ(handshake_line("/tmp/s", "CERT"), "1|6|unix|/tmp/s|grpc|CERT"); }

TEST(Handshake, Versions) {
  EXPECT_TRUE(offers_version_6("5,6"));
  EXPECT_TRUE(offers_version_6("6,5"));
  EXPECT_TRUE(offers_version_6("6"));
  EXPECT_TRUE(offers_version_6(""));
  EXPECT_FALSE(offers_version_6("5"));
  EXPECT_FALSE(offers_version_6("5,66"));
}

}  // namespace
}  // namespace provider
