#include "world/goods.h"

#include <algorithm>

#include "base/result.h"
#include "codec/json.h"
#include "codec/text.h"
#include "world/columns.h"
#include "world/czech.h"

namespace world {

using base::CounterRandom;

Goods::Goods(const Settings& settings, std::shared_ptr<const Lists> lists)
    : lists_(std::move(lists)),
      random_(draws(settings.seed, Draws::kProducts)),
      by_rank_(static_cast<std::uint64_t>(std::max<std::int64_t>(settings.products, 1)),
               key(settings.seed, Draws::kPopularity)) {}

Product Goods::product(std::int64_t id) const {
  base::RowRandom row = random_.row(static_cast<std::uint64_t>(id));
  const Catalogue& goods = lists_->catalogue;
  const Noun& noun = goods.nouns[CounterRandom::scale(row.bits(kNoun), goods.nouns.size())];
  const Catalogue::Kind& kind = goods.kinds[noun.kind];
  std::string buffer;
  auto text = [&](Grammar::Start start, std::uint64_t column) {
    buffer.resize(goods.grammar.longest(start) + 2 * noun.text.size() + Grammar::kBlock);
    char* end =
        goods.grammar.put(goods.grammar.plan(start, row.bits(column)), noun.text, buffer.data());
    return std::string_view(buffer.data(), end);
  };
  Product product{.id = id, .name = capitalize(text(kind.name, kProductName))};
  for (std::size_t i = 0; i < kind.description.size(); ++i) {
    product.description += text(kind.description[i], kText1 + i);
  }
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
