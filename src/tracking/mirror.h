// Brings finished runs, their models and aliases to the MLflow servers that their experiments name.
//
// A thread of its own looks at the store once a second: whoever trains never waits, and what a
// server missed while it was away, or while the daemon was, follows. Each step finds what an
// earlier, interrupted try has made, so that nothing is there twice. A server that doesn't answer
// is asked again after 2 s, 4 s … up to a minute.
// Read first: tests/mirror_test.cc.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tracking/store.h"

namespace tracking {

class Mirror {
 public:
  /// The ONNX input's columns of a run's model file; the model's format is its maker's affair.
  using InputsOf = std::function<std::vector<std::string>(const std::string& model_json)>;

  struct Options {
    Store* store = nullptr;  ///< outlives the mirror
    InputsOf inputs_of;
    std::chrono::milliseconds period{1000};
    std::chrono::milliseconds first_pause{2000};  ///< after a failure; then twice as long
  };
  explicit Mirror(Options options);
  ~Mirror();  ///< breaks off what is under way

 private:
  struct Pause {
    std::chrono::steady_clock::time_point until;
    std::chrono::milliseconds length{0};
  };
  void work(std::stop_token stop);
  void round(std::stop_token stop);
  bool pausing(const std::string& uri);
  void failed(const std::string& uri, const base::Error& error);
  base::Status send_run(const Store::Due& due, std::stop_token stop);
  base::Status send_alias(const Store::DueAlias& due, std::stop_token stop);

  Options options_;
  std::map<std::string, Pause> pauses_;  // by uri
  std::jthread thread_;                  // last: it uses the above
};

}  // namespace tracking
