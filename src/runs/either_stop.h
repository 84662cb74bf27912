// A stop token that two others can request: of the daemon, and of the client who asked.
#pragma once

#include <functional>
#include <stop_token>

namespace runs {

class EitherStop {
 public:
  EitherStop(const std::stop_token& one, const std::stop_token& other)
      : of_one_(one, Request{source_}), of_other_(other, Request{source_}) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  struct Request {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };
  std::stop_source source_;
  std::stop_callback<Request> of_one_, of_other_;
};

}  // namespace runs
