// What capture must have written: each record of a closed window once, and none is ever lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env.h"
#include "simulation/dice.h"
#include "simulation/hub_truth.h"

namespace simulation {

class CaptureTruth {
 public:
  CaptureTruth(base::Env& env, std::string root) : env_(env), root_(std::move(root)) {}
  /// Reads the files that are new or changed.
  Finding look(const HubTruth& hub, Since since);
  /// Capture said that it is done: what the last look saw, and the next one sees, stays for good.
  void promise() { promising_ = true; }
  /// One of the files that stay for good and that `hub` can make again; it is read again then.
  std::optional<std::string> any_file(const hub::Hub& hub, Dice& dice);

 private:
  Finding list(const std::string& dir, std::map<std::string, std::uint64_t>& files) const;
  Finding read(const std::string& path, int partition, const HubTruth& hub,
               std::set<std::int64_t>& offsets) const;

  base::Env& env_;
  const std::string root_;
  struct File {
    std::uint64_t size = 0;
    std::set<std::int64_t> offsets;
  };
  std::map<std::string, File> files_;
  using Offsets = std::map<int, std::set<std::int64_t>>;  ///< by partition
  Offsets captured_, promised_;
  bool promising_ = false;
};

}  // namespace simulation
