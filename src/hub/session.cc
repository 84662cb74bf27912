#include "base/log.h"
#include "hub/sasl.h"
#include "hub/session_internal.h"

namespace hub {

using wire::ApiKey;
using wire::ByteReader;
using wire::ByteWriter;
using wire::ErrorCode;

namespace {
constexpr std::size_t kLengthBytes = 4;
}

bool Session::handle(std::string& frame, std::string& reply) {
  reply.assign(kLengthBytes, '\0');
  ByteWriter out(reply);
  Outcome outcome;
  if (std::exchange(raw_token_next_, false)) {
    outcome = authenticate_raw(frame);
  } else {
    ByteReader in(frame);
    wire::RequestHeader header = wire::read_request_header(in);
    if (!in.ok()) {
      base::log_warn("hub", "malformed_request", "bytes={}", frame.size());
      reply.clear();
      return false;
    }
    client_id_ = header.client_id;
    wire::write_response_header(out, header);
    std::size_t nothing = reply.size();
    outcome = answer(header, in, out);
    if (outcome == Outcome::kClose && reply.size() == nothing) reply.clear();
  }
  if (outcome == Outcome::kSilent) reply.clear();
  if (!reply.empty()) {
    wire::store_big(reply.data(), static_cast<std::int32_t>(reply.size() - kLengthBytes));
  }
  return outcome != Outcome::kClose;
}

Session::Outcome Session::answer(const wire::RequestHeader& header, ByteReader& in,
                                 ByteWriter& out) {
  auto key = static_cast<ApiKey>(header.key);
  int version = header.version;
  if (!wire::is_supported(header.key, header.version)) return refuse_version(header, out);
  if (key == ApiKey::kApiVersions) {
    wire::read_api_versions_request(in, version);
    if (!wire::finish(in)) return Outcome::kClose;
    wire::ApiVersionsResponse{}.write(out, version);
    return Outcome::kReply;
  }
  if (key == ApiKey::kSaslHandshake) return handshake(in, version, out);
  if (key == ApiKey::kSaslAuthenticate) return authenticate(in, version, out);
  if (!authenticated_) {
    base::log_warn("hub", "not_authenticated", "api={}", header.key);
    return Outcome::kClose;
  }
  switch (key) {
    case ApiKey::kMetadata:
      return metadata(in, version, out);
    case ApiKey::kProduce:
      return produce(in, version, out);
    case ApiKey::kFetch:
      return fetch(in, version, out);
    case ApiKey::kListOffsets:
      return list_offsets(in, version, out);
    case ApiKey::kInitProducerId:
      return init_producer_id(in, version, out);
    case ApiKey::kFindCoordinator:
      return find_coordinator(in, version, out);
    case ApiKey::kJoinGroup:
      return exchange<wire::JoinGroupRequest>(in, version, out, [&](const auto& request) {
        return services_.groups.join(request, client_id_, caller_);
      });
    case ApiKey::kSyncGroup:
      return exchange<wire::SyncGroupRequest>(in, version, out, [&](const auto& request) {
        return services_.groups.sync(request, caller_);
      });
    case ApiKey::kHeartbeat:
      return exchange<wire::HeartbeatRequest>(in, version, out, [&](const auto& request) {
        return services_.groups.heartbeat(request);
      });
    case ApiKey::kLeaveGroup:
      return exchange<wire::LeaveGroupRequest>(
          in, version, out, [&](const auto& request) { return services_.groups.leave(request); });
    case ApiKey::kOffsetCommit:
      return exchange<wire::OffsetCommitRequest>(
          in, version, out, [&](const auto& request) { return services_.groups.commit(request); });
    case ApiKey::kOffsetFetch:
      return exchange<wire::OffsetFetchRequest>(in, version, out, [&](const auto& request) {
        return services_.groups.committed(request);
      });
    case ApiKey::kApiVersions:
    case ApiKey::kSaslHandshake:
    case ApiKey::kSaslAuthenticate:
      break;  // handled above
  }
  return Outcome::kClose;
}

/// In no version that is spoken here: the error alone, where every first field of an answer is an
/// error or a number that a client can tell to be none. What is spoken stands in ApiVersions, which
/// has a whole answer in its oldest form.
Session::Outcome Session::refuse_version(const wire::RequestHeader& header, ByteWriter& out) {
  out.set_flexible(false);
  if (static_cast<ApiKey>(header.key) == ApiKey::kApiVersions) {
    wire::ApiVersionsResponse{ErrorCode::kUnsupportedVersion}.write(out, 0);
  } else {
    base::log_warn("hub", "unsupported_request", "api={} version={}", header.key, header.version);
    out.i16(static_cast<std::int16_t>(ErrorCode::kUnsupportedVersion));
  }
  return Outcome::kReply;
}

template <typename Request, typename Handle>
Session::Outcome Session::exchange(ByteReader& in, int version, ByteWriter& out, Handle handle) {
  Request request;
  request.read(in, version);
  if (!wire::finish(in)) {
    base::log_warn("hub", "malformed_request", "left={}", in.remaining());
    return Outcome::kClose;
  }
  handle(request).write(out, version);
  return Outcome::kReply;
}

Session::Outcome Session::handshake(ByteReader& in, int version, ByteWriter& out) {
  return exchange<wire::SaslHandshakeRequest>(in, version, out, [&](const auto& request) {
    wire::SaslHandshakeResponse response;
    if (authenticated_) {
      response.error = ErrorCode::kIllegalSaslState;
    } else if (request.mechanism != "PLAIN") {
      response.error = ErrorCode::kUnsupportedSaslMechanism;
    } else {
      mechanism_chosen_ = true;
      raw_token_next_ = version == 0;
    }
    return response;
  });
}

Session::Outcome Session::authenticate(ByteReader& in, int version, ByteWriter& out) {
  wire::SaslAuthenticateRequest request;
  request.read(in, version);
  if (!wire::finish(in)) return Outcome::kClose;
  wire::SaslAuthenticateResponse response;
  if (!mechanism_chosen_ || authenticated_) {
    response.error = ErrorCode::kIllegalSaslState;
    response.message = "SaslAuthenticate comes once, after SaslHandshake";
  } else if (plain_token_fits(request.bytes, services_.key)) {
    authenticated_ = true;
  } else {
    response.error = ErrorCode::kSaslAuthenticationFailed;
    response.message =
        "wrong user or key: the user is $ConnectionString, the password the connection string";
    base::log_warn("hub", "authentication_failed", "client={}", client_id_.size());
  }
  response.write(out, version);
  return response.error == ErrorCode::kNone ? Outcome::kReply : Outcome::kClose;
}

/// After a handshake of version 0 the token comes without Kafka's header and is answered by an
/// empty one.
Session::Outcome Session::authenticate_raw(std::string_view token) {
  authenticated_ = plain_token_fits(token, services_.key);
  return authenticated_ ? Outcome::kReply : Outcome::kClose;
}

Session::Outcome Session::metadata(ByteReader& in, int version, ByteWriter& out) {
  return exchange<wire::MetadataRequest>(in, version, out, [&](const auto& request) {
    wire::MetadataResponse response;
    response.host = "127.0.0.1";
    response.port = services_.port;
    response.cluster_id = services_.name;
    if (request.all) {
      for (const auto& hub : services_.hubs.all()) {
        response.topics.push_back({ErrorCode::kNone, hub->name(), hub->partitions()});
      }
    }
    for (std::string_view name : request.topics) {
      auto hub = services_.hubs.find(name);
      response.topics.push_back({hub ? ErrorCode::kNone : ErrorCode::kUnknownTopicOrPartition,
                                 std::string(name), hub ? hub->partitions() : 0});
    }
    if (request.by_id) response.topics.push_back({ErrorCode::kUnknownTopicId, "", 0});
    return response;
  });
}

Session::Outcome Session::init_producer_id(ByteReader& in, int version, ByteWriter& out) {
  return exchange<wire::InitProducerIdRequest>(in, version, out, [&](const auto& request) {
    wire::InitProducerIdResponse response;
    if (request.transactional) {
      response.error = ErrorCode::kTransactionalIdAuthorizationFailed;
    } else {
      response.producer_id = services_.next_producer_id++;
      response.epoch = 0;
    }
    return response;
  });
}

Session::Outcome Session::find_coordinator(ByteReader& in, int version, ByteWriter& out) {
  return exchange<wire::FindCoordinatorRequest>(in, version, out, [&](const auto& request) {
    wire::FindCoordinatorResponse response;
    response.keys = request.keys;
    if (request.key_type == 1) {
      response.error = ErrorCode::kTransactionalIdAuthorizationFailed;
      response.message = "an event hub of the playground has no transactions";
    } else if (request.key_type != 0) {
      response.error = ErrorCode::kInvalidRequest;
    } else {
      response.host = "127.0.0.1";
      response.port = services_.port;
    }
    return response;
  });
}

}  // namespace hub
