// Lines on standard error that a terminal renews in place.
// Thread: none; who draws from several holds a lock.
#pragma once

#include <string>
#include <vector>

namespace app {

class LiveLines {
 public:
  LiveLines();

  /// Whether so many fit; never where standard error is no terminal, or a plain one.
  bool fits(std::size_t lines) const { return height_ > lines + 1; }
  /// Replaces what stands there.
  void draw(const std::vector<std::string>& lines);
  void clear();
  /// What stands there stays. Returns whether anything does.
  bool keep();

 private:
  const std::size_t height_;  ///< 0: not to be renewed
  std::size_t lines_ = 0;
};

}  // namespace app
