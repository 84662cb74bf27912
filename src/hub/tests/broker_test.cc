// The listener with a real peer: kcat (librdkafka), as users run it.
#include "hub/broker.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <list>
#include <thread>

#include "base/testing/temp_dir.h"

namespace hub {
namespace {

using base::Code;

/// Runs a shell command; its output and whether it ended with 0.
struct Ran {
  std::string out;
  int status = -1;
};
Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  while (size_t n = ::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.out.append(buffer.data(), n);
  ran.status = ::pclose(pipe);
  return ran;
}

class BrokerTest : public base::TempDirTest {
 protected:
  BrokerTest() : clock_(base::from_millis(1'780'000'000'000)) { open(); }
  void open() {
    int port = broker_ ? broker_->port() : 0;
    broker_ = nullptr;
    auto broker = Broker::open(
        {&base::Env::real(), &clock_, dir_ + "/hub", "playground", port, "c2VjcmV0LWtleQ=="});
    ASSERT_TRUE(broker) << broker.error().message;
    broker_ = std::move(*broker);
  }
  std::shared_ptr<Hub> create(const std::string& name, int partitions = 2) {
    auto hub = broker_->create_hub({.name = name, .partitions = partitions});
    EXPECT_TRUE(hub) << hub.error().message;
    return *hub;
  }
  std::string kcat(std::string_view password = {}) const {
    std::string secret = password.empty() ? broker_->connection_string() : std::string(password);
    return fmt::format(
        "timeout 60 kcat -b 127.0.0.1:{} -X security.protocol=SASL_PLAINTEXT -X "
        "sasl.mechanism=PLAIN -X 'sasl.username=$ConnectionString' -X 'sasl.password={}' ",
        broker_->port(), secret);
  }
  base::ManualClock clock_;
  std::unique_ptr<Broker> broker_;
};

TEST_F(BrokerTest, KcatLists) {
  create("pageviews");
  create("stars", 3);
  Ran ran = run(kcat() + "-L");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_NE(ran.out.find("topic \"pageviews\" with 2 partitions"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("topic \"stars\" with 3 partitions"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find(fmt::format("127.0.0.1:{}", broker_->port())), std::string::npos);
}

TEST_F(BrokerTest, KcatProducesAndConsumesWithEveryCodec) {
  auto hub = create("views");
  for (const char* codec : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    Ran ran = run(fmt::format("seq 1 1000 | sed 's/.*/k&:{} value &/' | {} -P -t views -K: -z {}",
                              codec, kcat(), codec));
    ASSERT_EQ(ran.status, 0) << codec << ran.out;
  }
  EXPECT_EQ(hub->state(0).end_offset + hub->state(1).end_offset, 5000);
  EXPECT_EQ(hub->state(0).last_arrival_ms, 1'780'000'000'000);
  Ran ran = run(kcat() + "-C -t views -o beginning -e -q -f '%k|%s|%T\\n' | sort");
  ASSERT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 5000);
  EXPECT_NE(ran.out.find("k17|gzip value 17|1780000000000\n"), std::string::npos)
      << ran.out.substr(0, 300);
  // The client's partitioner is ours for the murmur2 setting.
  ran = run(fmt::format("echo 42:x | {} -P -t views -K: -X partitioner=murmur2", kcat()));
  std::vector<Record> records;
  auto reader =
      hub->reader(hub->partition_of("42"), hub->state(hub->partition_of("42")).end_offset - 1);
  ASSERT_TRUE(reader->next(INT64_MAX, 100, records));
  EXPECT_EQ(records.at(0).key, "42");
  EXPECT_FALSE(records.at(0).from_world);
}

TEST_F(BrokerTest, KcatReadsTheWorldAndOffsetsByTime) {
  auto hub = create("views", 1);
  hub->attach_generator();
  std::vector<Hub::WorldRecord> records;
  std::string value = R"({"event_id":1})";
  for (int i = 0; i < 3000; ++i) records.push_back({1'779'000'000'000 + i * 10, "7", value});
  ASSERT_TRUE(hub->append_world(0, records));
  Ran ran = run(kcat() + "-C -t views -o beginning -e -q -f '%o %T\\n'");
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 3000);
  EXPECT_NE(ran.out.find("\n2999 1779000029990\n"), std::string::npos);
  ran = run(kcat() + "-Q -t views:0:1779000010001");
  EXPECT_NE(ran.out.find("offset 1001"), std::string::npos) << ran.out;
  ran = run(kcat() + "-C -t views -o -5 -e -q -f '%o '");
  EXPECT_EQ(ran.out, "2995 2996 2997 2998 2999 ");
}

TEST_F(BrokerTest, WaitingConsumersGetWhatIsAppended) {
  auto hub = create("views", 1);
  Ran ran;
  std::jthread consumer([&] { ran = run(kcat() + "-C -t views -c 3 -o beginning -q -f '%s '"); });
  for (int i = 0; i < 3; ++i) {
    std::vector<Hub::WorldRecord> one{{1000 + i, "k", "v"}};
    ASSERT_TRUE(hub->append_world(0, one));
  }
  consumer.join();
  EXPECT_EQ(ran.out, "v v v ");
}

TEST_F(BrokerTest, WrongKeysAndNoKeysAreRefused) {
  create("views");
  std::string wrong = broker_->connection_string();
  wrong[wrong.size() - 3] ^= 1;
  Ran ran = run(kcat(wrong) + "-L -m 1");
  EXPECT_NE(ran.status, 0);
  EXPECT_NE(ran.out.find("uthentication"), std::string::npos) << ran.out;
  EXPECT_EQ(run(kcat(broker_->connection_string() + ";EntityPath=views") + "-L").status, 0);
  ran = run(fmt::format("timeout 20 kcat -b 127.0.0.1:{} -L -m 1", broker_->port()));
  EXPECT_NE(ran.status, 0) << ran.out;
}

TEST_F(BrokerTest, UnknownTopicsAreErrorsAndNotMade) {
  create("views");
  Ran ran = run("echo x | " + kcat() + "-P -t nothere -X topic.metadata.propagation.max.ms=100");
  EXPECT_NE(ran.out.find("nknown topic"), std::string::npos) << ran.out;
  EXPECT_EQ(broker_->hub("nothere"), nullptr);
}

TEST_F(BrokerTest, AHubWithADamagedFileFailsAloneAndCanBeReplaced) {
  std::string files = dir_ + "/hub/hubs/views/";
  for (const char* damage : {"hub.json", "frontier", "0"}) {
    auto hub = create("views");
    ASSERT_TRUE(create("stars"));
    std::vector<Hub::WorldRecord> one{{1000, "k", "v"}};
    ASSERT_TRUE(hub->append_world(0, one));
    ASSERT_TRUE(broker_->hub("stars")->append_world(0, one));
    hub = nullptr;
    broker_ = nullptr;
    ASSERT_TRUE(base::Env::real().remove_tree(files + damage));
    if (damage != std::string_view("0")) {
      ASSERT_TRUE(base::Env::real().write_file(files + damage, "null"));
    }
    open();
    EXPECT_EQ(broker_->hub("views"), nullptr);
    EXPECT_NE(broker_->failure("views").find(damage), std::string::npos)
        << broker_->failure("views");
    EXPECT_NE(broker_->failure("views").find("replace or destroy"), std::string::npos);
    EXPECT_EQ(broker_->failure("stars"), "");
    EXPECT_EQ(run(kcat() + "-C -t stars -o beginning -e -q -f '%s'").out, "v");
    ASSERT_TRUE(broker_->drop_hub("stars"));
    auto refused = broker_->create_hub({.name = "views"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kDataLoss);
    ASSERT_TRUE(broker_->drop_hub("views"));
    EXPECT_EQ(broker_->failure("views"), "");
    EXPECT_FALSE(base::Env::real().exists(files));
    EXPECT_EQ(create("views")->state(0).end_offset, 0);
  }
}

TEST_F(BrokerTest, DamagedOffsetsLeaveTheHubsAlone) {
  create("views", 1);
  ASSERT_EQ(run("seq 1 5 | " + kcat() + "-P -t views").status, 0);
  broker_ = nullptr;
  ASSERT_TRUE(base::Env::real().write_file(dir_ + "/hub/offsets.log", "{}"));
  open();
  EXPECT_NE(broker_->groups_failure().find("offsets.log"), std::string::npos);
  EXPECT_EQ(broker_->failure("views"), "");
  EXPECT_EQ(run(kcat() + "-C -t views -o beginning -e -q -f '%s '").out, "1 2 3 4 5 ");
  ASSERT_TRUE(broker_->drop_hub("views"));  // the last one: nothing that was committed matters
  EXPECT_EQ(broker_->groups_failure(), "");
}

/// A plain connection to the broker, as strangers make it.
class RawSocket {
 public:
  explicit RawSocket(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawSocket() { ::close(fd_); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  bool connected() const { return connected_; }
  /// Whether the broker closes within `limit`.
  bool closes_within(std::chrono::milliseconds limit) const {
    pollfd fd{fd_, POLLIN | POLLRDHUP, 0};
    char byte;
    return ::poll(&fd, 1, static_cast<int>(limit.count())) == 1 && ::recv(fd_, &byte, 1, 0) <= 0;
  }

 private:
  int fd_;
  bool connected_ = false;
};

TEST_F(BrokerTest, SilentStrangersLockNobodyOut) {
  create("views", 1);
  std::list<RawSocket> silent;
  for (int i = 0; i < 210; ++i) ASSERT_TRUE(silent.emplace_back(broker_->port()).connected());
  Ran ran = run("seq 1 5 | " + kcat() + "-P -t views");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(broker_->hub("views")->state(0).end_offset, 5);
}

TEST_F(BrokerTest, WhoDoesntLogInIsSentAway) {
  broker_ = nullptr;
  auto broker = Broker::open({.env = &base::Env::real(),
                              .clock = &clock_,
                              .dir = dir_ + "/hub",
                              .name = "playground",
                              .key = "key",
                              .login_limit = std::chrono::milliseconds(100)});
  ASSERT_TRUE(broker);
  broker_ = std::move(*broker);
  RawSocket silent(broker_->port());
  EXPECT_TRUE(silent.closes_within(std::chrono::seconds(5)));
}

TEST_F(BrokerTest, MorePartitionsThanFilesMayBeOpen) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 1024;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  constexpr int kHubs = 18, kPartitions = 64;
  for (int i = 0; i < kHubs; ++i) {
    auto hub = broker_->create_hub({.name = "h" + std::to_string(i), .partitions = kPartitions});
    ASSERT_TRUE(hub) << hub.error().message;
    std::vector<Hub::WorldRecord> one{{1000, "k", "v"}};
    for (int p = 0; p < kPartitions; ++p) ASSERT_TRUE((*hub)->append_world(p, one));
  }
  open();
  for (int i = 0; i < kHubs; ++i) {
    auto hub = broker_->hub("h" + std::to_string(i));
    ASSERT_TRUE(hub) << broker_->failure("h" + std::to_string(i));
    std::vector<Record> records;
    for (int p = 0; p < kPartitions; ++p) {
      ASSERT_TRUE(hub->reader(p, 0)->next(INT64_MAX, 1 << 20, records));
      EXPECT_EQ(records.size(), 1U);
    }
  }
  // Where there is no room left, nothing is made at all.
  low.rlim_cur = base::Env::real().list("/proc/self/fd")->size() + 10;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  auto refused = broker_->create_hub({.name = "one-more"});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kResourceExhausted);
  EXPECT_FALSE(base::Env::real().exists(dir_ + "/hub/hubs/one-more"));
}

TEST_F(BrokerTest, ReadersOfADroppedHubReadOn) {
  auto hub = create("views", 1);
  std::vector<Hub::WorldRecord> one{{1000, "k", "v"}};
  ASSERT_TRUE(hub->append_world(0, one));
  auto reader = hub->reader(0, 0);
  hub = nullptr;
  ASSERT_TRUE(broker_->drop_hub("views"));
  std::vector<Record> records;
  ASSERT_TRUE(reader->next(INT64_MAX, 1 << 20, records));
  EXPECT_EQ(records.size(), 1U);
}

TEST_F(BrokerTest, IdempotentProducersAndHeaders) {
  auto hub = create("views", 1);
  Ran ran = run("seq 1 500 | " + kcat() + "-P -t views -X enable.idempotence=true -H a=b");
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(hub->state(0).end_offset, 500);
  ran = run(kcat() + "-C -t views -o 499 -c 1 -q -f '%s %h'");
  EXPECT_EQ(ran.out, "500 a=b");
}

TEST_F(BrokerTest, GroupsShareAndRememberOffsets) {
  auto hub = create("views", 2);
  ASSERT_EQ(run("seq 1 100 | " + kcat() + "-P -t views -p 0").status, 0);
  std::string consume = kcat() + "-G readers -X auto.offset.reset=earliest -q -f '%s\\n' ";
  Ran ran = run(consume + "-c 100 views");
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 100) << ran.out;
  open();  // a restart of the broker keeps what was committed
  ASSERT_EQ(run("seq 101 150 | " + kcat() + "-P -t views -p 1").status, 0);
  ran = run(consume + "-c 50 views");
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 50) << ran.out;
  EXPECT_EQ(ran.out.find("100\n"), std::string::npos);
  EXPECT_NE(ran.out.find("150\n"), std::string::npos);
}

TEST_F(BrokerTest, GroupsMoveToNewMembers) {
  auto hub = create("views", 2);
  std::string consume =
      kcat() + "-G team -X heartbeat.interval.ms=50 -X auto.offset.reset=earliest -u -f '%p\\n' ";
  Ran first, second;
  std::jthread one([&] { first = run(consume + "-c 150 views"); });
  std::jthread two([&] { second = run(consume + "-c 150 views"); });
  // Both get a partition in the end, so records for both partitions reach both of them.
  std::jthread producer([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      ASSERT_EQ(run("seq 1 5 | " + kcat() + "-P -t views -p 0").status, 0);
      ASSERT_EQ(run("seq 1 5 | " + kcat() + "-P -t views -p 1").status, 0);
    }
  });
  one.join();
  two.join();
  std::string both = first.out + second.out;
  EXPECT_NE(both.find("assigned: views [0]\n"), std::string::npos) << both;
  EXPECT_NE(both.find("assigned: views [1]\n"), std::string::npos) << both;
}

TEST_F(BrokerTest, HubsComeBackDropAndChange) {
  create("views");
  ASSERT_TRUE(broker_->create_hub({.name = "views", .partitions = 2, .retention_hours = 5}));
  EXPECT_EQ(broker_->create_hub({.name = "views", .partitions = 3}).error().code,
            Code::kFailedPrecondition);
  int port = broker_->port();
  open();
  EXPECT_EQ(broker_->port(), port);
  auto hub = broker_->hub("views");
  ASSERT_TRUE(hub);
  EXPECT_EQ(hub->options().retention_hours, 5);
  ASSERT_TRUE(broker_->drop_hub("views"));
  ASSERT_TRUE(broker_->drop_hub("views"));
  EXPECT_FALSE(base::Env::real().exists(hub->dir()));
  EXPECT_TRUE(hub->closed());
  std::vector<Hub::WorldRecord> one{{1, "k", "v"}};
  EXPECT_EQ(hub->append_world(0, one).error().code, Code::kNotFound);
}

TEST_F(BrokerTest, ATakenPortIsReplaced) {
  auto other = Broker::open(
      {&base::Env::real(), &clock_, dir_ + "/other", "second", broker_->port(), "key"});
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_NE((*other)->port(), broker_->port());
}

}  // namespace
}  // namespace hub
