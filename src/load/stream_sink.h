// Rows as text into an open descriptor that can't be looked into: standard output, a pipe, a
// device. There is nothing to resume from.
#pragma once

#include "load/sink.h"

namespace load {

class StreamSink final : public Sink {
 public:
  /// `fd` stays the caller's; `name` is for messages. `header`: whether CSV begins with its header.
  StreamSink(int fd, std::string name, Form form, bool header = true)
      : fd_(fd), name_(std::move(name)), form_(form), header_(header) {}

  Form form() const override { return form_; }
  base::Result<Start> open(const world::World& world, const Slice& slice) override;
  /// Errors: kCancelled when the reader has gone (broken pipe; SIGPIPE must be ignored).
  base::Status write(Chunk& chunk) override;
  base::Status close() override { return write_header(); }
  bool resumable() const override { return false; }
  std::int64_t bytes() const override { return bytes_; }
  /// The reader has all that it wanted.
  bool reader_gone() const { return reader_gone_; }

 private:
  base::Status write_header();
  base::Status write_all(std::string_view bytes);

  const int fd_;
  const std::string name_;
  const Form form_;
  bool header_;
  std::string header_text_;
  std::int64_t bytes_ = 0;
  bool reader_gone_ = false;
};

}  // namespace load
