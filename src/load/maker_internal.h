// Makes chunks of a table in the form that a sink takes. One Maker for each thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "load/json_rows_internal.h"
#include "load/sink.h"

namespace load {

/// Behind `begin`, where a chunk that begins there ends: about a megabyte of text, or what suits a
/// batch or a transaction. At most `end`.
std::int64_t chunk_end(const world::World& world, world::Table table, Form form, std::int64_t begin,
                       std::int64_t end);

/// Owned by one thread.
class Maker {
 public:
  /// For page views and stars: makes share `share` of `shares` of the events from `begin` on.
  Maker(const world::World& world, world::Table table, Form form, std::int64_t begin, int share,
        int shares);

  /// All rows of positions [begin, end) into the empty chunk, kRowGroup's not encoded yet. Not for
  /// page views and stars.
  void make(std::int64_t begin, std::int64_t end, Chunk& chunk);
  /// Of page views and stars: this share of what arrives until `end` and wasn't made yet.
  void make_share(std::int64_t end, world::Deliveries& out);
  /// The shares together, in delivery order, into the empty chunk.
  void merge(std::span<world::Deliveries> shares, Chunk& chunk);
  /// The last step of kRowGroup: batch to group. Nothing to do for other forms.
  void encode(Chunk& chunk);

 private:
  void make_json(std::int64_t begin, std::int64_t end, std::string& out);
  void make_batch(std::int64_t begin, std::int64_t end, model::Batch& out);
  void make_records(std::int64_t begin, Chunk& chunk);
  void take_batch(Chunk& chunk);
  void add_event(const world::Deliveries& share, const world::Delivery& row, model::Batch& out);

  const world::World& world_;
  const world::Table table_;
  const Form form_;
  std::string text_;
  model::Batch batch_;
  model::Batch spare_;  ///< so that not each waiting chunk has a batch's memory
  std::optional<JsonRows> rows_;
  std::optional<world::TrafficCursor> cursor_;
};

/// Takes rows off an end of a chunk.
void drop_rows(Chunk& chunk, Form form, std::int64_t count);
void keep_rows(Chunk& chunk, Form form, std::int64_t count);
void clear(Chunk& chunk);

}  // namespace load
