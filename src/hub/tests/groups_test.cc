// Consumer groups without sockets: static members, votes, ids given first, offsets kept by append.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/faulty_env.h"
#include "base/testing/temp_dir.h"
#include "hub/groups_internal.h"

namespace hub {
namespace {

using wire::ErrorCode;

class GroupsTest : public base::TempDirTest {
 protected:
  struct Wish {
    std::string member;
    std::optional<std::string> instance;
    std::vector<std::string> protocols = {"range"};
    bool asks_for_id = false;
    int session_ms = 10'000;
  };
  wire::JoinGroupResponse join(const Wish& wish) {
    wire::JoinGroupRequest request;
    request.group = "g";
    request.member = wish.member;
    if (wish.instance) request.instance = *wish.instance;
    request.session_timeout_ms = wish.session_ms;
    request.rebalance_timeout_ms = 20'000;
    request.protocol_type = "consumer";
    request.asks_for_id = wish.asks_for_id;
    for (const auto& name : wish.protocols) request.protocols.push_back({name, "subscription"});
    return groups_.join(request, "client", {});
  }
  std::future<wire::JoinGroupResponse> join_later(Wish wish) {
    return std::async(std::launch::async, [this, wish] { return join(wish); });
  }
  wire::SyncGroupResponse sync(const wire::JoinGroupResponse& joined,
                               std::vector<std::pair<std::string, std::string>> assigned = {},
                               std::optional<std::string_view> instance = {}) {
    wire::SyncGroupRequest request;
    request.group = "g";
    request.member = joined.member;
    request.generation = joined.generation;
    request.instance = instance;
    for (const auto& [member, bytes] : assigned) request.assignments.push_back({member, bytes});
    return groups_.sync(request, {});
  }
  ErrorCode heartbeat(const wire::JoinGroupResponse& joined,
                      std::optional<std::string_view> instance = {}) {
    wire::HeartbeatRequest request;
    request.group = "g";
    request.member = joined.member;
    request.generation = joined.generation;
    request.instance = instance;
    return groups_.heartbeat(request).error;
  }
  ErrorCode commit(std::string_view group, std::int64_t offset, std::string_view metadata = "",
                   std::string_view topic = "views") {
    wire::OffsetCommitRequest request;
    request.group = group;
    request.topics.push_back({topic, {{0, offset, metadata}}});
    return groups_.commit(request).topics.at(0).partitions.at(0).error;
  }
  std::int64_t committed(std::string_view group) {
    wire::OffsetFetchRequest request;
    request.groups.push_back({group, false, {{"views", {0}}}});
    auto response = groups_.committed(request);
    if (response.groups.at(0).error != ErrorCode::kNone) return -56;
    return response.groups.at(0).topics.at(0).partitions.at(0).offset;
  }
  /// The members A and B, static, in a stable group; A leads.
  std::pair<wire::JoinGroupResponse, wire::JoinGroupResponse> two_static() {
    auto a = join({.instance = "A"});
    EXPECT_EQ(sync(a, {{a.member, "all"}}, "A").assignment, "all");
    auto later = join_later({.instance = "B"});
    while (heartbeat(a, "A") == ErrorCode::kNone) std::this_thread::yield();
    a = join({.member = a.member, .instance = "A"});
    auto b = later.get();
    EXPECT_EQ(a.generation, b.generation);
    EXPECT_EQ(a.leader, a.member);
    EXPECT_EQ(a.members.size(), 2U);
    auto waits = std::async(std::launch::async, [&] { return sync(b, {}, "B"); });
    EXPECT_EQ(sync(a, {{a.member, "first"}, {b.member, "second"}}, "A").assignment, "first");
    EXPECT_EQ(waits.get().assignment, "second");
    return {a, b};
  }

  base::ManualClock wall_{base::from_millis(1'780'000'000'000)};
  Groups groups_{base::Env::real(), dir_, wall_};
};

TEST_F(GroupsTest, AStaticMemberReplacesItsPredecessorWithoutARebalance) {
  auto [a, b] = two_static();
  for (bool leads : {false, true}) {
    const auto& old = leads ? a : b;
    const char* name = leads ? "A" : "B";
    auto again = join({.instance = name});  // without its id: it was started again
    EXPECT_EQ(again.error, ErrorCode::kNone);
    EXPECT_EQ(again.generation, old.generation);
    EXPECT_NE(again.member, old.member);
    EXPECT_EQ(again.skip_assignment, leads);
    EXPECT_EQ(sync(again, {}, name).assignment, leads ? "first" : "second");
    EXPECT_EQ(heartbeat(again, name), ErrorCode::kNone);
    // What still speaks with the old id is fenced.
    EXPECT_EQ(heartbeat(old, name), ErrorCode::kFencedInstanceId);
    EXPECT_EQ(sync(old, {}, name).error, ErrorCode::kFencedInstanceId);
    EXPECT_EQ(join({.member = old.member, .instance = name}).error, ErrorCode::kFencedInstanceId);
  }
  EXPECT_EQ(heartbeat(b, "C"), ErrorCode::kUnknownMemberId);
}

TEST_F(GroupsTest, AVersionWithoutSkippingIsToldOfTheOldLeader) {
  auto [a, b] = two_static();
  auto again = join({.instance = "A"});
  std::string bytes;
  wire::ByteWriter out(bytes);
  again.write(out, 5);
  wire::ByteReader in(bytes);
  in.i32();
  EXPECT_EQ(in.i16(), 0);
  EXPECT_EQ(in.i32(), a.generation);
  EXPECT_EQ(in.string(), "range");
  EXPECT_EQ(in.string(), a.member);  // "somebody else leads"
  EXPECT_EQ(in.string(), again.member);
  EXPECT_EQ(in.array(1), 0);
}

TEST_F(GroupsTest, ASecondOneOfTheSameNameFencesTheFirstThatWaits) {
  auto [a, b] = two_static();
  auto dynamic = join_later({});  // begins a rebalance
  while (heartbeat(a, "A") == ErrorCode::kNone) std::this_thread::yield();
  auto first = join_later({.member = b.member, .instance = "B"});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  auto second = join_later({.instance = "B"});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(first.get().error, ErrorCode::kFencedInstanceId);
  a = join({.member = a.member, .instance = "A"});
  EXPECT_EQ(a.members.size(), 3U);
  EXPECT_EQ(second.get().error, ErrorCode::kNone);
  EXPECT_EQ(dynamic.get().error, ErrorCode::kNone);
}

TEST_F(GroupsTest, LeavingTellsOfEachMember) {
  auto [a, b] = two_static();
  wire::LeaveGroupRequest request;
  request.group = "g";
  request.members = {{"", "B"}, {"nobody", std::nullopt}, {"other", "A"}};
  auto response = groups_.leave(request);
  ASSERT_EQ(response.members.size(), 3U);
  EXPECT_EQ(response.members[0].error, ErrorCode::kNone);
  EXPECT_EQ(response.members[1].error, ErrorCode::kUnknownMemberId);
  EXPECT_EQ(response.members[2].error, ErrorCode::kFencedInstanceId);
  EXPECT_EQ(heartbeat(b, "B"), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(heartbeat(a, "A"), ErrorCode::kRebalanceInProgress);
}

TEST_F(GroupsTest, TheProtocolIsVotedFor) {
  auto first = join({.protocols = {"b-roundrobin", "a-range"}});
  EXPECT_EQ(first.protocol, "b-roundrobin");  // its wish, not the first by name
  auto second = join_later({.protocols = {"a-range", "b-roundrobin"}});
  auto third = join_later({.protocols = {"a-range", "c-sticky", "b-roundrobin"}});
  while (heartbeat(first) == ErrorCode::kNone) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  first = join({.member = first.member, .protocols = {"b-roundrobin", "a-range"}});
  EXPECT_EQ(first.members.size(), 3U);
  EXPECT_EQ(first.protocol, "a-range");  // two votes against one
  EXPECT_EQ(second.get().protocol, "a-range");
  EXPECT_EQ(third.get().protocol, "a-range");
  EXPECT_EQ(join({.protocols = {"c-sticky"}}).error, ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(GroupsTest, NewMembersAreGivenTheirIdFirst) {
  auto invited = join({.asks_for_id = true});
  EXPECT_EQ(invited.error, ErrorCode::kMemberIdRequired);
  EXPECT_FALSE(invited.member.empty());
  auto joined = join({.member = invited.member, .asks_for_id = true});
  EXPECT_EQ(joined.error, ErrorCode::kNone);
  EXPECT_EQ(joined.members.size(), 1U);
  EXPECT_EQ(join({.member = "made up", .asks_for_id = true}).error, ErrorCode::kUnknownMemberId);
  // A lost answer is given again, in the same generation.
  auto again = join({.member = joined.member, .asks_for_id = true});
  EXPECT_EQ(again.generation, joined.generation);
}

TEST_F(GroupsTest, CommitsAppendWhatChangedAndAreThereAgain) {
  for (int i = 0; i < 1500; ++i) ASSERT_EQ(commit("g" + std::to_string(i), i), ErrorCode::kNone);
  auto size = [&] { return base::Env::real().read_file(dir_ + "/offsets.log")->size(); };
  std::size_t before = size();
  for (int i = 0; i < 10; ++i) ASSERT_EQ(commit("g7", 1000 + i), ErrorCode::kNone);
  EXPECT_LT(size() - before, 10 * 100U);
  EXPECT_EQ(commit("g7", 5, std::string(5000, 'x')), ErrorCode::kOffsetMetadataTooLarge);
  Groups again(base::Env::real(), dir_, wall_);
  again.load();
  wire::OffsetFetchRequest request;
  request.groups = {{"g7", true, {}}, {"g1499", true, {}}, {"none", true, {}}};
  auto found = again.committed(request).groups;
  EXPECT_EQ(found.at(0).topics.at(0).partitions.at(0).offset, 1009);
  EXPECT_EQ(found.at(1).topics.at(0).partitions.at(0).offset, 1499);
  EXPECT_TRUE(found.at(2).topics.empty());
}

TEST_F(GroupsTest, TheOffsetsFileIsWrittenWholeNowAndThen) {
  std::string metadata(1000, 'm');
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(commit("one", i, metadata), ErrorCode::kNone);
  EXPECT_LT(base::Env::real().read_file(dir_ + "/offsets.log")->size(), 2U << 20);
  groups_.load();
  EXPECT_EQ(committed("one"), 4999);
}

TEST_F(GroupsTest, GroupsGoByAge) {
  ASSERT_EQ(commit("old", 1), ErrorCode::kNone);
  wall_.advance(std::chrono::hours(6 * 24));
  ASSERT_EQ(commit("new", 2), ErrorCode::kNone);
  wall_.advance(std::chrono::hours(2 * 24));
  groups_.look_after();
  EXPECT_EQ(committed("old"), -1);
  EXPECT_EQ(committed("new"), 2);
  groups_.load();
  EXPECT_EQ(committed("new"), 2);
}

TEST_F(GroupsTest, ATornLastCommitIsCutOffAndAFullDiskChangesNothing) {
  base::FaultyEnv env;
  {
    Groups groups(env, dir_, wall_);
    wire::OffsetCommitRequest request;
    request.group = "g";
    request.topics.push_back({"views", {{0, 1, ""}}});
    ASSERT_EQ(groups.commit(request).topics[0].partitions[0].error, ErrorCode::kNone);
    env.set_disk_bytes(10);
    request.topics[0].partitions[0].offset = 2;
    EXPECT_EQ(groups.commit(request).topics[0].partitions[0].error, ErrorCode::kKafkaStorageError);
    env.set_disk_bytes(1 << 20);
    request.topics[0].partitions[0].offset = 3;
    ASSERT_EQ(groups.commit(request).topics[0].partitions[0].error, ErrorCode::kNone);
  }
  std::string path = dir_ + "/offsets.log", whole = *base::Env::real().read_file(path);
  for (std::size_t cut = 1; cut < 40; ++cut) {
    ASSERT_TRUE(base::Env::real().write_file(path, whole.substr(0, whole.size() - cut), false));
    groups_.load();
    EXPECT_EQ(groups_.failure(), "") << cut;
    EXPECT_EQ(committed("g"), 1) << cut;
  }
}

TEST_F(GroupsTest, ADamagedOffsetsFileIsToldAndEndsWithItsRemoval) {
  ASSERT_EQ(commit("g", 1), ErrorCode::kNone);
  ASSERT_EQ(commit("g", 2), ErrorCode::kNone);
  ASSERT_EQ(commit("g", 3), ErrorCode::kNone);
  std::string path = dir_ + "/offsets.log", whole = *base::Env::real().read_file(path);
  std::string middle = whole;
  middle[middle.size() / 2] ^= 1;
  for (const std::string& text : {std::string(), std::string("null"), std::string("{}"), middle,
                                  std::string("[1, 2]"), whole.substr(0, 5)}) {
    ASSERT_TRUE(base::Env::real().write_file(path, text));
    Groups groups(base::Env::real(), dir_, wall_);
    groups.load();
    EXPECT_NE(groups.failure().find(path), std::string::npos) << text;
    EXPECT_NE(groups.failure().find("remove it"), std::string::npos) << text;
    wire::OffsetCommitRequest request;
    request.group = "g";
    request.topics.push_back({"views", {{0, 9, ""}}});
    EXPECT_EQ(groups.commit(request).topics[0].partitions[0].error, ErrorCode::kKafkaStorageError);
    wire::OffsetFetchRequest fetch;
    fetch.groups.push_back({"g", true, {}});
    EXPECT_EQ(groups.committed(fetch).groups[0].error, ErrorCode::kKafkaStorageError);
    ASSERT_TRUE(base::Env::real().remove_file(path));
    EXPECT_EQ(groups.commit(request).topics[0].partitions[0].error, ErrorCode::kNone);
  }
}

TEST_F(GroupsTest, OffsetsOfEarlierVersionsAreTakenOver) {
  std::string old = dir_ + "/offsets.json";
  ASSERT_TRUE(base::Env::real().write_file(old, R"({"g": {"views": [[0, 42, "m"]]}})"));
  groups_.load();
  EXPECT_EQ(committed("g"), 42);
  EXPECT_FALSE(base::Env::real().exists(old));
  groups_.load();
  EXPECT_EQ(committed("g"), 42);
  for (const char* bad :
       {"", "null", "[]", "{\"g\": 5}", "{\"g\": {\"views\": [[0, \"x\", \"\"]]}}",
        "{\"g\": {\"views\": [[0]]}}", "{\"g\": {\"vie"}) {
    ASSERT_TRUE(base::Env::real().remove_file(dir_ + "/offsets.log"));
    ASSERT_TRUE(base::Env::real().write_file(old, bad));
    Groups groups(base::Env::real(), dir_, wall_);
    groups.load();
    EXPECT_NE(groups.failure().find("offsets.json"), std::string::npos) << bad;
    ASSERT_TRUE(base::Env::real().remove_file(old));
  }
}

}  // namespace
}  // namespace hub
