#include "api/answers_internal.h"
#include "api/server.h"
#include "base/card_json.h"

namespace api {

using base::Code;
using nlohmann::json;

int http_status(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return 400;
    case Code::kPermissionDenied:
      return 403;
    case Code::kNotFound:
      return 404;
    case Code::kAlreadyExists:
      return 409;
    case Code::kFailedPrecondition:
      return 412;
    case Code::kResourceExhausted:
      return 507;
    case Code::kUnavailable:
      return 503;
    case Code::kCancelled:
      return 503;
    case Code::kUnimplemented:
      return 501;
    case Code::kDataLoss:
      return 500;
    case Code::kInternal:
      return 500;
  }
  return 500;
}

void answer(httplib::Response& response, const json& body) {
  response.set_content(body.dump(-1, ' ', false, json::error_handler_t::replace),
                       "application/json");
}

json error_json(const base::Error& error) {
  return {{"error",
           {{"code", base::code_name(error.code)},
            {"message", error.message},
            {"card", base::card_json(base::card_of(error))}}}};
}

void refuse(httplib::Response& response, const base::Error& error, const json& path) {
  json body = error_json(error);
  if (path.is_array() && !path.empty()) body["error"]["path"] = path;
  response.status = http_status(error.code);
  answer(response, body);
}

}  // namespace api
