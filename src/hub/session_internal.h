// One Kafka client's conversation: frames in, frames out, no socket. Inside the room only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "hub/directory_internal.h"
#include "hub/groups_internal.h"
#include "hub/signal.h"
#include "wire/wire.h"

namespace hub {

/// What sessions share. Outlives them.
struct Services {
  Directory& hubs;
  Groups& groups;
  Signal& appended;
  std::string name;  ///< of the namespace
  std::string key;   ///< the SASL secret
  int port = 0;
  bool sync_acks_all = true;
  std::atomic<std::int64_t> next_producer_id{0};
};

/// Owned by the connection's thread.
class Session {
 public:
  Session(Services& services, std::stop_token stop) : services_(services), stop_(std::move(stop)) {}

  /// The longest frame that is accepted now.
  std::int32_t frame_bytes_max() const {
    return authenticated_ ? wire::kFrameBytesMax : wire::kGreetingBytesMax;
  }

  /// Handles one frame (without its length; produced batches are stamped in place) and makes
  /// `reply` the frame to send, length included, or empty when there is none. False: close the
  /// connection, after sending `reply`.
  bool handle(std::string& frame, std::string& reply);

 private:
  enum class Outcome { kReply, kSilent, kClose };
  Outcome answer(const wire::RequestHeader& header, wire::ByteReader& in, wire::ByteWriter& out);
  Outcome authenticate_raw(std::string_view token);
  Outcome handshake(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome authenticate(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome metadata(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome produce(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome fetch(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome list_offsets(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome init_producer_id(wire::ByteReader& in, int version, wire::ByteWriter& out);
  Outcome find_coordinator(wire::ByteReader& in, int version, wire::ByteWriter& out);

  /// Reads a request, calls `handle(request)` for the response and writes it.
  template <typename Request, typename Handle>
  Outcome exchange(wire::ByteReader& in, int version, wire::ByteWriter& out, Handle handle);

  wire::ProduceResponse::Partition produce_to(Hub* hub, std::string_view records,
                                              std::int32_t index, bool durable);
  bool fetch_once(const wire::FetchRequest& request, wire::FetchResponse& response);
  wire::FetchResponse::Partition fetch_from(const Hub* hub,
                                            const wire::FetchRequest::Partition& wanted,
                                            std::int64_t bytes_left);

  Services& services_;
  const std::stop_token stop_;
  bool authenticated_ = false;
  bool mechanism_chosen_ = false;
  bool raw_token_next_ = false;  // after a handshake of version 0
  std::string client_id_;
};

}  // namespace hub
