#include "app/engine/kafka_options.h"

#include "app/engine/world_names.h"
#include "base/env.h"
#include "base/text.h"

namespace app {

using base::Code;
using base::error;
using base::Result;
using base::Status;
using load::KafkaTopic;

namespace {

/// Adds "name=value". `where` is for messages: the text may hold a secret.
Status add_property(std::string_view text, const std::string& where, KafkaTopic::Config& config) {
  std::size_t equals = text.find('=');
  std::string_view name = base::trimmed(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    return error(Code::kInvalidArgument,
                 "{}: write name=value, for instance security.protocol=SASL_SSL", where);
  }
  config.emplace_back(name, base::trimmed(text.substr(equals + 1)));
  return {};
}

Status add_file(const std::string& path, KafkaTopic::Config& config) {
  std::string text = TRY(base::Env::real().read_file(path));
  std::string_view rest = base::without_mark(text);
  for (int number = 1; !rest.empty(); ++number) {
    std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = base::trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.starts_with('#')) continue;
    TRY(add_property(line, fmt::format("{} line {}", path, number), config));
  }
  return {};
}

}  // namespace

void KafkaOptions::add_to(CLI::App& command, const std::string& group) {
  command
      .add_option("--kafka", brokers,
                  "Topics of this Kafka, as rows of JSON; or an event hub by its connection\n"
                  "string, Endpoint=sb://…")
      ->type_name("HOST:PORT")
      ->group(group);
  command
      .add_option("--topic", topics,
                  "Its topic, which must be there [the table's name]; for several tables\n"
                  "--topic pageviews=views --topic stars=stars")
      ->type_name("NAME")
      ->expected(1)
      ->take_all()
      ->group(group);
  command
      .add_option("--kafka-config", config,
                  "A property of librdkafka, for instance sasl.username=me; @FILE reads lines of\n"
                  "them, so that a password isn't seen by others")
      ->type_name("NAME=VALUE")
      ->expected(1)
      ->take_all()
      ->group(group);
}

Status KafkaOptions::check(std::size_t tables) const {
  if (!given() && (!topics.empty() || !config.empty())) {
    return error(Code::kInvalidArgument, "--topic and --kafka-config go with --kafka");
  }
  for (const std::string& topic : topics) {
    std::size_t equals = topic.find('=');
    if (equals != std::string::npos) {
      TRY(table_named(topic.substr(0, equals)));
    } else if (tables > 1) {
      return error(Code::kInvalidArgument,
                   "--topic {}: several tables need a topic each: --topic TABLE={}", topic, topic);
    }
  }
  return {};
}

std::string KafkaOptions::topic_of(world::Table table) const {
  std::string name(table_name(table)), chosen = name;
  for (const std::string& topic : topics) {
    std::size_t equals = topic.find('=');
    if (equals == std::string::npos) chosen = topic;
    if (equals != std::string::npos && topic.substr(0, equals) == name) {
      chosen = topic.substr(equals + 1);
    }
  }
  return chosen;
}

Result<KafkaTopic::Config> KafkaOptions::read_config() const {
  KafkaTopic::Config properties;
  for (const std::string& text : config) {
    if (text.starts_with('@')) {
      TRY(add_file(text.substr(1), properties));
    } else {
      TRY(add_property(text, "--kafka-config", properties));
    }
  }
  return properties;
}

Result<std::shared_ptr<KafkaTopic>> KafkaOptions::open(world::Table table,
                                                       std::stop_token stop) const {
  KafkaTopic::Options options{brokers, topic_of(table), TRY(read_config())};
  return TRY(KafkaTopic::open(std::move(options), std::move(stop)));
}

}  // namespace app
