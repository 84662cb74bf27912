// Runs the cases of tests/streaming/cases (query, inputs, expected outputs) through the engine in
// memory. HRISTE_STREAM_CASES names another folder of cases.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "stream/datetime.h"
#include "stream/engine.h"
#include "stream/tests/collect.h"
#include "streamsql/lexer.h"
#include "streamsql/streamsql.h"

namespace stream {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

fs::path cases_dir() {
  const char* other = getenv("HRISTE_STREAM_CASES");
  return other != nullptr ? fs::path(other) : fs::path(HRISTE_SOURCE_DIR) / "tests/streaming/cases";
}

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out.push_back(line);
  return out;
}

// The comparison of the cases' README: numbers by value, datetimes by instant, null = absent.
bool same(const Json& a, const Json& b);

bool same_object(const Json& a, const Json& b) {
  auto covers = [](const Json& x, const Json& y) {
    for (const auto& [key, value] : x.items())
      if (!same(value, y.contains(key) ? y.at(key) : Json())) return false;
    return true;
  };
  return covers(a, b) && covers(b, a);
}

bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    double x = a.get<double>(), y = b.get<double>();
    return a == b || std::fabs(x - y) <= 1e-12 * std::max(std::fabs(x), std::fabs(y));
  }
  if (a.is_string() && b.is_string() && a != b) {
    auto x = parse_datetime(a.get<std::string>()), y = parse_datetime(b.get<std::string>());
    return x && y && *x == *y && a.get<std::string>().size() > 10;
  }
  if (a.is_array() && b.is_array()) return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  if (a.is_object() && b.is_object()) return same_object(a, b);
  return a == b;
}

struct Outcome {
  streamsql::Plan plan;
  CollectedOutputs outputs{plan};
  std::string error;
  std::map<std::string, std::int64_t> dropped;
};

TimePolicy policy_of(const Json& job) {
  TimePolicy policy;
  policy.mode = TimePolicy::Mode::kNone;
  if (job.at("time_policy").is_null()) return policy;
  const Json& json = job.at("time_policy");
  policy.mode = json.at("policy") == "drop" ? TimePolicy::Mode::kDrop : TimePolicy::Mode::kAdjust;
  policy.late = json.at("late_arrival_seconds").get<Ticks>() * kTicksPerSecond;
  policy.out_of_order = json.at("out_of_order_seconds").get<Ticks>() * kTicksPerSecond;
  return policy;
}

/// Pushes the events of one input in pieces of `batch`.
base::Status feed(Engine& engine, std::size_t input, const fs::path& dir, const Json& spec,
                  std::size_t batch) {
  std::vector<std::string> events = lines(read(dir / spec.at("file").get<std::string>()));
  std::string column = spec.value("arrival_column", "");
  std::vector<SourceRecord> records;
  for (std::size_t i = 0; i < events.size(); i++) {
    SourceRecord record{static_cast<Ticks>(i), 0, static_cast<std::int64_t>(i), events[i]};
    if (!column.empty())
      record.arrival = parse_datetime(Json::parse(events[i]).at(column).get<std::string>()).value();
    records.push_back(record);
    if (records.size() < batch && i + 1 < events.size()) continue;
    TRY(engine.push(input, records));
    records.clear();
  }
  return {};
}

base::Status run_plan(const fs::path& dir, const Json& job, std::size_t batch, Outcome& run) {
  const streamsql::Plan& plan = run.plan;
  EngineOptions options;
  options.policy = policy_of(job);
  options.broker_columns = false;
  options.errors_are_dead_letters = job.value("on_error", "stop") == "dead_letter";
  for (const std::string& name : plan.references)
    options.references[name] = dir / job.at("inputs").at(name).at("file").get<std::string>();
  auto engine = TRY(Engine::create(plan, options, run.outputs));
  for (std::size_t i = 0; i < plan.inputs.size(); i++)
    TRY(feed(*engine, i, dir, job.at("inputs").at(plan.inputs[i].name), batch));
  TRY(engine->finish());
  for (std::size_t i = 0; i < plan.inputs.size(); i++)
    for (const auto& [partition, counts] : engine->counts(i))
      run.dropped[plan.inputs[i].name] += counts.read - counts.bins[0];
  return {};
}

void run_case(const fs::path& dir, const Json& job, std::size_t batch, Outcome& run) {
  streamsql::Names names;
  for (const auto& [name, input] : job.at("inputs").items())
    (input.at("type") == "reference" ? names.references : names.inputs).push_back(name);
  for (const auto& [name, output] : job.at("outputs").items()) names.outputs.push_back(name);
  auto plan = streamsql::compile(read(dir / job.at("query").get<std::string>()), names);
  ASSERT_TRUE(plan) << to_string(plan.error());
  run.plan = std::move(*plan);
  auto status = run_plan(dir, job, batch, run);
  run.error = status ? "" : status.error().message;
}

bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
             bool ordered, bool prefix) {
  if (prefix ? actual.size() > expected.size() : actual.size() != expected.size()) return false;
  std::vector<Json> left;
  for (const std::string& line : expected) left.push_back(Json::parse(line));
  for (const std::string& line : actual) {
    Json row = Json::parse(line);
    auto it = ordered || prefix ? left.begin()
                                : std::find_if(left.begin(), left.end(),
                                               [&](const Json& e) { return same(e, row); });
    if (it == left.end() || !same(*it, row)) return false;
    left.erase(it);
  }
  return true;
}

class Conformance : public ::testing::TestWithParam<std::string> {};

TEST_P(Conformance, GivesTheExpectedRows) {
  fs::path dir = cases_dir() / GetParam();
  Json job = Json::parse(read(dir / "job.json"));
  for (std::size_t batch : {1u, 3u, 100'000u}) {
    Outcome run;
    run_case(dir, job, batch, run);
    if (HasFatalFailure()) return;
    const Json& expect = job.at("expect");
    EXPECT_EQ(run.error.empty(), expect.at("status") == "completed") << run.error;
    if (expect.contains("error")) {
      EXPECT_NE(streamsql::lower(run.error).find(expect.at("error").get<std::string>()),
                std::string::npos)
          << run.error;
    }
    if (expect.contains("dropped_inputs")) {
      for (const auto& [input, n] : expect.at("dropped_inputs").items())
        EXPECT_EQ(run.dropped[input], n.get<std::int64_t>());
    }
    if (expect.contains("dead_letters")) {
      EXPECT_EQ(run.outputs.dead().size(), expect.at("dead_letters").get<std::size_t>());
    }
    const Json& compare = job.at("compare");
    for (const auto& [name, output] : job.at("outputs").items()) {
      auto expected = lines(read(dir / output.at("expected").get<std::string>()));
      auto actual = run.outputs.sorted(name);
      EXPECT_TRUE(matches(expected, actual, compare.at("order") == "timestamp",
                          compare.at("outputs") == "prefix"))
          << name << ", batch " << batch << "\n"
          << ::testing::PrintToString(actual);
    }
  }
}

std::vector<std::string> case_names() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(cases_dir()))
    if (fs::exists(entry.path() / "job.json")) out.push_back(entry.path().filename());
  std::sort(out.begin(), out.end());
  return out;
}

INSTANTIATE_TEST_SUITE_P(Cases, Conformance, ::testing::ValuesIn(case_names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace stream
