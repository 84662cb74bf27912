#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "controller.grpc.pb.h"
#include "provider/handshake_internal.h"
#include "provider/provider.h"
#include "provider/service_internal.h"

namespace provider {
namespace {

constexpr int kMessageBytesMax = 256 << 20;
constexpr auto kDrainTime = std::chrono::milliseconds(200);

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Ends the process when the host asks to.
class Controller final : public plugin::GRPCController::Service {
 public:
  explicit Controller(int end_fd) : end_fd_(end_fd) {}
  grpc::Status Shutdown(grpc::ServerContext*, const plugin::Empty*, plugin::Empty*) override {
    const std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(end_fd_, &one, sizeof one);
    return grpc::Status::OK;
  }

 private:
  int end_fd_;
};

/// With the host's certificate in the environment: TLS, and nobody but the host may connect.
std::shared_ptr<grpc::ServerCredentials> credentials(const Identity& identity,
                                                     std::string_view host_certificate) {
  if (host_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = host_certificate;
  options.pem_key_cert_pairs.push_back({identity.private_key_pem, identity.certificate_pem});
  return grpc::SslServerCredentials(options);
}

/// Waits until the host asks to end, or is gone. The parent is watched by a descriptor: a signal at
/// the parent's death would come at the end of the thread that started us.
void wait_for_end(int end_fd, int parent_fd) {
  pollfd fds[] = {{end_fd, POLLIN, 0}, {parent_fd, POLLIN, 0}};
  while (::poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
}

base::Status run() {
  if (!offers_version_6(variable("PLUGIN_PROTOCOL_VERSIONS")))
    return base::error(base::Code::kUnimplemented,
                       "the host speaks plugin protocol {}, and this provider 6; use OpenTofu 1.8 "
                       "or later, or Terraform 1.3 or later",
                       variable("PLUGIN_PROTOCOL_VERSIONS"));
  const pid_t parent = ::getppid();
  const int parent_fd = static_cast<int>(::syscall(SYS_pidfd_open, parent, 0));
  const int end_fd = ::eventfd(0, EFD_CLOEXEC);
  if (::getppid() != parent) return {};  // gone before we could look

  const auto host_certificate = variable("PLUGIN_CLIENT_CERT");
  const auto identity = host_certificate.empty() ? Identity{} : TRY(make_identity());
  const auto folder = TRY(SocketFolder::make());

  Service service;
  Controller controller(end_fd);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + folder.socket(), credentials(identity, host_certificate));
  builder.RegisterService(&service);
  builder.RegisterService(&controller);
  builder.SetMaxReceiveMessageSize(kMessageBytesMax);
  builder.SetMaxSendMessageSize(kMessageBytesMax);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  const auto server = builder.BuildAndStart();
  if (!server) return base::error(base::Code::kInternal, "can't listen at {}", folder.socket());
  server->GetHealthCheckService()->SetServingStatus("plugin", true);

  std::printf("%s\n", handshake_line(folder.socket(), identity.certificate_text).c_str());
  std::fflush(stdout);
  wait_for_end(end_fd, parent_fd);
  service.stop();
  server->Shutdown(std::chrono::system_clock::now() + kDrainTime);
  return {};
}

}  // namespace

bool started_as_plugin() { return variable(kCookieName) == kCookieValue; }

int serve() {
  // Ctrl-C reaches the whole foreground group; the host tells us through StopProvider.
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGPIPE, SIG_IGN);
  const auto status = run();
  if (!status) std::fprintf(stderr, "hriste: %s\n", status.error().message.c_str());
  std::fflush(stderr);
  // Without static destructors: gRPC's threads may still hold what they would take apart.
  ::_exit(status ? 0 : 1);
}

}  // namespace provider
