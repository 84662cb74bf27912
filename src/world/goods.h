// Products: their files, their pages' addresses, and which are looked at and bought how often.
// Inside the room only. Immutable, thread-safe.
#pragma once

#include <memory>
#include <string>

#include "world/lists.h"
#include "world/world.h"

namespace world {

inline constexpr std::string_view kShop = "https://obchod.hriste.example/";
/// Behind kShop: "produkt/", the id, and one of the suffixes.
inline constexpr std::string_view kProductPath = "produkt/";
inline constexpr std::array<std::string_view, 3> kPageSuffixes{"", "/recenze", "/fotky"};

class Goods {
 public:
  Goods(const Settings& settings, std::shared_ptr<const Lists> lists);

  Product product(std::int64_t id) const;
  void json(std::int64_t id, std::string& out) const;
  /// The product that 64 uniform bits choose: Zipf's law with exponent 1/2 over a permutation.
  std::int64_t popular(std::uint64_t bits) const {
    return static_cast<std::int64_t>(by_rank_(base::zipf_half(bits, by_rank_.size())));
  }

 private:
  std::shared_ptr<const Lists> lists_;
  base::CounterRandom random_;
  base::Permutation by_rank_;
};

/// Address of a page; product −1 is the shop's own.
std::string page_uri(std::int64_t product, int page);

}  // namespace world
