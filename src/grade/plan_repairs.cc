// What silver repaired, found and removed, as figures: precision, recall over what can be repaired,
// and error. The rows themselves are compared elsewhere; this says how good they are.
#include "grade/plan_internal.h"

namespace grade {

namespace {

constexpr std::int64_t kSlotsASession = 32;  // event_id = session · 32 + slot

/// Of a repair or a detection.
struct Repair {
  std::int64_t planted = 0;   ///< rows with the fault
  std::int64_t possible = 0;  ///< of these, what can be repaired
  std::int64_t done = 0;      ///< rows that were repaired or found
  std::int64_t right = 0;     ///< of these, with the true value
};

std::string share(std::int64_t part, std::int64_t of) {
  return of == 0 ? "-" : fmt::format("{:.4f}", static_cast<double>(part) / static_cast<double>(of));
}

/// "10412 planted, 10398 repaired, precision 1.0000, recall 1.0000, error 0.0000".
std::string repair_text(const char* done, const Repair& r, std::int64_t possible) {
  return fmt::format("{} planted, {} {}, precision {}, recall {}, error {}", r.planted, r.done,
                     done, share(r.right, r.done), share(r.right, possible),
                     share(r.done - r.right, r.done));
}

/// Index of a column, or −1.
int column_of(const Table& table, std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

bool is_set(const Cell& cell) { return cell.kind() == Cell::Kind::kInt && cell.integer() == 1; }

/// A figure over what went by in `of`: not gradable where that isn't.
void add_figure(Plan& plan, const Case& of, std::string name, std::function<std::string()> expected,
                std::function<std::string()> found, std::string detail) {
  plan.figures.push_back({of.unit, [&of, name = std::move(name), expected = std::move(expected),
                                    found = std::move(found), detail = std::move(detail)] {
                            Check check = compare_text(of.table.layer, name, expected(),
                                                       of.found ? found() : "unreadable", detail);
                            return of.judge(std::move(check));
                          }});
}

/// Looks up what is true of found page views; most that ask come in runs of a session.
class ViewTruth {
 public:
  ViewTruth(const world::World& world, std::int64_t cut_ms)
      : world_(world), sessions_(world.sessions_before(cut_ms)) {}
  /// Null when there is no such session.
  const world::Session* session(const Cell& event_id) {
    std::int64_t id =
        event_id.kind() == Cell::Kind::kInt ? event_id.integer() / kSlotsASession : -1;
    if (id < 0 || id >= sessions_ || event_id.integer() < 0) return nullptr;
    if (!known_ || session_.id != id) world_.session(id, session_);
    known_ = true;
    return &session_;
  }

 private:
  const world::World& world_;
  std::int64_t sessions_;
  bool known_ = false;
  world::Session session_;
};

void plan_addresses(Plan& plan, Case& views, VisitPlan& visits) {
  int ip = column_of(views.table, "client_ip"), flag = column_of(views.table, "client_ip_repaired");
  if (ip < 0 || flag < 0) return;
  auto expected = std::make_shared<Repair>(), found = std::make_shared<Repair>();
  auto mutex = std::make_shared<std::mutex>();
  visits.readers.push_back([expected, mutex](const VisitChunk& chunk) {
    Repair mine;
    for (const SilverView& view : chunk.views) {
      mine.planted += !view.has_ip || view.repaired;
      mine.done += view.repaired;
      mine.right += view.repaired && view.ip == view.true_ip;
    }
    std::lock_guard lock(*mutex);
    expected->planted += mine.planted;
    expected->done += mine.done;
    expected->right += mine.right;
  });
  auto truth = std::make_shared<ViewTruth>(plan.world, visits.options.cut_ms);
  views.also_observe([found, truth, ip, flag](Row row) {
    const Cell& address = row[static_cast<std::size_t>(ip)];
    bool repaired = is_set(row[static_cast<std::size_t>(flag)]);
    found->planted += repaired || address.is_null();
    if (!repaired) return;
    ++found->done;
    const world::Session* session = truth->session(row[0]);
    found->right += session != nullptr && address.text() == world::ip_text(session->client_ip);
  });
  add_figure(
      plan, views, views.table.name + " client_ip repairs",
      [expected] { return repair_text("repaired", *expected, expected->done); },
      [expected, found] { return repair_text("repaired", *found, expected->done); },
      "an address is repaired when all others of its session agree; recall is over these");
}

void plan_outliers(Plan& plan, Case& views, VisitPlan& visits) {
  int flag = column_of(views.table, "is_outlier");
  if (flag < 0) return;
  auto expected = std::make_shared<Repair>(), found = std::make_shared<Repair>();
  auto mutex = std::make_shared<std::mutex>();
  visits.readers.push_back([expected, mutex](const VisitChunk& chunk) {
    std::int64_t planted = std::ranges::count_if(chunk.views, &SilverView::outlier);
    std::lock_guard lock(*mutex);
    expected->planted += planted;
  });
  auto truth = std::make_shared<ViewTruth>(plan.world, visits.options.cut_ms);
  views.also_observe([found, truth, flag](Row row) {
    if (!is_set(row[static_cast<std::size_t>(flag)])) return;
    ++found->done;
    const world::Session* session = truth->session(row[0]);
    auto view = static_cast<std::size_t>(row[0].integer() % kSlotsASession);
    found->right +=
        session != nullptr && view < session->views.size() && session->views[view].latency_outlier;
  });
  add_figure(
      plan, views, views.table.name + " outliers",
      [expected] {
        expected->done = expected->right = expected->planted;
        return repair_text("found", *expected, expected->planted);
      },
      [expected, found] {
        found->planted = expected->planted;
        return repair_text("found", *found, expected->planted);
      },
      "outliers are the page views with a latency of 500 ms or more");
}

void plan_cities(Plan& plan, Case& users) {
  auto found = std::make_shared<Repair>();
  int city = column_of(users.table, "city");
  users.also_observe([found, city, &world = plan.world](Row row) {
    bool known = row[0].kind() == Cell::Kind::kInt && row[0].integer() >= 0 &&
                 row[0].integer() < world.settings().users;
    if (!known) return;
    std::int64_t id = row[0].integer();
    world::UserFacts facts = world.user_facts(id);
    std::string_view shown = row[static_cast<std::size_t>(city)].text();
    bool is_true = shown == world.towns()[static_cast<std::size_t>(facts.town)].city;
    bool damaged = facts.city_damage != world::CityDamage::kNone;
    found->planted += damaged;
    bool changed = damaged ? shown != world.user(id).city : !is_true;
    found->done += changed;
    found->right += damaged && changed && is_true;
  });
  auto expected = [&world = plan.world] {
    Repair all;
    for (std::int64_t id = 0; id < world.settings().users; ++id) {
      world::UserFacts facts = world.user_facts(id);
      if (facts.city_damage == world::CityDamage::kNone) continue;
      ++all.planted;
      // A name that has no upper-case letter, or no lower-case one, can't be damaged so.
      all.done += world.user(id).city != world.towns()[static_cast<std::size_t>(facts.town)].city;
    }
    all.right = all.possible = all.done;
    return all;
  };
  auto known = std::make_shared<Repair>();
  plan.then.push_back([known, expected] { *known = expected(); });
  add_figure(
      plan, users, users.table.name + " city repairs",
      [known] { return repair_text("repaired", *known, known->possible); },
      [known, found] { return repair_text("repaired", *found, known->possible); },
      "a town is known by its name without blanks and case, and the kraj");
}

/// Counts what a stream's rows below a cut are.
class CopyTally final : public Tally {
 public:
  explicit CopyTally(std::int64_t cut_ms) : cut_ms_(cut_ms) {}
  void add(const EventChunk& chunk) override {
    std::int64_t all = 0, copies = 0;
    for (const Event& event : chunk.events) {
      if (event.malformed || event.dropped || event.arrival_ms >= cut_ms_) continue;
      ++all;
      copies += event.copy;
    }
    all_ += all;
    copies_ += copies;
  }
  std::int64_t all() const { return all_; }
  std::int64_t copies() const { return copies_; }

 private:
  std::int64_t cut_ms_;
  std::atomic<std::int64_t> all_ = 0, copies_ = 0;
};

std::string removed_text(std::int64_t raw, std::int64_t kept) {
  return fmt::format("{} raw - {} kept = {} removed", raw, kept, raw - kept);
}

void plan_duplicates(Plan& plan, StreamPlan& stream) {
  Case* raw = plan.find(stream.table + "_raw");
  Case* kept = plan.find(stream.table);
  if (raw == nullptr || kept == nullptr) return;
  std::int64_t cut_ms = plan.cut_of(kept->table.in_lake, stream);
  if (cut_ms > stream.cut_ms) return;  // raw rows are read below that
  auto tally = std::make_shared<CopyTally>(cut_ms);
  stream.tallies.push_back(tally);
  auto rows = std::make_shared<std::int64_t>();
  int arrival = column_of(raw->table, "arrival");
  raw->also_observe([rows, arrival, cut_ms](Row row) {
    *rows += row[static_cast<std::size_t>(arrival)].integer() < cut_ms * 1000;
  });
  add_figure(
      plan, *kept, kept->table.name + " duplicates",
      [tally] { return removed_text(tally->all(), tally->all() - tally->copies()); },
      [raw, kept, rows] {
        return raw->found ? removed_text(*rows, kept->found->rows()) : std::string("unreadable");
      },
      "of the events with one event_id the first that arrived stays");
}

}  // namespace

void plan_stream_repairs(Plan& plan) {
  for (auto& [table, stream] : plan.streams) plan_duplicates(plan, stream);
  Case* views = plan.find("pageviews");
  if (views == nullptr) return;
  VisitPlan& visits =
      plan.visits.at(plan.cut_of(views->table.in_lake, plan.streams.at("pageviews")));
  plan_addresses(plan, *views, visits);
  plan_outliers(plan, *views, visits);
}

void plan_user_repairs(Plan& plan) {
  if (Case* users = plan.find("users")) plan_cities(plan, *users);
}

}  // namespace grade
