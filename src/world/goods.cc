#include "world/goods.h"

#include <algorithm>

#include "base/result.h"
#include "codec/json.h"
#include "codec/text.h"
#include "world/columns.h"

namespace world {

using base::CounterRandom;

Goods::Goods(const Settings& settings, std::shared_ptr<const Lists> lists)
    : lists_(std::move(lists)),
      random_(draws(settings.seed, Draws::kProducts)),
      by_rank_(static_cast<std::uint64_t>(std::max<std::int64_t>(settings.products, 1)),
               key(settings.seed, Draws::kPopularity)) {}

Product Goods::product(std::int64_t id) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(id));
  auto choose = [&](const auto& list, std::uint64_t column) -> const auto& {
    return list[CounterRandom::scale(row.bits(column), list.size())];
  };
  const Noun& noun = choose(lists_->nouns, kNoun);
  std::size_t gender = noun.gender == 'm' ? 0 : noun.gender == 'f' ? 1 : 2;
  Product product{.id = id};
  product.name = choose(lists_->adjectives[gender], kAdjective) + " " + noun.text + " " +
                 choose(lists_->product_lines, kLine);
  const auto& common = lists_->common_texts;
  std::size_t n = common.size();
  std::size_t a = CounterRandom::scale(row.bits(kText2), n);
  std::size_t b = (a + 1 + CounterRandom::scale(row.bits(kText3), n - 1)) % n;
  const auto& category = lists_->category_texts[static_cast<std::size_t>(noun.category)];
  product.description = choose(category, kText1) + " " + common[a] + " " + common[b];
  for (int page = 0; page < 3; ++page) {
    product.pages[static_cast<std::size_t>(page)] = page_uri(id, page);
  }
  return product;
}

void Goods::json(std::int64_t id, std::string& out) const {
  Product p = product(id);
  out += "{\"id\":";
  codec::append_int(out, id);
  out += ",\"name\":";
  codec::append_json_string(out, p.name);
  out += ",\"description\":";
  codec::append_json_string(out, p.description);
  out += ",\"pages\":[";
  for (std::size_t i = 0; i < 3; ++i) {
    if (i != 0) out += ',';
    codec::append_json_string(out, p.pages[i]);
  }
  out += "]}\n";
}

std::string page_uri(std::int64_t product, int page) {
  std::string uri(kShop);
  if (product < 0) return uri;
  uri += kProductPath;
  codec::append_int(uri, product);
  uri += kPageSuffixes[static_cast<std::size_t>(page)];
  return uri;
}

}  // namespace world
