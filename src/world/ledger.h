// The ledger of planted faults: every row that is not as it should be, what stands there, what
// should, and whether that can be found out again. `hriste world faults` prints it; repair and
// detection are measured against it.
//
// Main types: Fault (the settings' names), LedgerRow, LedgerRange (which rows), Ledger (makes them
// in order, chunk by chunk, on any number of threads; memory doesn't grow with the volume).
// Order: by id, and within an event by Fault. Rows are the same however a range is split.
// Errors: only those of the one who takes the chunks. Threads: Ledger is immutable, thread-safe.
// Formats: docs/formats/world.md. Read first: tests/ledger_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "world/world.h"

namespace world {

/// As the members of Faults.
enum class Fault {
  kMissingClientIp,
  kLatencyOutlier,
  kDuplicateEvent,
  kLateEvent,
  kOutOfOrder,
  kMalformedJson,
  kDamagedUser
};
inline constexpr std::array kFaults{
    Fault::kMissingClientIp, Fault::kLatencyOutlier, Fault::kDuplicateEvent, Fault::kLateEvent,
    Fault::kOutOfOrder,      Fault::kMalformedJson,  Fault::kDamagedUser};
/// "missing_client_ip", …
std::string_view fault_name(Fault fault);
/// Errors: kInvalidArgument naming the faults there are.
base::Result<Fault> fault_from_name(std::string_view name);
/// The share that was asked for.
double fault_share(const Faults& faults, Fault fault);
/// Users, page views and stars: the tables in which faults are planted, and which are in each.
inline constexpr std::array kFaultyTables{Table::kUsers, Table::kPageviews, Table::kStars};
std::vector<Fault> faults_of(Table table);

struct LedgerRow {
  Table table = Table::kUsers;
  Fault fault = Fault::kDamagedUser;
  std::int64_t key = 0;         ///< the user's id, or event_id
  std::int64_t arrival_ms = 0;  ///< when the event (its copy, for a duplicate) arrives; users: 0
  /// What is wrong: "phone_number", "city", "client_ip", "latency"; "arrival" (late, out of order,
  /// and the copy that a duplicate is), or "value", the whole JSON.
  std::string_view column;
  std::string emitted;
  std::string truth;  ///< empty for a duplicate: there should be none
  /// Whether the stated rules can mend it from what has arrived before the cut, and what they then
  /// write: the town's name, the address of the session. Empty where nothing has to be written: a
  /// duplicate is left out, and a late event still says its time.
  bool repairable = false;
  std::string repaired;
};

/// Users by id, or the events that arrive in a time.
struct LedgerRange {
  Table table = Table::kPageviews;
  std::int64_t first_user = 0, last_user = 0;
  std::int64_t from_ms = 0, to_ms = 0;
  /// Addresses are repaired from what arrives before this; above all, a pipeline's cut.
  std::int64_t cut_ms = std::numeric_limits<std::int64_t>::max();
};

struct LedgerChunk {
  std::int64_t rows = 0;  ///< of the table: users, or events that arrive for the first time
  std::vector<LedgerRow> faults;
};

class Ledger {
 public:
  explicit Ledger(const World& world);

  /// The whole table: all users, or the back-fill, cut at the epoch.
  /// Errors: kInvalidArgument for a table in which no faults are planted.
  base::Result<LedgerRange> whole(Table table) const;

  /// Calls `take` for each chunk, in order, on this thread; its first error ends the walk.
  base::Status visit(const LedgerRange& range, int threads,
                     const std::function<base::Status(const LedgerChunk&)>& take) const;

 private:
  void users(std::int64_t first, std::int64_t last, LedgerChunk& out) const;
  void events(const LedgerRange& range, std::int64_t first_session, std::int64_t last_session,
              LedgerChunk& out) const;

  std::shared_ptr<const Parts> parts_;
};

struct FaultSummary {
  Table table = Table::kUsers;
  Fault fault = Fault::kDamagedUser;
  double share_set = 0;
  std::int64_t rows = 0, planted = 0, repairable = 0;
  double share_found() const { return rows == 0 ? 0 : static_cast<double>(planted) / rows; }
};

/// How often each fault is in `range`.
std::vector<FaultSummary> summarize(const World& world, const LedgerRange& range, int threads);

}  // namespace world
