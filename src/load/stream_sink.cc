#include "load/stream_sink.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace load {

using base::Code;
using base::error;
using base::Result;
using base::Status;

Result<Start> StreamSink::open(const world::World&, const Slice& slice) {
  if (header_ && is_csv(form_)) header_text_ = csv_header(slice.table, form_);
  return Start{slice, 0, 0};
}

Status StreamSink::write(Chunk& chunk) {
  TRY(write_header());
  return write_all(chunk.text);
}

Status StreamSink::write_header() {
  Status written = write_all(header_text_);
  header_text_.clear();
  return written;
}

Status StreamSink::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      bytes_ += n;
    } else if (errno == EPIPE) {
      reader_gone_ = true;
      return error(Code::kCancelled, "the reader of {} has gone", name_);
    } else if (errno == EAGAIN) {  // somebody made the pipe non-blocking
      pollfd ready{fd_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return base::errno_error(errno, "can't write to", name_);
    }
  }
  return {};
}

}  // namespace load
