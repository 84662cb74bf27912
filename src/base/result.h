// Errors as values. What can happen in a sound program (a full disk, bad SQL, an unknown hub) is a
// Status or a Result; what can't happen is a CHECK, which stays on in release builds.
//
//   Result<Table> open(...);
//   Status load() {
//     Table table = TRY(open(...));   // returns the error to the caller
//     TRY(table.sync());
//     return {};
//   }
#pragma once

#include <fmt/format.h>

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace base {

/// What the caller can do about an error. Mapped to Kafka, HTTP and Terraform in one table each.
enum class Code {
  kInvalidArgument,     ///< the input is wrong: change it
  kNotFound,            ///< the named thing isn't there
  kAlreadyExists,       ///< the named thing is there already
  kFailedPrecondition,  ///< the state doesn't allow it: do something else first
  kResourceExhausted,   ///< disk, memory or a limit is full: make room, then try again
  kUnavailable,         ///< a peer doesn't answer now: try again later
  kDataLoss,            ///< stored bytes are damaged
  kPermissionDenied,    ///< not allowed
  kCancelled,           ///< the caller or a shutdown asked to stop
  kUnimplemented,       ///< not supported by this version
  kInternal,            ///< a defect of ours
};

/// Stable lower-case name, e.g. "invalid_argument"; used in REST bodies and logs.
std::string_view code_name(Code code);
/// The inverse of code_name; kInternal for an unknown name.
Code code_from_name(std::string_view name);

struct Card;  // base/card.h

/// A fixed sentence and then values: "where: what; what to do".
struct [[nodiscard]] Error {
  Code code = Code::kInternal;
  std::string message;
  /// The same for a screen, with the place in a text; null: the message is all that is known.
  std::shared_ptr<const Card> card = nullptr;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

/// error(Code::kNotFound, "hub {} does not exist", name): converts to any Result or Status.
template <typename... Args>
std::unexpected<Error> error(Code code, fmt::format_string<Args...> text, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(text, std::forward<Args>(args)...)});
}

/// Puts "context: " before the message of an error on its way up, and before what its card says is
/// wrong. Where the context is the file that a text stands in: in_file() of base/card.h.
std::unexpected<Error> annotate(Error error, std::string_view context);

/// kResourceExhausted for a full disk, kNotFound, kPermissionDenied, … from errno; names `path`.
std::unexpected<Error> errno_error(int err, std::string_view what, std::string_view path);

[[noreturn]] void check_failed(const char* expression, const char* file, int line,
                               const std::string& message);

}  // namespace base

// clang-format off
#define TRY(expression)                                                        \
  __extension__({                                                              \
    auto try_result_ = (expression);                                           \
    if (!try_result_) [[unlikely]]                                             \
      return std::unexpected(std::move(try_result_).error());                  \
    std::move(try_result_).value();                                            \
  })

#define CHECK(condition, ...)                                                  \
  do {                                                                         \
    if (!(condition)) [[unlikely]]                                             \
      ::base::check_failed(#condition, __FILE__, __LINE__,                     \
                           ::fmt::format("" __VA_ARGS__));                     \
  } while (false)
// clang-format on
