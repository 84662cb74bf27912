// A small lake in a temporary folder, with a table of every kind.
#pragma once

#include <gtest/gtest.h>

#include "base/env.h"
#include "base/testing/temp_dir.h"
#include "lake/lake.h"
#include "lake/manifest.h"
#include "lake/parquet.h"

namespace lake {

class LakeFixture : public base::TempDirTest {
 protected:
  LakeFixture() {
    auto opened =
        Lake::open({.env = &env_, .clock = &clock_, .root = root(), .temp_dir = dir_ + "/tmp"});
    EXPECT_TRUE(opened) << opened.error().message;
    lake_ = std::move(*opened);
    lake_->set_world({base::from_millis(kEpochMs), 42});
    write("bronze/users/users.json",
          "{\"id\":0,\"name\":\"Jana Nováková\",\"city\":\" praha\",\"seen\":\"2026-06-01\"}\n"
          "{\"id\":1,\"name\":\"Petr Černý\",\"city\":\"Brno\",\"seen\":null}\n");
    for (int i = 0; i < 3; ++i) {
      write(fmt::format("bronze/products/product_{}.json", i),
            fmt::format("{{\n \"id\": {}, \"name\": \"Kolo\", \"pages\": [\"a\", \"b\"]\n}}", i));
    }
    write("bronze/towns/towns.csv",
          "city,kraj_code,latitude\nPraha,CZ010,50.08\nBrno,CZ064,49.19\n");
    write("bronze/capture/ns/hub/0/x.avro", "Obj");
    write("secret.txt", "token");
  }

  std::string root() const { return dir_ + "/lake"; }
  void write(const std::string& path, const std::string& text) {
    std::string full = root() + "/" + path;
    ASSERT_TRUE(env_.make_dirs(full.substr(0, full.rfind('/'))));
    ASSERT_TRUE(env_.write_file(full, text));
  }

  /// Commits a file of page views with these (event_id, arrival ms) to the output bronze/pageviews.
  void commit_views(const std::string& name,
                    std::vector<std::pair<std::int64_t, std::int64_t>> rows, std::int64_t cut_ms,
                    std::vector<std::string> hubs = {"pageviews"}) {
    model::Batch batch(model::Schema{
        {{"event_id", model::Type::kInt64}, {"EventEnqueuedUtcTime", model::Type::kTimestamp}}});
    for (auto [id, arrival] : rows) {
      batch.columns[0].add_int(id);
      batch.columns[1].add_int(arrival * 1000);
      ++batch.rows;
    }
    std::string path = "bronze/pageviews/year=2026/month=06/day=01/" + name;
    write(path + ".other", "");
    auto info = write_parquet(base::Env::real(), root() + "/" + path, batch);
    ASSERT_TRUE(info);
    auto log = *ManifestLog::open(env_, root(), "views");
    ManifestCommit commit;
    commit.definition = "d";
    ManifestOutput output{.tier = "bronze", .path = "pageviews", .format = "parquet"};
    output.rows =
        (log->current().version < 0 ? 0 : log->current().outputs.at("raw").rows) + info->rows;
    std::optional<std::int64_t> first;
    for (auto [id, arrival] : rows) first = std::min(first.value_or(arrival), arrival);
    output.added = {{path, info->rows, info->bytes, first}};
    output.hubs = std::move(hubs);
    commit.outputs["raw"] = output;
    commit.inputs["in"] = {.hub = "pageviews", .cut_ms = cut_ms, .offsets = {0}};
    // How far the job is elsewhere says nothing of this output.
    commit.inputs["slow"] = {.hub = "stars", .cut_ms = 1, .offsets = {0}};
    auto status = log->commit(commit);
    ASSERT_TRUE(status) << status.error().message;
  }

  std::string rows(const std::string& sql, const QueryOptions& options = {}) {
    auto result = lake_->query(sql, options);
    return result ? nlohmann::json(result->rows).dump() : "error: " + result.error().message;
  }

  static constexpr std::int64_t kEpochMs = 1'780'272'000'000;
  base::Env& env_ = base::Env::real();
  base::ManualClock clock_{base::from_millis(kEpochMs)};
  std::unique_ptr<Lake> lake_;
};

}  // namespace lake
