// How requests are answered: JSON bodies, and errors as server.h says. Inside the room only.
#pragma once

#include <httplib.h>

#include <nlohmann/json.hpp>

#include "base/result.h"

namespace api {

/// Bytes that aren't UTF-8 (a damaged event) are shown as replacement characters.
void answer(httplib::Response& response, const nlohmann::json& body);
/// {"error":{"code","message","card"}}.
nlohmann::json error_json(const base::Error& error);
/// `path`: the attribute of a resource that is wrong.
void refuse(httplib::Response& response, const base::Error& error,
            const nlohmann::json& path = nullptr);

template <typename T>
void answer_result(httplib::Response& response, const base::Result<T>& result) {
  if (result) {
    answer(response, *result);
  } else {
    refuse(response, result.error());
  }
}

}  // namespace api
