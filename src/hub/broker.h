// A namespace of event hubs with its Kafka listener on loopback and its capture.
//
// Threads: thread-safe. One thread for each connection, one for each captured hub, one that looks
// after retention. close() (and the destructor) end them all; hubs that others hold stay readable.
// Files: {dir}/hubs/{hub}/, {dir}/offsets.json (consumer groups). Hubs are there again after
// open().
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/result.h"
#include "hub/hub.h"

namespace hub {

class Capture;
struct Services;
class Directory;
class Groups;
class Listener;

class Broker {
 public:
  struct Options {
    base::Env* env = nullptr;
    base::Clock* clock = nullptr;  ///< the playground's
    std::string dir;
    std::string name;           ///< of the namespace
    int port = 0;               ///< 0 = any; when it is taken another is chosen: see port()
    std::string key;            ///< SASL secret; never empty
    bool sync_acks_all = true;  ///< acks=all waits for the disk, shared by those who wait
  };
  /// Errors: kInvalidArgument (name, key), of files and sockets.
  static base::Result<std::unique_ptr<Broker>> open(Options options);
  ~Broker();

  /// Makes the hub, or finds it and changes its options. Errors: as Hub::open.
  base::Result<std::shared_ptr<Hub>> create_hub(HubOptions options);
  /// Removes the hub with its files, not what was captured. Absent is fine.
  base::Status drop_hub(std::string_view name);
  /// nullptr when absent.
  std::shared_ptr<Hub> hub(std::string_view name) const;
  std::vector<std::shared_ptr<Hub>> hubs() const;

  int port() const;
  /// What clients give as SASL password, with user "$ConnectionString".
  std::string connection_string() const;

  struct CaptureProgress {
    std::vector<std::int64_t> captured_until_ms;  ///< by partition: windows before are closed
    std::int64_t files = 0, events = 0;           ///< written since open()
    std::string error;                            ///< why it doesn't go on; empty when it does
  };
  /// nullopt when the hub is absent or not captured.
  std::optional<CaptureProgress> capture_progress(std::string_view hub) const;
  /// Until all windows that end at or before `ms` are captured in all partitions; false when
  /// stopped, when the hub goes, or when it isn't captured.
  bool wait_captured(std::string_view hub, std::int64_t ms, std::stop_token stop) const;

  /// Ends all threads and connections and closes the hubs. Idempotent.
  base::Status close();

 private:
  explicit Broker(Options options);
  base::Status load_hubs();
  base::Status listen();
  base::Result<std::shared_ptr<Hub>> open_hub(HubOptions options);
  void follow_capture(const std::shared_ptr<Hub>& hub);
  void look_after(std::stop_token stop);
  std::shared_ptr<Capture> capture(std::string_view hub) const;

  const Options options_;
  std::shared_ptr<Signal> appended_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Groups> groups_;
  std::unique_ptr<Services> services_;
  mutable std::mutex mutex_;  // guards what follows; create and drop hold changing_ throughout
  std::mutex changing_;
  std::map<std::string, std::shared_ptr<Capture>, std::less<>> captures_;
  bool closed_ = false;
  std::unique_ptr<Listener> listener_;
  std::jthread caretaker_;
};

}  // namespace hub
