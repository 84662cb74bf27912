#include "flow/sql_activity.h"

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

std::string text_of(const json& settings, const char* name) {
  auto found = settings.find(name);
  return found != settings.end() && found->is_string() ? found->get<std::string>() : "";
}

class SqlActivity final : public ActivityType {
 public:
  explicit SqlActivity(lake::Lake& lake) : lake_(lake) {}

  /// The versions of the tables, and for the rest of the lake their files.
  Result<std::optional<Standing>> standing(const Activity& activity,
                                           const RunContext& context) override {
    auto spec = TRY(table_spec(activity.settings));
    auto reads = activity.reads ? *activity.reads : TRY(lake_.check_table(spec));
    return Standing{TRY(lake_.table_states(reads, context.cuts_ms)),
                    TRY(lake_.table_states({spec.table}, context.cuts_ms))};
  }

  /// Errors name the file that the text comes from.
  Result<ActivityResult> run(const Activity& activity, const RunContext& context) override {
    auto done = write(activity, context);
    std::string file = text_of(activity.settings, "file");
    if (done || file.empty() || done.error().message.starts_with(file)) return done;
    return base::annotate(std::move(done).error(), file);
  }

 private:
  Result<ActivityResult> write(const Activity& activity, const RunContext& context) {
    auto spec = TRY(table_spec(activity.settings));
    // Whoever says how long a try may take has it stopped then, and not before.
    std::chrono::milliseconds timeout = lake::Lake::kWriteTimeout;
    if (activity.endurance.timeout_s > 0) timeout = std::chrono::milliseconds(0);
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
                                 action_of(expectation.action)});
  }
  return spec;
}

std::shared_ptr<ActivityType> make_sql_activity(lake::Lake& lake) {
  return std::make_shared<SqlActivity>(lake);
}

}  // namespace flow
