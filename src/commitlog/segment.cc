#include <algorithm>

#include "commitlog/segment_internal.h"
#include "wire/crc32c.h"

namespace commitlog {
namespace {

using base::Result;
using base::Status;

constexpr std::int32_t kIndexMagic = 0x68726978;  // "hrix"
constexpr std::int32_t kIndexVersion = 2;
constexpr std::size_t kIndexEntryBytes = 24, kProducerBytes = 14, kProducerBatchBytes = 32;
constexpr std::size_t kScanBytes = 1 << 20;

void write_producer(wire::ByteWriter& out, std::int64_t id, const ProducerState& p) {
  out.i64(id);
  out.i16(p.epoch);
  out.array(p.batches.size());
  for (const ProducerBatch& batch : p.batches) {
    out.i32(batch.first_sequence);
    out.i32(batch.last_sequence);
    out.i64(batch.first_offset);
    out.i64(batch.last_offset);
    out.i64(batch.timestamp_ms);
  }
}

void read_producer(wire::ByteReader& in, Producers& producers) {
  std::int64_t id = in.i64();
  ProducerState producer{.epoch = in.i16(), .batches = {}};
  for (std::int32_t n = in.array(kProducerBatchBytes); in.ok() && n > 0; --n) {
    std::int32_t first = in.i32(), last = in.i32();
    std::int64_t first_offset = in.i64(), last_offset = in.i64(), time = in.i64();
    producer.batches.push_back({first, last, first_offset, last_offset, time});
  }
  if (producer.batches.empty()) in.fail();
  producers[id] = std::move(producer);
}

/// Fills `segment` and `producers` from the body of an index file.
bool parse_index(wire::ByteReader& in, Segment& segment, Producers& producers) {
  segment.bytes = static_cast<std::uint64_t>(in.i64());
  segment.end_offset = in.i64();
  segment.max_timestamp_ms = in.i64();
  segment.index.clear();
  for (std::int32_t n = in.array(kIndexEntryBytes); n > 0; --n) {
    std::int64_t offset = in.i64(), position = in.i64(), time = in.i64();
    segment.index.push_back({offset, static_cast<std::uint64_t>(position), time});
  }
  producers.clear();
  for (std::int32_t n = in.array(kProducerBytes); in.ok() && n > 0; --n) {
    read_producer(in, producers);
  }
  return in.ok() && in.remaining() == 0;
}

}  // namespace

std::string segment_path(const std::string& dir, std::int64_t base_offset) {
  return fmt::format("{}/{:020}.log", dir, base_offset);
}
std::string index_path(const std::string& dir, std::int64_t base_offset) {
  return fmt::format("{}/{:020}.index", dir, base_offset);
}

void Segment::note(const wire::BatchHeader& header, std::uint64_t interval_bytes) {
  if (index.empty() || bytes - index.back().position >= interval_bytes) {
    index.push_back({end_offset, bytes, max_timestamp_ms});
  }
  bytes += header.bytes();
  end_offset += header.count;
  max_timestamp_ms = std::max(max_timestamp_ms, header.max_timestamp_ms);
}

std::uint64_t Segment::floor_of_offset(std::int64_t offset) const {
  auto after = std::ranges::upper_bound(index, offset, {}, &IndexEntry::offset);
  return after == index.begin() ? 0 : std::prev(after)->position;
}

std::uint64_t Segment::floor_of_time(std::int64_t ms) const {
  auto after = std::ranges::lower_bound(index, ms, {}, &IndexEntry::max_timestamp_before_ms);
  return after == index.begin() ? 0 : std::prev(after)->position;
}

void note_producer(Producers& producers, const wire::BatchHeader& header,
                   const LogOptions& options) {
  if (header.producer_id < 0) return;
  // Sequences run through 31 bits and begin again at 0.
  auto last = static_cast<std::int32_t>(
      (std::int64_t{header.base_sequence} + header.last_offset_delta) & 0x7FFFFFFF);
  ProducerState& producer = producers[header.producer_id];
  if (producer.epoch != header.producer_epoch) producer.batches.clear();
  producer.epoch = header.producer_epoch;
  if (producer.batches.size() == ProducerState::kBatchesMax) {
    producer.batches.erase(producer.batches.begin());
  }
  producer.batches.push_back({header.base_sequence, last, header.base_offset, header.last_offset(),
                              header.max_timestamp_ms});
  if (producers.size() <= options.producers_max) return;
  auto oldest = producers.end();
  for (auto it = producers.begin(); it != producers.end(); ++it) {
    if (it->first == options.pinned_producer) continue;
    if (oldest == producers.end() ||
        it->second.last().last_offset < oldest->second.last().last_offset) {
      oldest = it;
    }
  }
  if (oldest != producers.end()) producers.erase(oldest);
}

Status scan(Segment& segment, Producers& producers, const LogOptions& options) {
  auto file = TRY(segment.file.use());
  std::uint64_t size = TRY(file->size());
  std::string buffer;
  std::size_t want = kScanBytes;
  for (;;) {
    buffer.resize(std::min<std::uint64_t>(want, size - segment.bytes));
    buffer.resize(TRY(file->read_at(segment.bytes, buffer)));
    std::string_view rest = buffer;
    want = kScanBytes;
    bool any = false;
    while (rest.size() >= wire::kBatchHeaderBytes) {
      auto header = wire::read_batch_header(rest);
      if (!header || header->base_offset != segment.end_offset) return {};
      if (header->bytes() > rest.size()) {
        if (header->bytes() > size - segment.bytes) return {};  // torn
        want = std::max(kScanBytes, header->bytes());
        break;
      }
      if (!wire::checksum_fits(rest.substr(0, header->bytes()))) return {};
      segment.note(*header, options.index_interval_bytes);
      note_producer(producers, *header, options);
      rest.remove_prefix(header->bytes());
      any = true;
    }
    if (!any && want == kScanBytes) return {};  // the end, or less than a header
  }
}

Status save_index(base::Env& env, const std::string& path, const Segment& segment,
                  const Producers& producers) {
  std::string bytes;
  wire::ByteWriter out(bytes);
  out.i32(kIndexMagic);
  out.i32(kIndexVersion);
  out.i64(static_cast<std::int64_t>(segment.bytes));
  out.i64(segment.end_offset);
  out.i64(segment.max_timestamp_ms);
  out.array(segment.index.size());
  for (const IndexEntry& entry : segment.index) {
    out.i64(entry.offset);
    out.i64(static_cast<std::int64_t>(entry.position));
    out.i64(entry.max_timestamp_before_ms);
  }
  out.array(producers.size());
  for (const auto& [id, producer] : producers) write_producer(out, id, producer);
  out.i32(static_cast<std::int32_t>(wire::crc32c(bytes)));
  return env.write_file(path, bytes, false);
}

namespace {

/// False when the file is absent or damaged.
Result<bool> read_index(base::Env& env, const std::string& path, Segment& loaded,
                        Producers& producers) {
  if (!env.exists(path)) return false;
  std::string bytes = TRY(env.read_file(path));
  if (bytes.size() < 12) return false;
  std::string_view body = std::string_view(bytes).substr(0, bytes.size() - 4);
  wire::ByteReader crc(std::string_view(bytes).substr(body.size()));
  if (crc.u32() != wire::crc32c(body)) return false;
  wire::ByteReader in(body);
  if (in.i32() != kIndexMagic || in.i32() != kIndexVersion) return false;
  return parse_index(in, loaded, producers);
}

}  // namespace

Result<bool> load_index(base::Env& env, const std::string& path, Segment& segment,
                        Producers& producers) {
  Segment loaded(env, "", segment.base_offset);
  Producers loaded_producers;
  if (!TRY(read_index(env, path, loaded, loaded_producers))) return false;
  if (loaded.bytes != TRY(TRY(segment.file.use())->size())) return false;
  segment.bytes = loaded.bytes;
  segment.end_offset = loaded.end_offset;
  segment.max_timestamp_ms = loaded.max_timestamp_ms;
  segment.index = std::move(loaded.index);
  producers = std::move(loaded_producers);
  return true;
}

Status load_dropped(base::Env& env, const std::string& path, Producers& producers,
                    std::int64_t& max_timestamp_ms) {
  Segment loaded(env, "", 0);
  Producers found;
  if (!TRY(read_index(env, path, loaded, found))) return {};
  producers = std::move(found);
  max_timestamp_ms = loaded.max_timestamp_ms;
  return {};
}

}  // namespace commitlog
