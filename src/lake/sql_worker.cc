#include "lake/sql_worker.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <thread>

#include "base/log.h"
#include "lake/duckdb_internal.h"
#include "lake/session_internal.h"
#include "lake/sql_worker_internal.h"
#include "lake/worker_process_internal.h"

namespace lake {
namespace {

/// Beside the engine's memory: the program's own, the parser's and planner's, the answer's.
[[maybe_unused]] constexpr rlim_t kOwnMemory = rlim_t{640} << 20;

/// How long one that was started ahead waits for its question, in milliseconds.
constexpr int kPatience = 10'000;

void limit(__rlimit_resource what, rlim_t value) {
  rlimit bound{value, value};
  ::setrlimit(what, &bound);
}

/// What the engine takes on its way is bounded here, whatever it is for: RLIMIT_DATA counts each
/// private page that was asked for. A sanitizer asks for terabytes to begin with.
void set_limits(const WorkerRequest& request) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limit(RLIMIT_DATA, (static_cast<rlim_t>(request.memory_mb) << 20) + kOwnMemory);
#endif
  limit(RLIMIT_CORE, 0);
  ::signal(SIGXFSZ, SIG_IGN);  // the write fails, and says so
  if (request.file_bytes_max > 0) {
    limit(RLIMIT_FSIZE, static_cast<rlim_t>(request.file_bytes_max));
  }
  if (request.seconds_max > 0) limit(RLIMIT_CPU, static_cast<rlim_t>(request.seconds_max));
}

/// Ends this process when nobody will read its answer any more, however busy it is. The thread that
/// started it may be gone long before, so the system's signal of a parent's death is no use.
void end_with_reader() {
  std::thread([] {
    pollfd reader{.fd = 1, .events = 0, .revents = 0};
    while (::poll(&reader, 1, -1) < 0 && errno == EINTR) {
    }
    ::_exit(1);
  }).detach();
}

/// Waits for the first byte of the question; false when none has come in time.
bool asked() {
  pollfd question{.fd = 0, .events = POLLIN, .revents = 0};
  int ready;
  while ((ready = ::poll(&question, 1, kPatience)) < 0 && errno == EINTR) {
  }
  return ready != 0;
}

std::string read_all(int fd) {
  std::string text;
  char buffer[1 << 16];
  for (ssize_t count; (count = ::read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t count = ::write(fd, text.data(), text.size());
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

/// Reaches into a Lake for what its daemon's has in memory.
class SqlWorker {
 public:
  static std::string answer(const WorkerRequest& request) {
    if (request.only_check) {
      return to_text(guarded<TableUses>([&] { return Lake::check_here(*request.table); }));
    }
    auto lake = open(request);
    if (request.table && request.preview_rows >= 0) {
      return to_text(lake ? preview(**lake, request) : failed(lake));
    }
    if (request.table) return to_text(lake ? write(**lake, request) : failed(lake));
    if (!lake || request.texts.empty()) {
      return to_text(lake ? query(**lake, request) : failed(lake));
    }
    std::string answers;
    for (const std::string& text : request.texts) {
      WorkerRequest one = request;
      one.sql = text;
      answers += to_text(query(**lake, one));
    }
    return answers;
  }

 private:
  using LakePtr = base::Result<std::unique_ptr<Lake>>;

  static std::unexpected<base::Error> failed(const LakePtr& lake) {
    return std::unexpected(lake.error());
  }

  static LakePtr open(const WorkerRequest& request) {
    static const base::SystemClock clock;
    auto lake = TRY(Lake::open({.env = &base::Env::real(),
                                .clock = &clock,
                                .root = request.root,
                                .temp_dir = request.temp_dir,
                                .memory_mb = request.memory_mb,
                                .threads = request.threads}));
    lake->state_->facts = request.facts;
    lake->state_->macros[""] = request.macros;
    return lake;
  }

  static base::Result<QueryResult> query(Lake& lake, const WorkerRequest& request) {
    return guarded<QueryResult>([&] {
      return lake.query_here(request.sql,
                             {.max_rows = request.max_rows,
                              .max_bytes = request.max_bytes,
                              .cuts = request.cuts,
                              .timeout = std::chrono::milliseconds(0)},
                             request.first_rows);
    });
  }

  static base::Result<TableWrite> write(Lake& lake, const WorkerRequest& request) {
    return guarded<TableWrite>([&] {
      return lake.write_here(*request.table, request.cuts, std::chrono::milliseconds(0), {});
    });
  }

  static base::Result<TablePreview> preview(Lake& lake, const WorkerRequest& request) {
    return guarded<TablePreview>([&] {
      return lake.preview_here(*request.table, request.cuts, request.preview_rows,
                               std::chrono::milliseconds(0), {});
    });
  }

  template <typename T, typename Work>
  static base::Result<T> guarded(const Work& work) {
    try {
      return work();
    } catch (const std::bad_alloc&) {
      return base::error(base::Code::kResourceExhausted,
                         "the statement needed more memory than one may have; make it smaller");
    }
  }
};

int run_sql_worker() {
  end_with_reader();
  // What this can't be ready with, the statement meets again, and says.
  (void)DuckDb::open_ahead();
  if (!asked()) ::_exit(kNeverAsked);
  auto request = request_from(read_all(0));
  if (!request) return 2;
  set_limits(*request);
  // The rest of the process has nothing to tidy up: _exit spares closing the engine.
  bool written = write_all(1, SqlWorker::answer(*request));
  ::_exit(written ? 0 : 1);
}

}  // namespace lake
