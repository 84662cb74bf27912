// A capture file: Avro with Event Hubs' schema EventData.
//   SequenceNumber, Offset   the record's offset
//   EnqueuedTimeUtc          the arrival as Event Hubs prints it: "6/1/2026 12:00:00 AM"
//   SystemProperties         x-opt-enqueued-time: the arrival in ms (long)
//                            x-opt-partition-key: the record's key, when it has one
//   Properties               the record's headers (bytes)
//   Body                     the record's value
// Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"
#include "codec/avro.h"
#include "hub/reader.h"

namespace hub {

/// The schema as it stands in the files.
std::string_view event_data_schema();
/// "M/d/yyyy h:mm:ss tt" of .NET's invariant culture.
std::string format_enqueued_time(std::int64_t ms);

class CaptureFileWriter {
 public:
  /// Writes to `path`.tmp, in a folder that exists; a file left there by a crash is overwritten.
  static base::Result<std::unique_ptr<CaptureFileWriter>> create(base::Env& env, std::string path);
  /// Removes the temporary file when finish() wasn't called.
  ~CaptureFileWriter();

  base::Status add(const Record& record);
  std::int64_t events() const { return avro_.records(); }
  /// Of the whole file, after finish().
  std::uint64_t bytes() const { return bytes_; }
  /// Closes the file and gives it its name.
  base::Status finish();

 private:
  CaptureFileWriter(base::Env& env, std::string path, std::unique_ptr<base::File> file);

  base::Env& env_;
  const std::string path_;
  std::unique_ptr<base::File> file_;
  codec::AvroFileWriter avro_;
  std::uint64_t bytes_ = 0;
  std::int64_t formatted_second_ = INT64_MIN;
  std::string formatted_time_;
};

/// One captured event; views are valid during the call.
struct CapturedEvent {
  std::int64_t sequence_number = 0;
  std::int64_t arrival_ms = 0;
  std::string_view key, body;  ///< null: data() == nullptr
  std::string_view enqueued_time_utc;
};
/// Calls `see` for every event of the file in order. Errors: of files; kDataLoss with the path.
base::Status read_capture_file(base::Env& env, const std::string& path,
                               const std::function<void(const CapturedEvent&)>& see);

}  // namespace hub
