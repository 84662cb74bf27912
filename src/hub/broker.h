// A namespace of event hubs with its Kafka listener on loopback and its capture.
//
// Threads: thread-safe. One thread for each connection, one for each captured hub, one that looks
// after retention. close() (and the destructor) end them all; hubs that others hold stay readable.
// Files: {dir}/hubs/{hub}/, {dir}/offsets.log (consumer groups). Hubs are there again after open();
// one with damaged files is failed: see failure(). The others go on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
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
    std::string name;  ///< of the namespace
    int port = 0;      ///< 0 = any; when it is taken another is chosen: see port()
    std::string key;   ///< SASL secret; never empty
    /// Whether no generator comes any more to a hub that has stayed without one; empty: yes.
    std::function<bool()> may_settle = {};
    bool sync_acks_all = true;  ///< acks=all waits for the disk, shared by those who wait
    /// How long a client may take to log in, and be silent after that.
    std::chrono::milliseconds login_limit = std::chrono::seconds(10);
    std::chrono::milliseconds idle_limit = std::chrono::minutes(10);
  };
  /// Errors: kInvalidArgument (name, key), of files and sockets.
  static base::Result<std::unique_ptr<Broker>> open(Options options);
  ~Broker();

  /// Makes the hub, or finds it and changes its options. Errors: as Hub::open; kDataLoss with
  /// failure() for a hub that failed; kResourceExhausted when too many files are open.
  base::Result<std::shared_ptr<Hub>> create_hub(HubOptions options);
  /// Removes the hub with its files, not what was captured; one that failed, too. Absent is fine.
  base::Status drop_hub(std::string_view name);
  /// Why the hub doesn't work, and what to do: a file of it is damaged (then hub() is nullptr), or
  /// its disk has failed. Empty when it works and when there is none of that name.
  std::string failure(std::string_view name) const;
  /// Why consumer groups can't commit, and what to do; empty when they can.
  std::string groups_failure() const;
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
  /// nullopt when the hub is absent or not captured. A capture that couldn't start has an error.
  std::optional<CaptureProgress> capture_progress(std::string_view hub) const;
  struct MissingCapture {
    std::string path, what;  ///< "is gone", "has 12 bytes instead of 4096"
    int partition = 0;
    std::int64_t start_ms = 0, first_offset = 0;
    bool can_be_made_again = false;  ///< the hub still has its events
  };
  /// Captured files that aren't there as they were written; looks at each one's size.
  std::vector<MissingCapture> missing_captures(std::string_view hub) const;
  /// Makes those again that can be.
  void repair_captures(std::string_view hub) const;
  /// Until all windows that end at or before `ms` are captured in all partitions; false when
  /// stopped, when the hub goes, or when it isn't captured.
  bool wait_captured(std::string_view hub, std::int64_t ms, std::stop_token stop) const;

  /// Ends all threads and connections and closes the hubs. Idempotent.
  base::Status close();

 private:
  explicit Broker(Options options);
  base::Status load_hubs();
  base::Status listen();
  base::Status load_hub(const std::string& name);
  void admit(const std::shared_ptr<Hub>& hub);
  void fail(const std::string& name, const base::Error& why);
  void follow_capture(const std::shared_ptr<Hub>& hub);
  void look_after(std::stop_token stop);
  std::shared_ptr<Capture> capture(std::string_view hub) const;

  const Options options_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Groups> groups_;
  std::unique_ptr<Services> services_;
  mutable std::mutex mutex_;  // guards what follows; create and drop hold changing_ throughout
  std::mutex changing_;
  std::map<std::string, std::shared_ptr<Capture>, std::less<>> captures_;
  std::map<std::string, std::string, std::less<>> failures_;    // hubs that can't be opened
  std::map<std::string, std::string, std::less<>> uncaptured_;  // whose capture couldn't start
  bool closed_ = false;
  std::unique_ptr<Listener> listener_;
  std::jthread caretaker_;
};

}  // namespace hub
