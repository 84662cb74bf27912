#include "base/result.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/card.h"

namespace base {
namespace {

struct CodeName {
  Code code;
  std::string_view name;
};

constexpr std::array kNames = {
    CodeName{Code::kInvalidArgument, "invalid_argument"},
    CodeName{Code::kNotFound, "not_found"},
    CodeName{Code::kAlreadyExists, "already_exists"},
    CodeName{Code::kFailedPrecondition, "failed_precondition"},
    CodeName{Code::kResourceExhausted, "resource_exhausted"},
    CodeName{Code::kUnavailable, "unavailable"},
    CodeName{Code::kDataLoss, "data_loss"},
    CodeName{Code::kPermissionDenied, "permission_denied"},
    CodeName{Code::kCancelled, "cancelled"},
    CodeName{Code::kUnimplemented, "unimplemented"},
    CodeName{Code::kInternal, "internal"},
};

Code code_from_errno(int err) {
  switch (err) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Code::kResourceExhausted;
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EEXIST:
      return Code::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermissionDenied;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case ETIMEDOUT:
    case EAGAIN:
      return Code::kUnavailable;
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
      return Code::kInvalidArgument;
    default:
      return Code::kInternal;
  }
}

}  // namespace

std::string_view code_name(Code code) {
  for (const auto& entry : kNames) {
    if (entry.code == code) return entry.name;
  }
  return "internal";
}

Code code_from_name(std::string_view name) {
  for (const auto& entry : kNames) {
    if (entry.name == name) return entry.code;
  }
  return Code::kInternal;
}

std::unexpected<Error> annotate(Error error, std::string_view context) {
  error.message = fmt::format("{}: {}", context, error.message);
  if (error.card != nullptr) {
    Card card = *error.card;
    card.problem = fmt::format("{}: {}", context, card.problem);
    error.card = std::make_shared<const Card>(std::move(card));
  }
  return std::unexpected(std::move(error));
}

std::unexpected<Error> errno_error(int err, std::string_view what, std::string_view path) {
  return error(code_from_errno(err), "{} {}: {}", what, path, std::strerror(err));
}

void check_failed(const char* expression, const char* file, int line, const std::string& message) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s %s\n", file, line, expression, message.c_str());
  std::abort();
}

}  // namespace base
