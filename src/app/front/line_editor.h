// A line from a person at a terminal, with keys to edit it, the lines of before, and completion.
//
// libedit does it. It is linked statically into this executable and touched only here, so that the
// provider's start loads nothing of it. Thread: one at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

class LineEditor {
 public:
  /// What the text before the cursor could go on with, and where in it the part begins that is
  /// replaced by it.
  struct Offer {
    std::size_t begin = 0;
    std::vector<std::string> texts;
  };
  using Complete = std::function<Offer(std::string_view before)>;

  /// `history`: a file that keeps the lines, made when it is first needed; empty or not writable:
  /// they are forgotten. Only for a terminal at standard input.
  LineEditor(std::string history, Complete complete);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Without its line end; nullopt at the end of the input. Ctrl-C gives an empty line and
  /// `interrupted`.
  std::optional<std::string> read(const std::string& prompt, bool& interrupted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Where a program of this user keeps what it may forget: $XDG_STATE_HOME/hriste, else
/// ~/.local/state/hriste; empty when there is no home.
std::string state_folder();

}  // namespace app
