// A grade while it is being put together: each plan_… adds the checks of one part of the playground
// with the work that they need. Inside the room only; owned by one thread until its tasks run.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grade/case.h"
#include "grade/found_hub.h"
#include "grade/grade.h"
#include "grade/key_latency.h"
#include "grade/key_sales.h"
#include "grade/key_statements.h"
#include "grade/key_tally.h"
#include "grade/key_views.h"
#include "grade/tasks.h"
#include "lake/table_reader.h"

namespace grade {

/// One of the world's two streams, from its hub on.
struct StreamPlan {
  world::Stream stream = world::Stream::kPageviews;
  std::string table;  ///< "pageviews"
  std::shared_ptr<hub::Hub> hub;
  JobInput job;
  std::int64_t cut_ms = 0;   ///< W
  std::int64_t last_ms = 0;  ///< the largest cut of any check
  std::vector<std::shared_ptr<Tally>> tallies;
  std::shared_ptr<TableTally> raw;   ///< of the raw rows; null: they aren't graded
  std::shared_ptr<StarIndex> index;  ///< of the stars; null: not wanted
  std::shared_ptr<UserTally> users;  ///< for "engagements"; null: not wanted
  std::unique_ptr<TrafficKey> key;   ///< made when all tallies are known
  std::vector<Case*> hub_cases;      ///< by partition
  std::string behind;  ///< says so when the stream job has not committed all of W; else empty

  base::Result<Outside> outside = Outside{};  ///< before last_ms
  std::int64_t lost = 0;  ///< events that retention removed before the job had read them
  /// Why a check with this cut can't be graded; empty when it can.
  std::string not_gradable(std::int64_t cut_ms) const;
  // Why a check that found other rows can't be called wrong; empty when it can.
  std::string retention() const;         ///< what the hub doesn't hold any more
  std::string never_read() const;        ///< what the job never read
  std::string outside_any_time() const;  ///< of rows that don't say when their event arrived
};

/// Silver's page views below one W, and what is made of them.
struct VisitPlan {
  VisitKey::Options options;
  std::vector<VisitKey::Reader> readers;
  std::unique_ptr<VisitKey> key;  ///< made when all readers are known
};

/// A check of a figure, asked when all is measured.
struct Figure {
  std::string unit;
  std::function<Check()> check;
};

struct Plan {
  explicit Plan(const Inputs& i);

  const Inputs& in;
  const world::World& world;
  std::stop_token stop;
  std::unique_ptr<lake::TableReader> lake;  ///< null: there is none

  std::map<std::string, StreamPlan> streams;  ///< by table
  std::map<std::int64_t, VisitPlan> visits;   ///< by W of the page views
  std::shared_ptr<const std::vector<Place>> places;
  std::shared_ptr<ViewTexts> texts;  ///< null: not needed
  std::shared_ptr<Sales> sales;
  std::shared_ptr<ProductTally> products;  ///< for "product_popularity"
  RowSource scored_again;  ///< what the model says of the features that are there; may be empty
  std::shared_ptr<DroppedEvents> dropped;  ///< with the policy "drop"
  std::vector<std::unique_ptr<Case>> cases;
  std::vector<Figure> figures;
  std::vector<Task> found;   ///< measure the cases
  std::vector<Task> first;   ///< make the expected sides
  std::vector<Task> second;  ///< expected sides that need the first
  std::vector<Task> then;    ///< what needs all of these

  /// Whether its checks are asked for.
  bool wants(const std::string& unit) const { return !in.kept.contains(unit); }
  std::set<std::string> left_out;  ///< units that no check which is asked for reads, either

  /// The columns of a table of the lake.
  base::Result<std::vector<std::string>> columns(const std::string& table) const;
  /// The table that holds this (declared.h), "silver.users"; empty: it isn't graded.
  std::string graded(std::string_view holding) const;
  /// Says which table of the lake `table` is, and how reports name it. False: it isn't graded.
  bool place(Table& table, std::string_view holding) const;
  /// A case whose found side is measured in `found`.
  Case& add(Table table, RowSource found_rows);
  Case& add(Table table, const std::shared_ptr<Expected>& expected, RowSource found_rows);
  /// The case of the table that holds this; null when there is none.
  Case* find(std::string_view holding) const;
  /// A case whose expected rows are few and known when all else is; then its found side is read.
  Case& add_late(Table table, RowSource expected_rows, RowSource found_rows);
  /// Outside events or dropped ones of these streams before the cuts make it not gradable.
  using Reads = std::vector<std::pair<const StreamPlan*, std::int64_t>>;
  static void reads(Case& made, Reads streams);
  /// All streams, at the table's cuts.
  Reads reads_of(const std::string& table) const;
  /// The found side of a lake table; where it is absent a source that says why.
  RowSource rows_in_lake(const Table& table,
                         std::int64_t cut_ms = std::numeric_limits<std::int64_t>::max()) const;
  /// The W of a Delta table for a hub.
  std::int64_t cut_of(const std::string& table, const StreamPlan& stream) const;
};

/// Adds the check of an event table: a tally for the expected side, and how to read it again.
Case& add_event_case(Plan& plan, StreamPlan& stream, EventTable table, RowSource found_rows);
/// A lake table made of events, with those columns that it has; null when it isn't graded.
Case* plan_events(Plan& plan, StreamPlan& stream, std::string_view holding, Rows rows);
void plan_files(Plan& plan);
void plan_sales(Plan& plan);
void plan_scores(Plan& plan);  ///< behind plan_sales
void plan_traffic(Plan& plan);
void plan_job(Plan& plan, StreamPlan& stream);  ///< a part of plan_traffic
void plan_statements(Plan& plan);               ///< a part of plan_traffic
void plan_visits(Plan& plan);                   ///< a part of plan_traffic
void plan_quarantine(Plan& plan);               ///< a part of plan_traffic
void plan_stream_repairs(Plan& plan);           ///< a part of plan_traffic, behind its tables
void plan_user_repairs(Plan& plan);             ///< behind plan_people
void plan_people(Plan& plan);                   ///< uses what the others have found out
void plan_behind(Plan& plan);                   ///< behind all tables: what is made of changed ones
void plan_stopped(Plan& plan);                  ///< jobs that stand

// Units that are of no table of the lake.
std::string hub_unit(const std::string& hub);         ///< "hub pageviews"
std::string database_unit(const std::string& table);  ///< "sql orders"
std::string alerts_unit(const std::string& output);   ///< "alerts slow_pages"

Table window_table();                          ///< of "pageviews_5min"
inline constexpr std::size_t kWindowTime = 0;  ///< its column window_end
/// Found rows whose time, in column `time`, lies below the watermark.
RowSource due_rows(RowSource all, std::size_t time, std::function<std::int64_t()> watermark_ms);

/// Empty when the job has committed everything below W of the hub.
std::string how_far_behind(const Inputs& in, const hub::Hub& hub, std::int64_t cut_ms);
/// The W of a Delta table for a hub.
std::int64_t cut_of(const Inputs& in, const std::string& table, const hub::Hub& hub);
/// The W of a hub.
std::int64_t hub_cut(const Inputs& in, const hub::Hub& hub);
/// The largest W of any graded table of the hub.
std::int64_t last_cut(const Inputs& in, const hub::Hub& hub);
/// The tables that this one is made of, as its statement says it.
std::vector<std::string> made_of(const Inputs& in, const std::string& table);

}  // namespace grade
