// One Kafka client's conversation: frames in, frames out, no socket. Inside the room only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "base/clock.h"
#include "hub/directory_internal.h"
#include "hub/groups_internal.h"
#include "hub/memory_budget_internal.h"
#include "wire/wire.h"

namespace hub {

/// What sessions share. Outlives them.
struct Services {
  Directory& hubs;
  Groups& groups;
  std::string name;  ///< of the namespace
  std::string key;   ///< the SASL secret
  int port = 0;
  bool sync_acks_all = true;
  std::atomic<std::int64_t> next_producer_id{0};
  MemoryBudget memory{};
};

/// Owned by the connection's thread.
class Session {
 public:
  /// `cut` closes the client's connection, from any thread.
  Session(Services& services, Caller caller, std::function<void()> cut = {})
      : services_(services), caller_(std::move(caller)), memory_(services.memory, std::move(cut)) {}

  bool logged_in() const { return authenticated_; }
  /// Makes the connection's part of the common memory `bytes` in all; see MemoryBudget.
  bool hold(std::size_t bytes) { return memory_.resize(bytes, caller_); }

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
  Outcome refuse_version(const wire::RequestHeader& header, wire::ByteWriter& out);
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

  base::Result<wire::BatchHeader> validate(std::string_view batch);
  wire::ProduceResponse::Partition produce_to(Hub* hub, std::string_view records,
                                              std::int32_t index, bool durable);
  bool fetch_once(const wire::FetchRequest& request, wire::FetchResponse& response);
  wire::FetchResponse::Partition fetch_from(const Hub* hub,
                                            const wire::FetchRequest::Partition& wanted,
                                            std::int64_t bytes_left, std::int64_t bytes_so_far);
  void wait_for_data(const wire::FetchRequest& request, wire::FetchResponse& response);

  Services& services_;
  const Caller caller_;
  MemoryBudget::Share memory_;
  std::size_t request_bytes_ = 0;  // held by the request while it is answered
  bool authenticated_ = false;
  bool mechanism_chosen_ = false;
  bool raw_token_next_ = false;  // after a handshake of version 0
  std::string client_id_;
};

}  // namespace hub
