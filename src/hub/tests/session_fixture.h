// A namespace with the hub `views` (two partitions, clock at 1000 ms, key "the-key") and how tests
// talk to one of its sessions: frames as bytes.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/testing/temp_dir.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"

namespace hub {

class SessionTest : public base::TempDirTest {
 protected:
  SessionTest()
      : clock_(base::from_millis(1000)),
        groups_(base::Env::real(), dir_),
        services_{hubs_, groups_, "ns", "the-key", 9092, false, 1000} {
    auto hub = Hub::open({&base::Env::real(), &clock_}, dir_ + "/views",
                         {.name = "views", .partitions = 2});
    EXPECT_TRUE(hub);
    hubs_.add(*hub);
  }

  static std::string frame(wire::ApiKey key, int version, const std::string& body) {
    std::string out;
    wire::ByteWriter writer(out);
    writer.i16(static_cast<std::int16_t>(key));
    writer.i16(static_cast<std::int16_t>(version));
    writer.i32(77);
    writer.string("tester");
    return out + body;
  }
  /// The body of the reply to `request`; checks length and correlation id.
  std::string ask(Session& session, std::string request, bool stays_open = true) {
    std::string reply;
    EXPECT_EQ(session.handle(request, reply), stays_open);
    if (reply.empty()) return {};
    wire::ByteReader in(reply);
    EXPECT_EQ(in.i32(), static_cast<std::int32_t>(reply.size() - 4));
    EXPECT_EQ(in.i32(), 77);
    return reply.substr(8);
  }
  static std::string token(std::string_view key) {
    std::string out("\0$ConnectionString\0", 19);
    return out + connection_string(9092, key);
  }
  static std::string text16(std::string_view text) {
    std::string out;
    wire::ByteWriter(out).string(text);
    return out;
  }
  static std::string bytes32(std::string_view bytes) {
    std::string out;
    wire::ByteWriter(out).bytes32(bytes);
    return out;
  }
  void log_in(Session& session) {
    ask(session, frame(wire::ApiKey::kSaslHandshake, 1, text16("PLAIN")));
    std::string reply =
        ask(session, frame(wire::ApiKey::kSaslAuthenticate, 1, bytes32(token("the-key"))));
    EXPECT_EQ(wire::ByteReader(reply).i16(), 0);
  }
  static Caller stopped() {  // nothing waits
    std::stop_source source;
    source.request_stop();
    return {source.get_token(), {}};
  }
  /// A frame whose body `write` writes in the version's form.
  static std::string frame_of(wire::ApiKey key, int version, auto write) {
    std::string out = frame(key, version, "");
    wire::ByteWriter writer(out);
    writer.set_flexible(
        wire::is_flexible(static_cast<std::int16_t>(key), static_cast<std::int16_t>(version)));
    writer.tags();  // the header's
    write(writer);
    writer.tags();
    return out;
  }
  /// A Produce request for one partition.
  static std::string produce_request(int version, std::string_view topic, std::int32_t partition,
                                     std::string_view records, std::int16_t acks = 1) {
    return frame_of(wire::ApiKey::kProduce, version, [&](wire::ByteWriter& out) {
      out.null_string();
      out.i16(acks);
      out.i32(1000);
      out.array(1);
      out.string(topic);
      out.array(1);
      out.i32(partition);
      out.bytes32(records);
      out.tags();
      out.tags();
    });
  }
  /// The body of a reply in the version's form.
  static wire::ByteReader reader_of(std::string_view reply, wire::ApiKey key, int version) {
    wire::ByteReader in(reply);
    in.set_flexible(
        wire::is_flexible(static_cast<std::int16_t>(key), static_cast<std::int16_t>(version)));
    in.tags();  // the header's
    return in;
  }

  base::ManualClock clock_;
  Directory hubs_;
  Groups groups_;
  Services services_;
};

}  // namespace hub
