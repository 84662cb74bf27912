// A topic of any Kafka through librdkafka: records go in order into chosen partitions, and the last
// records of each can be read, so that a load knows how far it is.
//
// The producer is idempotent and gapless: after a failed delivery nothing that came behind it in
// its partition is written either, so a partition always holds a whole beginning of what was sent.
// A record counts when the broker has acknowledged it; flush() waits for all of them.
//
// Threads: owned by one thread (librdkafka's own work beside it); delivered() by any.
// Failure: an unreachable broker, an unknown topic, a refused log-in: errors that name broker and
// topic. No message shows a password.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace load {

class KafkaTopic {
 public:
  using Config = std::vector<std::pair<std::string, std::string>>;
  struct Options {
    /// "host:port,…", or the connection string of an event hub ("Endpoint=sb://…"), which brings
    /// its log-in along.
    std::string brokers;
    std::string topic;
    Config config;  ///< librdkafka's properties; they win
  };
  /// Connects and looks for the topic, for 10 s. Errors: kInvalidArgument (a property),
  /// kUnavailable, kPermissionDenied, kNotFound (the topic), kCancelled after `stop`.
  static base::Result<std::unique_ptr<KafkaTopic>> open(Options options, std::stop_token stop);
  /// What isn't acknowledged yet is given up.
  ~KafkaTopic();

  /// "topic pageviews at localhost:9092".
  const std::string& name() const { return name_; }
  int partitions() const { return partitions_; }

  struct Record {
    std::int64_t offset = 0;
    std::string key, value;
  };
  struct Last {
    std::int64_t first_offset = 0, end_offset = 0;
    std::vector<Record> records;  ///< by offset; empty when there are none
  };
  /// The last `count` records or fewer.
  base::Result<Last> last_records(int partition, int count);

  /// How many records lie in the topic.
  base::Result<std::int64_t> record_count();

  /// Takes the record over; waits while the queue is full. Errors: of any record before.
  base::Status produce(int partition, std::int64_t timestamp_ms, std::string_view key,
                       std::string_view value);
  /// Serves what has come in meanwhile. Errors: as flush().
  base::Status poll();
  /// Until everything is acknowledged. Errors: kUnavailable, kPermissionDenied, …: what is
  /// acknowledged stays.
  base::Status flush();
  std::int64_t delivered() const;

 private:
  struct Client;
  KafkaTopic();
  base::Status find_topic(std::stop_token stop);
  base::Status query_offsets(int partition, Last& last);
  base::Status check();

  std::string name_;
  int partitions_ = 0;
  std::unique_ptr<Client> client_;
};

/// The properties that a connection string of an event hub stands for: broker and log-in. Ours has
/// its port in the end point; without one it is Azure's, at 9093 with TLS. Errors:
/// kInvalidArgument.
base::Result<KafkaTopic::Config> connection_string_config(std::string_view text);

}  // namespace load
