// An event hub alone, for tests with peers: `hub_serve FOLDER NAME:PARTITIONS…` prints its port and
// connection string, captures below FOLDER/lake by the minute, and ends when its input does.
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "hub/broker.h"

namespace {

base::Status serve(const std::string& dir, std::span<char*> hubs) {
  base::SystemClock clock;
  auto broker = TRY(hub::Broker::open(
      {&base::Env::real(), &clock, dir + "/hub", "playground", 0, "c2VjcmV0LWtleQ=="}));
  for (std::string text : hubs) {
    std::size_t colon = text.find(':');
    hub::HubOptions options{.name = text.substr(0, colon)};
    if (colon != std::string::npos) options.partitions = ::atoi(text.c_str() + colon + 1);
    options.capture = hub::CaptureOptions{dir + "/lake", 1};
    TRY(broker->create_hub(options));
  }
  fmt::print("{}\n{}\n", broker->port(), broker->connection_string());
  ::fflush(stdout);
  char ignored[64];
  while (::read(STDIN_FILENO, ignored, sizeof ignored) > 0) {
  }
  return broker->close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  auto status = serve(argv[1], std::span(argv + 2, argv + argc));
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : 1;
}
