// Rows of silver.pageviews and gold.sessions as they should be. Part of the expected side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "grade/compare.h"
#include "grade/key_calendar.h"
#include "grade/key_event.h"
#include "grade/key_visits.h"
#include "grade/shape.h"

namespace grade {

/// The world's texts that events have, hashed once. Immutable, thread-safe. Memory: 24 bytes a
/// product.
class ViewTexts {
 public:
  struct Agent {
    HashedText text, browser, os, device;
  };
  explicit ViewTexts(const world::World& world);

  const world::World& world() const { return world_; }
  const Agent& agent(int i) const { return agents_[static_cast<std::size_t>(i)]; }
  const HashedText& method(int i) const { return methods_[static_cast<std::size_t>(i)]; }
  /// Hash of the address of a product's page; product −1: the shop's own.
  std::uint64_t uri_hash(std::int64_t product, int page) const {
    return product < 0 ? shop_hash_ : uri_hashes_[static_cast<std::size_t>(product * 3 + page)];
  }

 private:
  const world::World& world_;
  std::vector<Agent> agents_;
  std::vector<HashedText> methods_;
  std::vector<std::uint64_t> uri_hashes_;
  std::uint64_t shop_hash_ = 0;
};

/// A row of silver.pageviews in the making.
struct ViewRow {
  SilverView view;
  HashedText method, uri, ip;
  const ViewTexts::Agent* agent = nullptr;
  std::int64_t local_ms = 0;
};

/// Makes one row after another. Owned by one thread; a row lives until the next.
class ViewRows {
 public:
  /// `with_texts`: else cells have their hash alone, which is faster.
  ViewRows(const ViewTexts& texts, bool with_texts) : texts_(texts), with_texts_(with_texts) {}
  const ViewRow& row(const SilverView& view);

 private:
  const ViewTexts& texts_;
  bool with_texts_;
  PragueClock clock_;
  std::string uri_, ip_;
  ViewRow row_;
};

Shape<ViewRow> silver_view_shape();

/// A row of gold.sessions.
struct VisitRow {
  Visit visit;
  HashedText agent;
};
Shape<VisitRow> visit_shape();

/// All rows again, from the world.
RowSource views_again(const VisitKey& key, const ViewTexts& texts, Shape<ViewRow> shape,
                      std::stop_token stop);
RowSource visits_again(const VisitKey& key, const ViewTexts& texts, Shape<VisitRow> shape,
                       std::stop_token stop);

}  // namespace grade
