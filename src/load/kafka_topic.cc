#include "load/kafka_topic.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <mutex>

#include "base/secrets.h"

namespace load {

using base::Code;
using base::error;
using base::Result;
using base::Status;

namespace {

constexpr auto kConnectTimeout = std::chrono::seconds(10);
constexpr int kPollMs = 100;
constexpr int kAnswerMs = 10'000;

struct DestroyConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
struct DestroyHandle {
  void operator()(rd_kafka_t* handle) const {
    // Nobody waits for what is still in the queue.
    if (rd_kafka_type(handle) == RD_KAFKA_PRODUCER) {
      rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }
    rd_kafka_destroy(handle);
  }
};
struct DestroyTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct DestroyMetadata {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
struct DestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, DestroyConf>;
using Handle = std::unique_ptr<rd_kafka_t, DestroyHandle>;
using Topic = std::unique_ptr<rd_kafka_topic_t, DestroyTopic>;
using Message = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;

/// What librdkafka's callbacks have told; they run in the caller's thread, inside of its calls.
struct Told {
  std::atomic<std::int64_t> delivered{0};
  rd_kafka_resp_err_t failed = RD_KAFKA_RESP_ERR_NO_ERROR;   ///< of the first lost record
  rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< log-in, TLS: no use to wait
  std::string connection;                                    ///< the last complaint
};

/// A broker that goes away in the middle of a log-in refuses nothing, though librdkafka calls it
/// so.
bool is_refusal(int err, std::string_view reason) {
  if (reason.contains("Broker transport failure")) return false;
  return err == RD_KAFKA_RESP_ERR__AUTHENTICATION || err == RD_KAFKA_RESP_ERR__SSL ||
         err == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED;
}

void on_error(rd_kafka_t*, int err, const char* reason, void* opaque) {
  auto& told = *static_cast<Told*>(opaque);
  if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && !told.connection.empty()) return;
  told.connection = reason;
  if (is_refusal(err, reason)) told.refused = static_cast<rd_kafka_resp_err_t>(err);
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& told = *static_cast<Told*>(opaque);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++told.delivered;
  } else if (told.failed == RD_KAFKA_RESP_ERR_NO_ERROR) {
    told.failed = message->err;
  }
}

Code code_of(rd_kafka_resp_err_t err) {
  switch (err) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return Code::kPermissionDenied;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return Code::kNotFound;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return Code::kInvalidArgument;
    default:
      return Code::kUnavailable;
  }
}

/// Leaders that are being elected or have just moved.
bool is_passing(rd_kafka_resp_err_t err) {
  switch (err) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
      return true;
    default:
      return false;
  }
}

Status set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  if (name.ends_with("password") || name.ends_with("secret")) base::keep_secret(value);
  char why[512];
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) == RD_KAFKA_CONF_OK) {
    return {};
  }
  // The value might be a secret.
  bool unknown = rd_kafka_conf_get(conf, name.c_str(), nullptr, nullptr) == RD_KAFKA_CONF_UNKNOWN;
  return error(Code::kInvalidArgument,
               "Kafka property {} {}: librdkafka's CONFIGURATION.md lists what there is", name,
               unknown ? "is unknown" : "has a value that isn't allowed");
}

Result<Conf> make_conf(const KafkaTopic::Config& config, rd_kafka_type_t type, Told& told) {
  Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_opaque(conf.get(), &told);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  TRY(set(conf.get(), "client.id", "hriste"));
  TRY(set(conf.get(), "topic.metadata.refresh.fast.interval.ms", "50"));
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
    for (auto [name, value] : {std::pair{"enable.idempotence", "true"},
                               {"enable.gapless.guarantee", "true"},
                               {"linger.ms", "20"},
                               {"queue.buffering.max.messages", "200000"},
                               {"queue.buffering.max.kbytes", "65536"},
                               {"message.timeout.ms", "60000"}}) {
      TRY(set(conf.get(), name, value));
    }
  } else {
    TRY(set(conf.get(), "enable.partition.eof", "true"));
    TRY(set(conf.get(), "fetch.wait.max.ms", "20"));  // only tails are read
  }
  for (const auto& [name, value] : config) {
    // Properties of the other kind of client: accepted once, where they belong.
    bool producers = name == "message.timeout.ms" || name == "delivery.timeout.ms";
    if (!producers || type == RD_KAFKA_PRODUCER) TRY(set(conf.get(), name, value));
  }
  return conf;
}

Result<Handle> make_handle(const KafkaTopic::Config& config, rd_kafka_type_t type, Told& told) {
  Conf conf = TRY(make_conf(config, type, told));
  char why[512];
  Handle handle(rd_kafka_new(type, conf.get(), why, sizeof why));
  if (!handle) return error(Code::kInvalidArgument, "Kafka's properties don't fit: {}", why);
  (void)conf.release();  // the handle's now
  return handle;
}

}  // namespace

struct KafkaTopic::Client {
  Told told;
  std::string place;
  // Topics end before their handles.
  Handle consumer, producer;
  Topic source, target;
};

KafkaTopic::KafkaTopic() : client_(std::make_unique<Client>()) {}
KafkaTopic::~KafkaTopic() = default;

std::int64_t KafkaTopic::delivered() const { return client_->told.delivered; }

Result<std::unique_ptr<KafkaTopic>> KafkaTopic::open(Options options, std::stop_token stop) {
  std::unique_ptr<KafkaTopic> topic(new KafkaTopic());
  Client& client = *topic->client_;
  Config config{{"bootstrap.servers", options.brokers}};
  if (options.brokers.starts_with("Endpoint=")) {
    config = TRY(connection_string_config(options.brokers));
  }
  topic->name_ = fmt::format("topic {} at {}", options.topic, config[0].second);
  client.place = config[0].second;
  config.insert(config.end(), options.config.begin(), options.config.end());
  client.consumer = TRY(make_handle(config, RD_KAFKA_CONSUMER, client.told));
  client.producer = TRY(make_handle(config, RD_KAFKA_PRODUCER, client.told));
  client.source.reset(rd_kafka_topic_new(client.consumer.get(), options.topic.c_str(), nullptr));
  if (!client.source) {
    return error(Code::kInvalidArgument, "\"{}\" can't be a topic's name", options.topic);
  }
  TRY(topic->find_topic(stop));
  client.target.reset(rd_kafka_topic_new(client.producer.get(), options.topic.c_str(), nullptr));
  CHECK(client.target != nullptr);
  return topic;
}

/// Asks as a consumer: that never creates the topic.
Status KafkaTopic::find_topic(std::stop_token stop) {
  Client& client = *client_;
  auto until = std::chrono::steady_clock::now() + kConnectTimeout;
  rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
  while (std::chrono::steady_clock::now() < until) {
    if (stop.stop_requested()) return error(Code::kCancelled, "stopped");
    const rd_kafka_metadata_t* raw = nullptr;
    err = rd_kafka_metadata(client.consumer.get(), 0, client.source.get(), &raw, 5 * kPollMs);
    std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata> metadata(raw);
    rd_kafka_poll(client.consumer.get(), 0);  // errors are told here
    if (client.told.refused != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    err = raw->topic_cnt == 1 ? raw->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR && raw->topics[0].partition_cnt > 0) {
      partitions_ = raw->topics[0].partition_cnt;
      return {};
    }
    if (code_of(err) != Code::kUnavailable) break;
    rd_kafka_poll(client.consumer.get(), kPollMs);
  }
  if (code_of(err) == Code::kNotFound) {
    return error(Code::kNotFound,
                 "{} does not exist; create it first (for all of its records to "
                 "stay, with retention.ms=-1)",
                 name_);
  }
  if (client.told.refused != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error(Code::kPermissionDenied, "{} refuses the log-in: {}", client.place,
                 client.told.connection);
  }
  return error(code_of(err), "no Kafka answers at {}: {}{}", client.place, rd_kafka_err2str(err),
               client.told.connection.empty() ? "" : " (" + client.told.connection + ")");
}

/// A new topic is known before its partitions have leaders, and leaders move: that passes.
Status KafkaTopic::query_offsets(int partition, Last& last) {
  Client& client = *client_;
  auto until = std::chrono::steady_clock::now() + kConnectTimeout;
  rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (;;) {
    err = rd_kafka_query_watermark_offsets(client.consumer.get(),
                                           rd_kafka_topic_name(client.source.get()), partition,
                                           &last.first_offset, &last.end_offset, kAnswerMs);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (!is_passing(err) || std::chrono::steady_clock::now() >= until) break;
    rd_kafka_poll(client.consumer.get(), kPollMs);
  }
  return error(code_of(err), "can't read partition {} of {}: {}", partition, name_,
               rd_kafka_err2str(err));
}

Result<std::int64_t> KafkaTopic::record_count() {
  std::int64_t count = 0;
  for (int p = 0; p < partitions_; ++p) {
    Last last;
    TRY(query_offsets(p, last));
    count += last.end_offset - last.first_offset;
  }
  return count;
}

Result<KafkaTopic::Last> KafkaTopic::last_records(int partition, int count) {
  Client& client = *client_;
  Last last;
  TRY(query_offsets(partition, last));
  if (last.first_offset == last.end_offset) return last;
  std::int64_t from = std::max(last.first_offset, last.end_offset - count);
  rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (rd_kafka_consume_start(client.source.get(), partition, from) != 0) {
    err = rd_kafka_last_error();
  }
  for (bool done = err != RD_KAFKA_RESP_ERR_NO_ERROR; !done;) {
    Message message(rd_kafka_consume(client.source.get(), partition, kAnswerMs));
    err = message ? message->err : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR || message->offset >= last.end_offset) break;
    done = message->offset + 1 == last.end_offset;
    auto bytes = [](const void* data, std::size_t size) {
      return std::string(static_cast<const char*>(data), data == nullptr ? 0 : size);
    };
    last.records.push_back({message->offset, bytes(message->key, message->key_len),
                            bytes(message->payload, message->len)});
  }
  rd_kafka_consume_stop(client.source.get(), partition);
  if (err != RD_KAFKA_RESP_ERR_NO_ERROR && err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    return error(code_of(err), "can't read partition {} of {}: {}", partition, name_,
                 rd_kafka_err2str(err));
  }
  return last;
}

Status KafkaTopic::check() {
  const Told& told = client_->told;
  rd_kafka_resp_err_t err = told.failed;
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR && told.refused != err) err = told.refused;
  char fatal[512] = "";
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    err = rd_kafka_fatal_error(client_->producer.get(), fatal, sizeof fatal);
  }
  if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return error(code_of(err),
               "can't write to {}: {}{}; what was acknowledged stays, and the next run "
               "goes on behind it",
               name_, rd_kafka_err2str(err),
               told.connection.empty() ? "" : " (" + told.connection + ")");
}

Status KafkaTopic::produce(int partition, std::int64_t timestamp_ms, std::string_view key,
                           std::string_view value) {
  rd_kafka_t* producer = client_->producer.get();
  for (;;) {
    rd_kafka_resp_err_t err =
        rd_kafka_producev(producer, RD_KAFKA_V_RKT(client_->target.get()),
                          RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_KEY(const_cast<char*>(key.data()), key.size()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                          RD_KAFKA_V_TIMESTAMP(timestamp_ms), RD_KAFKA_V_END);
    if (err == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      TRY(check());
      return error(code_of(err), "can't write to {}: {}", name_, rd_kafka_err2str(err));
    }
    rd_kafka_poll(producer, kPollMs);
    TRY(check());
  }
}

Status KafkaTopic::flush() {
  rd_kafka_t* producer = client_->producer.get();
  while (rd_kafka_outq_len(producer) > 0) {
    rd_kafka_flush(producer, kPollMs);
    TRY(check());
  }
  rd_kafka_poll(producer, 0);
  return check();
}

Status KafkaTopic::poll() {
  rd_kafka_poll(client_->producer.get(), 0);
  return check();
}

namespace {

/// The value of `name` in "name=value;name=value"; values may hold '='.
std::string_view part(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

}  // namespace

Result<KafkaTopic::Config> connection_string_config(std::string_view text) {
  std::string_view host = part(text, "Endpoint");
  base::keep_secret(part(text, "SharedAccessKey"));
  if (!host.starts_with("sb://") || part(text, "SharedAccessKey").empty()) {
    return error(Code::kInvalidArgument,
                 "the event hub's connection string should read "
                 "\"Endpoint=sb://host:port/;SharedAccessKeyName=…;SharedAccessKey=…\"");
  }
  host.remove_prefix(5);
  host = host.substr(0, host.find('/'));
  bool plain = host.find(':') != std::string_view::npos;  // ours, at loopback
  return KafkaTopic::Config{{"bootstrap.servers", std::string(host) + (plain ? "" : ":9093")},
                            {"security.protocol", plain ? "SASL_PLAINTEXT" : "SASL_SSL"},
                            {"sasl.mechanisms", "PLAIN"},
                            {"sasl.username", "$ConnectionString"},
                            {"sasl.password", std::string(text)}};
}

}  // namespace load
