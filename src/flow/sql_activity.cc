#include "flow/sql_activity.h"

#include "base/card.h"
#include "flow/run_parameters.h"
#include "flow/settings_internal.h"
#include "sqlfile/header.h"

namespace flow {

using base::Result;

namespace {

lake::Expectation::Action action_of(sqlfile::Action action) {
  switch (action) {
    case sqlfile::Action::kWarn:
      return lake::Expectation::Action::kWarn;
    case sqlfile::Action::kDrop:
      return lake::Expectation::Action::kDrop;
    case sqlfile::Action::kQuarantine:
      return lake::Expectation::Action::kQuarantine;
    case sqlfile::Action::kFail:
      return lake::Expectation::Action::kFail;
  }
  return lake::Expectation::Action::kFail;
}

class SqlActivity final : public ActivityType {
 public:
  explicit SqlActivity(lake::Lake& lake) : lake_(lake) {}

  double usual_timeout_s() const override { return kQueryTimeout_s; }
  int memory_mb() const override { return statement_memory_mb(lake_); }

  /// The versions of the tables, and for the rest of the lake their files.
  Result<std::optional<Standing>> standing(const Activity& activity,
                                           const RunContext& context) override {
    auto spec = TRY(spec_of(activity, context));
    auto reads = activity.reads ? *activity.reads : TRY(lake_.check_table(spec));
    json states = TRY(lake_.table_states(reads, context.cuts_ms));
    json window = TRY(window_used(TRY(table_spec(activity.settings)), context.parameters));
    if (!window.empty()) states["window"] = std::move(window);  // no table: they have a dot
    return Standing{std::move(states), TRY(lake_.table_states({spec.table}, context.cuts_ms))};
  }

  /// Errors name the file that the text comes from.
  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    auto done = write(activity, context);
    std::string file = text_of(activity.settings, "file");
    if (done) return done;
    return std::unexpected(base::in_file(std::move(done).error(), file));
  }

 private:
  static Result<lake::TableSpec> spec_of(const Activity& activity, const RunContext& context) {
    return with_window(TRY(table_spec(activity.settings)), context.parameters);
  }

  Result<ActivityResult> write(const Activity& activity, const RunContext& context) {
    auto spec = TRY(spec_of(activity, context));
    // How long a try may take is said by its deadline, which stops it.
    constexpr std::chrono::milliseconds timeout{0};
    auto written = TRY(lake_.write_table(spec, context.cuts_ms, context.stop, timeout));
    ActivityResult result{.rows = written.rows, .bytes = written.bytes, .expectations = {}};
    for (const auto& count : written.expectations) {
      result.expectations.push_back(
          {count.name, std::string(lake::action_name(count.action)), count.failed});
    }
    for (const auto& [table, version] : written.reads) {
      result.inputs["tables"][table] = version ? json(*version) : json();
    }
    return result;
  }

  lake::Lake& lake_;
};

}  // namespace

int statement_memory_mb(const lake::Lake& lake) {
  constexpr int kProgram_mb = 128;  // the worker beside the engine's own bound
  return lake.memory_mb() + kProgram_mb;
}

Result<lake::TableSpec> table_spec(const json& settings) {
  return table_spec(text_of(settings, "table"), text_of(settings, "query"),
                    text_of(settings, "macros"));
}

Result<lake::TableSpec> table_spec(std::string table, std::string query, std::string macros) {
  lake::TableSpec spec{.table = std::move(table),
                       .select = std::move(query),
                       .keys = {},
                       .expectations = {},
                       .macros = std::move(macros)};
  auto header = TRY(sqlfile::parse_header(spec.select));
  if (!header) return spec;
  spec.table = header->table;
  spec.keys = header->keys;
  for (auto& expectation : header->expectations) {
    spec.expectations.push_back({std::move(expectation.name), std::move(expectation.condition),
                                 action_of(expectation.action), expectation.line});
  }
  return spec;
}

std::shared_ptr<ActivityType> make_sql_activity(lake::Lake& lake) {
  return std::make_shared<SqlActivity>(lake);
}

}  // namespace flow
