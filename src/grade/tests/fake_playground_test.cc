// How FakePlayground makes its layers. (A _test.cc, so that only the tests have it.)
#include "grade/tests/fake_playground.h"

#include <deque>

namespace grade {

using model::Type;

Declared FakePlayground::shipped_declaration() {
  auto text = base::Env::real().read_file(HRISTE_SOURCE_DIR "/playground/graded.json");
  EXPECT_TRUE(text);
  json declared = json::parse(*text);
  Declared::Texts files{{declared["stream"], ""}, {declared["functions"], ""}};
  for (const auto& table : declared["tables"]) files.emplace(table.value("file", ""), "");
  auto made = Declared::parse(*text, files);
  EXPECT_TRUE(made) << made.error().message;
  return *made;
}

void FakePlayground::make_files() {
  std::string text;
  const auto& s = world.settings();
  world.users_jsonl(0, s.users, text);
  write("bronze/users/users.json", text);
  text.clear();
  world.vipusers_jsonl(0, s.users, text);
  write("bronze/vipusers/vipusers.json", text);
  text.clear();
  world.towns_csv(text);
  write("bronze/towns/towns.csv", text);
  for (std::int64_t id = 0; id < s.products; ++id) {
    text.clear();
    world.product_json(id, text);
    write(fmt::format("bronze/products/product_{}.json", id), text);
  }
}

void FakePlayground::make_database() {
  database = *sqldb::open_sqlite(env, dir + "/sql/shop.db");
  model::Batch orders(world::World::orders_schema()), items(world::World::items_schema());
  world.orders(0, world.settings().orders, orders);
  world.items(0, world.settings().orders, items);
  ASSERT_TRUE(database->create_table({"orders", orders.schema, {"orderId"}}));
  ASSERT_TRUE(database->create_table({"items", items.schema, {"orderId", "rowId"}}));
  ASSERT_TRUE(database->append("orders", orders));
  ASSERT_TRUE(database->append("items", items));
  write_orders("bronze/orders", orders);
  write_orders("bronze/items", items);
}

void FakePlayground::make_hub(world::Stream stream) {
  std::string name = stream == world::Stream::kStars ? "stars" : "pageviews";
  auto opened = hub::Hub::open(
      {.files = &env, .clock = &clock_}, dir + "/hub/" + name,
      {.name = name, .partitions = 2, .capture = hub::CaptureOptions{path("bronze/capture"), 5}});
  ASSERT_TRUE(opened) << opened.error().message;
  auto hub = *opened;
  hub->attach_generator();
  world::Deliveries all;
  world.deliveries(stream, world.backfill_start_ms(), frontier_ms, all);
  std::deque<std::string> keys;
  std::vector<std::vector<hub::Hub::WorldRecord>> parts(2);
  for (const auto& row : all.rows) {
    const std::string& key = keys.emplace_back(std::to_string(row.user_id));
    parts[static_cast<std::size_t>(hub->partition_of(key))].push_back(
        {row.arrival_ms, key, all.value(row)});
  }
  for (int p = 0; p < 2; ++p) ASSERT_TRUE(hub->append_world(p, parts[static_cast<std::size_t>(p)]));
  hub->advance_frontier(frontier_ms);
  auto capture = hub::Capture::start(env, hub, "playground");
  ASSERT_TRUE(capture) << capture.error().message;
  ASSERT_TRUE((*capture)->wait_captured(frontier_ms, {}));
  captures_.push_back(*capture);
  hubs[name] = hub;
}

model::Batch FakePlayground::raw_batch(world::Stream stream, bool vip_only) {
  std::vector<model::Field> fields{
      {"event_id", Type::kInt64}, {"event_time", Type::kString}, {"user_id", Type::kInt64}};
  bool stars = stream == world::Stream::kStars;
  if (stars) {
    fields.push_back({"stars", Type::kInt64});
  } else {
    for (const char* name : {"http_method", "uri", "client_ip", "user_agent"}) {
      fields.push_back({name, Type::kString});
    }
    fields.push_back({"latency", Type::kDouble});
  }
  fields.push_back({"EventEnqueuedUtcTime", Type::kTimestamp});
  fields.push_back({"PartitionId", Type::kInt64});
  fields.push_back({"Offset", Type::kInt64});
  model::Batch batch(model::Schema{fields});
  world::Deliveries all;
  world.deliveries(stream, world.backfill_start_ms(), frontier_ms, all);
  std::int64_t offsets[2] = {};
  for (const auto& row : all.rows) {
    int partition = hubs["pageviews"]->partition_of(std::to_string(row.user_id));
    std::int64_t offset = offsets[partition]++;
    if (row.malformed || (vip_only && !world.is_vip(row.user_id))) continue;
    json event = json::parse(all.value(row));
    std::size_t c = 0;
    auto integer = [&](std::int64_t v) { batch.columns[c++].add_int(v); };
    auto text = [&](const char* key) {
      batch.columns[c++].add_text(event[key].get<std::string>());
    };
    integer(event["event_id"]);
    text("event_time");
    integer(event["user_id"]);
    if (stars) {
      integer(event["stars"]);
    } else {
      for (const char* name : {"http_method", "uri", "client_ip", "user_agent"}) text(name);
      batch.columns[c++].add_double(event["latency"]);
    }
    integer(row.arrival_ms * 1000);
    integer(partition);
    integer(offset);
    ++batch.rows;
  }
  return batch;
}

void FakePlayground::commit(const std::string& output, const std::string& tier,
                            const std::string& folder, const std::string& format, std::int64_t rows,
                            const std::string& file) {
  auto log = *lake::ManifestLog::open(env, root(), "traffic");
  lake::ManifestCommit commit;
  commit.definition = "d";
  lake::ManifestOutput change{.tier = tier, .path = folder, .format = format, .rows = rows};
  auto before = log->current().outputs.find(output);
  if (before != log->current().outputs.end()) {
    for (const auto& old : before->second.added) change.removed.push_back(old.path);
  }
  change.added = {{file, rows, 1}};
  commit.outputs[output] = change;
  for (const char* name : {"pageviews", "stars"}) {
    commit.inputs[name] = {.hub = name, .cut_ms = frontier_ms, .offsets = {0, 0}};
  }
  auto status = log->commit(commit);
  ASSERT_TRUE(status) << status.error().message;
}

void FakePlayground::make_stream_outputs() {
  write_raw("pageviews_raw", "pageviews", raw_batch(world::Stream::kPageviews, false));
  write_raw("vip_pageviews", "vip_pageviews", raw_batch(world::Stream::kPageviews, true));
  write_raw("stars_raw", "stars", raw_batch(world::Stream::kStars, false));

  model::Batch dead(model::Schema{{{"reason", Type::kString},
                                   {"input", Type::kString},
                                   {"EventEnqueuedUtcTime", Type::kTimestamp},
                                   {"PartitionId", Type::kInt64},
                                   {"Offset", Type::kInt64},
                                   {"body", Type::kString}}});
  std::map<std::int64_t, std::map<std::string, int>> windows_found;
  struct GivenStar {
    std::int64_t user_id, time_ms, event_id, stars, event_time_ms;
  };
  std::vector<GivenStar> stars;
  std::map<std::pair<std::int64_t, std::int64_t>, json> firsts;  // by user and hour
  auto text = [](std::int64_t ms) { return base::format_millis(base::from_millis(ms)); };
  auto view = [&](const Event& e) {
    json slow = json::parse(e.value.text);
    json row{{"event_id", e.event_id},
             {"user_id", e.user_id},
             {"uri", slow["uri"]},
             {"event_time", text(e.event_time_ms)},
             {"stream_time", text(e.time_ms)}};
    // The first to come wins among equals: events come by (arrival, event_id), partitions apart.
    std::pair hour(e.user_id, (e.time_ms + 60 * kMinute - 1) / (60 * kMinute));
    auto [it, is_new] = firsts.try_emplace(hour, row);
    if (!is_new && row["stream_time"] < it->second["stream_time"]) it->second = row;
    for (const GivenStar& star : stars) {
      std::int64_t minutes = star.time_ms / kMinute - e.time_ms / kMinute;
      if (star.user_id != e.user_id || minutes < 0 || minutes > 15) continue;
      json pair = row;
      pair["star_event_id"] = star.event_id;
      pair["stars"] = star.stars;
      pair["star_time"] = text(star.event_time_ms);
      pair["stream_time"] = text(std::max(star.time_ms, e.time_ms));
      lines["starred_pageviews"] += pair.dump() + "\n";
    }
    if (e.latency_hundredths <= 200'000) return;
    slow.erase("http_method");
    slow.erase("client_ip");
    slow.erase("user_agent");
    alerts.push_back(slow);
    lines["slow_pages"] += slow.dump() + "\n";
    world::User user = world.user(e.user_id);
    slow.update({{"user_name", user.user_name},
                 {"name", user.name},
                 {"city", user.city},
                 {"administrative_unit", user.administrative_unit},
                 {"phone_number", user.phone_number}});
    lines["slow_pages_enriched"] += slow.dump() + "\n";
  };
  for (auto stream : {world::Stream::kStars, world::Stream::kPageviews}) {
    bool views = stream == world::Stream::kPageviews;
    TrafficKey traffic(
        {.world = &world, .stream = stream, .to_ms = frontier_ms, .job_cut_ms = frontier_ms});
    auto see = [&](const EventChunk& chunk) {
      for (const Event& e : chunk.events) {
        if (e.malformed) {
          dead.columns[0].add_text("malformed: not JSON");
          dead.columns[1].add_text(views ? "pageviews" : "stars");
          dead.columns[2].add_int(e.arrival_ms * 1000);
          dead.columns[3].add_int(e.partition);
          dead.columns[4].add_int(e.offset);
          dead.columns[5].add_text(e.value.text);
          ++dead.rows;
          continue;
        }
        if (!views) {
          stars.push_back({e.user_id, e.time_ms, e.event_id, e.stars, e.event_time_ms});
          continue;
        }
        std::int64_t end = (e.time_ms + 5 * kMinute - 1) / (5 * kMinute) * 5 * kMinute;
        ++windows_found[end][std::string(e.http_method.text)];
        view(e);
      }
    };
    ASSERT_TRUE(traffic.read_all(see, {}));
  }
  write_raw("dead letters", "deadletter", dead);
  // Windows of the last minutes too, which are not whole: they are not due at the cut.
  for (const auto& [end, counts] : windows_found) {
    for (const auto& [method, count] : counts) {
      windows += json{{"window_end", base::format_millis(base::from_millis(end))},
                      {"http_method", method},
                      {"count", count}}
                     .dump() +
                 "\n";
    }
  }
  write_windows(windows);
  for (const auto& [key, row] : firsts) lines["first_events"] += row.dump() + "\n";
  for (const auto& [output, text_of] : lines) write_lines(output, text_of);
}

}  // namespace grade
