#include "world/lists.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/result.h"
#include "world/czech.h"
#include "world/data.h"

namespace world {
namespace {

using Fields = std::vector<std::string_view>;

Fields split(std::string_view text, char separator) {
  Fields fields;
  for (;;) {
    std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
}

/// The lines of a list, each split at `separator` into exactly `fields` fields.
std::vector<Fields> rows(std::string_view list, std::size_t fields, char separator = '\t') {
  std::vector<Fields> out;
  for (std::string_view line : split(list, '\n')) {
    if (line.empty() || line.front() == '#') continue;
    CHECK(line.find_first_of("\"\\") == std::string_view::npos, "{}", line);
    Fields row = split(line, separator);
    CHECK(row.size() == fields, "{}", line);
    out.push_back(std::move(row));
  }
  CHECK(!out.empty());
  return out;
}

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  auto [end, err] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(err == std::errc{} && end == text.data() + text.size(), "{}", text);
  return value;
}

base::WeightedPick pick_by(const std::vector<Fields>& table, std::size_t column) {
  std::vector<std::uint32_t> weights;
  for (const Fields& row : table) weights.push_back(number(row[column]));
  return base::WeightedPick(weights);
}

std::vector<Name> names(const std::vector<Fields>& table, std::size_t column) {
  std::vector<Name> out;
  for (const Fields& row : table) {
    out.push_back({std::string(row[column]), ascii_fold(row[column])});
  }
  return out;
}

std::vector<std::string> texts(std::string_view list) {
  std::vector<std::string> out;
  for (const Fields& row : rows(list, 1)) out.emplace_back(row[0]);
  return out;
}

void load_towns(Lists& lists, const std::vector<Fields>& table) {
  std::vector<Fields> kraje = rows(data::kraje, 2);
  for (const Fields& row : table) {
    auto kraj = std::ranges::find(kraje, row[1], [](const Fields& f) { return f[0]; });
    CHECK(kraj != kraje.end(), "{}", row[1]);
    lists.towns.push_back({row[0], (*kraj)[1], row[1], row[2], row[3], number(row[4])});
    lists.town_kraj.push_back(static_cast<int>(kraj - kraje.begin()));
    lists.towns_upper.push_back(upper_case(row[0]));
    lists.towns_lower.push_back(lower_case(row[0]));
  }
}

void load_goods(Lists& lists) {
  std::map<std::string_view, int> categories;
  for (const Fields& row : rows(data::product_nouns, 3)) {
    int category =
        categories.try_emplace(row[1], static_cast<int>(categories.size())).first->second;
    lists.nouns.push_back({row[0][0], category, std::string(row[2])});
  }
  lists.category_texts.resize(categories.size());
  for (const Fields& row : rows(data::product_texts, 2)) {
    if (row[0] == "*") {
      lists.common_texts.emplace_back(row[1]);
    } else {
      CHECK(categories.contains(row[0]), "{}", row[0]);
      lists.category_texts[categories[row[0]]].emplace_back(row[1]);
    }
  }
  for (const auto& category : lists.category_texts) CHECK(!category.empty());
  for (const std::string& adjective : texts(data::adjectives)) {
    for (int g = 0; g < 3; ++g) {
      lists.adjectives[g].push_back(capitalize(agree(adjective, "mfn"[g])));
    }
  }
  lists.product_lines = texts(data::product_lines);
}

void load_people(Lists& lists) {
  lists.streets = texts(data::streets);
  for (const Fields& row : rows(data::jobs, 1)) {
    Fields forms = split(row[0], '|');
    lists.jobs[0].emplace_back(forms.front());
    lists.jobs[1].emplace_back(forms.back());
  }
  for (const Fields& row : rows(data::sentences, 2)) {
    std::size_t place = number(row[0]) - 1;
    CHECK(place < 5);
    for (Sex sex : {Sex::kMale, Sex::kFemale}) {
      for (std::string& text : expand_pattern(row[1], sex)) {
        if (place > 0) text.insert(0, " ");
        lists.sentences[static_cast<int>(sex)][place].push_back(std::move(text));
      }
    }
  }
}

std::shared_ptr<const Lists> parse() {
  std::vector<Fields> men = rows(data::first_names_male, 2),
                      women = rows(data::first_names_female, 2), surnames = rows(data::surnames, 3),
                      towns = rows(data::towns, 5), agents = rows(data::user_agents, 5);
  auto lists =
      std::make_shared<Lists>(Lists{.first_names = {names(men, 0), names(women, 0)},
                                    .first_name_pick = {pick_by(men, 1), pick_by(women, 1)},
                                    .surnames = {names(surnames, 0), names(surnames, 1)},
                                    .surname_pick = pick_by(surnames, 2),
                                    .town_pick = pick_by(towns, 4),
                                    .user_agent_pick = pick_by(agents, 0)});
  for (const Fields& row : agents) lists->user_agents.push_back({row[1], row[2], row[3], row[4]});
  load_people(*lists);
  load_towns(*lists, towns);
  load_goods(*lists);
  return lists;
}

/// The choices of the group that opens at text[0]: "[a/b/{c|d}]" → a, b, {c|d}.
Fields group_choices(std::string_view text, char separator, char close, std::size_t& length) {
  Fields choices;
  std::size_t begin = 1;
  int depth = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (depth == 0 && (c == separator || c == close)) {
      choices.push_back(text.substr(begin, i - begin));
      begin = i + 1;
      if (c == close) {
        length = i + 1;
        return choices;
      }
    }
    depth += (c == '{') - (c == '}');
  }
  CHECK(false, "unclosed group in {}", text);
  return choices;
}

}  // namespace

std::vector<std::string> expand_pattern(std::string_view pattern, Sex sex) {
  std::size_t open = pattern.find_first_of("[{");
  if (open == std::string_view::npos) return {std::string(pattern)};
  bool choice = pattern[open] == '[';
  std::size_t length = 0;
  Fields choices =
      group_choices(pattern.substr(open), choice ? '/' : '|', choice ? ']' : '}', length);
  if (!choice) {
    CHECK(choices.size() == 2, "{}", pattern);
    choices = {choices[static_cast<int>(sex)]};
  }
  std::vector<std::string> tails = expand_pattern(pattern.substr(open + length), sex), out;
  for (std::string_view text : choices) {
    for (const std::string& middle : expand_pattern(text, sex)) {
      for (const std::string& tail : tails) {
        out.push_back(std::string(pattern.substr(0, open)) + middle + tail);
      }
    }
  }
  return out;
}

std::shared_ptr<const Lists> Lists::load() {
  static const std::shared_ptr<const Lists> lists = parse();
  return lists;
}

}  // namespace world
