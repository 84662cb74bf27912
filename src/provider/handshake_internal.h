// How plugin and host find each other: a certificate of one's own, a socket, one line.
#pragma once

#include <string>

#include "base/result.h"

namespace provider {

struct Identity {
  std::string private_key_pem, certificate_pem;
  std::string certificate_text;  ///< DER in base64 without padding, as the handshake carries it
};

/// A fresh P-256 key and a self-signed certificate for "localhost", valid for a day.
base::Result<Identity> make_identity();

/// A folder that only we can enter, and the socket's path in it. Removed by the destructor.
class SocketFolder {
 public:
  /// Below PLUGIN_UNIX_SOCKET_DIR or TMPDIR, or /tmp when that path would be too long. Removes what
  /// killed ones left there.
  static base::Result<SocketFolder> make();
  SocketFolder(SocketFolder&& other) noexcept : folder_(std::move(other.folder_)) {
    other.folder_.clear();
  }
  SocketFolder& operator=(SocketFolder&&) = delete;
  ~SocketFolder();
  std::string socket() const { return folder_ + "/socket"; }

 private:
  explicit SocketFolder(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

/// "1|6|unix|PATH|grpc|CERTIFICATE", without a line end.
std::string handshake_line(const std::string& socket, const std::string& certificate_text);

/// Whether "5,6" (PLUGIN_PROTOCOL_VERSIONS) names version 6; true when it is empty.
bool offers_version_6(std::string_view versions);

}  // namespace provider
