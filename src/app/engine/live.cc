#include "app/engine/live.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/wait_for.h"
#include "load/kafka_sink.h"
#include "load/live_load.h"
#include "load/stream_sink.h"

namespace app {
namespace {

using base::Code;
using base::Result;
using base::Status;
using load::LiveLoad;
using world::Table;
using world::World;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr auto kStep = std::chrono::milliseconds(50);

/// One table's stream.
struct Stream {
  Table table;
  std::shared_ptr<load::StreamSink> text;  ///< of standard output
  std::shared_ptr<load::EventSink> sink;
  std::int64_t rows_before = 0;
  std::unique_ptr<LiveLoad> load;
};

Result<Stream> open_stream(const GenerateOptions& options, const World& world, Table table,
                           const std::stop_token& stop) {
  Stream stream{table, {}, {}, 0, {}};
  if (options.kafka.given()) {
    auto topic = TRY(options.kafka.open(table, stop));
    stream.sink = TRY(load::kafka_event_sink(std::move(topic), world, load::stream_of(table)));
  } else {
    stream.text = std::make_shared<load::StreamSink>(1, "standard output", load::Form::kJsonLines);
    stream.sink = load::text_event_sink(stream.text, "standard output");
  }
  stream.rows_before = stream.sink->rows();
  return stream;
}

/// The streams of one command, on one clock that stands at the epoch until every back-fill is in.
class Live {
 public:
  Live(const GenerateOptions& options, const World& world, std::stop_token stop)
      : options_(options),
        world_(world),
        stop_(std::move(stop)),
        clock_({world.settings().epoch, options.speed.value_or(1), true}) {}

  Status open(const std::vector<Table>& tables) {
    for (Table table : tables) {
      streams_.push_back(TRY(open_stream(options_, world_, table, stop_)));
    }
    return {};
  }

  void start() {
    begin_ = std::chrono::steady_clock::now();
    std::int64_t position = world_.epoch_ms();
    for (Stream& stream : streams_) {
      stream.load = LiveLoad::start(world_, {.sink = stream.sink,
                                             .stream = load::stream_of(stream.table),
                                             .clock = &clock_,
                                             .live_step = kStep});
      position = std::max(position, stream.load->state().position_ms);
    }
    // Behind the epoch it goes on where an earlier run has ended.
    CHECK(clock_.jump_to(base::from_millis(position)).has_value());
  }

  /// Until all back-fills are in; false when there is no more to wait for.
  bool wait_backfilled(ProgressBar& bar) {
    load::Progress progress;
    bar.show("back-fill", progress);
    bool going = wait([&] {
      std::int64_t rows = 0, total = 0;
      bool all = true;
      for (const Stream& stream : streams_) {
        LiveLoad::State state = stream.load->state();
        rows += state.rows - stream.rows_before;
        total +=
            std::max(state.backfill_rows - stream.rows_before, state.rows - stream.rows_before);
        all = all && state.backfilled;
      }
      progress.rows = rows;
      progress.total = total;
      return all;
    });
    bar.hide();
    return going;
  }

  void go_live() {
    clock_.set_frozen(false);
    if (options_.quiet) return;
    fmt::print(stderr, "live from {} on at ×{:g}; Ctrl-C ends it\n",
               base::format_millis(clock_.now()), options_.speed.value_or(1));
  }
  void wait_end() {
    wait([] { return false; });
  }

  /// The first stream's error that isn't the end that was asked for.
  Status stop() {
    Status ended;
    for (Stream& stream : streams_) {
      stream.load->stop();
      Status its = stream.load->wait_ended({});
      bool asked = its || its.error().code == Code::kCancelled ||
                   (stream.text && stream.text->reader_gone());
      if (!asked && ended) ended = std::move(its);
    }
    return ended;
  }

  void print_summary() const {
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
    for (const Stream& stream : streams_) {
      LiveLoad::State state = stream.load->state();
      std::int64_t made = state.rows - stream.rows_before;
      std::string there = stream.rows_before == 0
                              ? ""
                              : fmt::format(" ({} were there)", grouped(stream.rows_before));
      fmt::print(stderr, "{}: {} rows{} until {}, {:.2f} s → {}\n", table_name(stream.table),
                 grouped(made), there, base::format_millis(base::from_millis(state.position_ms)),
                 took.count(), stream.sink->name());
    }
  }

 private:
  /// Until `done`; false when a stream has ended or the command was asked to.
  template <typename Done>
  bool wait(Done done) {
    do {
      if (done()) return true;
      for (const Stream& stream : streams_) {
        if (stream.load->state().ended) return false;
      }
    } while (base::wait_for(kLook, stop_));
    return false;
  }

  const GenerateOptions& options_;
  const World& world_;
  const std::stop_token stop_;
  std::chrono::steady_clock::time_point begin_;
  base::ScaledClock clock_;
  std::vector<Stream> streams_;  // end before their clock
};

}  // namespace

Status run_live(const GenerateOptions& options, const World& world,
                const std::vector<Table>& tables, ProgressBar& bar) {
  Live live(options, world, bar.stop_token());
  TRY(live.open(tables));
  live.start();
  if (live.wait_backfilled(bar)) {
    live.go_live();
    live.wait_end();
  }
  Status ended = live.stop();
  if (ended && !options.quiet) live.print_summary();
  return ended;
}

}  // namespace app
