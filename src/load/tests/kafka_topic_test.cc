// Faults that a real broker shows only by chance come from librdkafka's own broker for tests.
#include "load/kafka_topic.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace load {
namespace {

constexpr std::int16_t kListOffsets = 2;  // Kafka's number of the request

class KafkaTopicTest : public testing::Test {
 protected:
  KafkaTopicTest()
      : owner_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
        cluster_(rd_kafka_mock_cluster_new(owner_, 1)) {
    rd_kafka_mock_topic_create(cluster_, "views", 2, 1);
  }
  ~KafkaTopicTest() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }
  std::unique_ptr<KafkaTopic> open() {
    return std::move(
        *KafkaTopic::open({rd_kafka_mock_cluster_bootstraps(cluster_), "views", {}}, {}));
  }

  rd_kafka_t* owner_;
  rd_kafka_mock_cluster_t* cluster_;
};

TEST_F(KafkaTopicTest, WaitsForALeaderThatIsBeingElected) {
  auto topic = open();
  rd_kafka_mock_push_request_errors(
      cluster_, kListOffsets, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
  auto count = topic->record_count();
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, 0);
}

TEST_F(KafkaTopicTest, ARefusalEndsIt) {
  auto topic = open();
  // More than librdkafka itself tries again.
  std::vector<rd_kafka_resp_err_t> refusals(100, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  rd_kafka_mock_push_request_errors_array(cluster_, kListOffsets, refusals.size(), refusals.data());
  auto count = topic->record_count();
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code, base::Code::kPermissionDenied) << count.error().message;
}

}  // namespace
}  // namespace load
