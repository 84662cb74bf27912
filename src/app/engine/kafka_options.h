// The options that say which Kafka: `--kafka`, `--topic`, `--kafka-config`.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "load/kafka_topic.h"
#include "world/world.h"

namespace app {

struct KafkaOptions {
  std::string brokers;              ///< host:port,… or a connection string; empty: no Kafka
  std::vector<std::string> topics;  ///< NAME, or TABLE=NAME
  std::vector<std::string> config;  ///< name=value, or @FILE with such lines

  /// The object must outlive the parsing.
  void add_to(CLI::App& command, const std::string& group);
  bool given() const { return !brokers.empty(); }
  /// Errors: kInvalidArgument: the options contradict each other.
  base::Status check(std::size_t tables) const;
  /// The table's topic. Errors: those of load::KafkaTopic::open, kInvalidArgument, the file's.
  base::Result<std::shared_ptr<load::KafkaTopic>> open(world::Table table,
                                                       std::stop_token stop) const;

 private:
  std::string topic_of(world::Table table) const;
  base::Result<load::KafkaTopic::Config> read_config() const;
};

}  // namespace app
