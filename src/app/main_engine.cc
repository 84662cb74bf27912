// hriste-engine: the daemon and the verbs that need the engine. `hriste` starts it; people don't
// have to.
#include <malloc.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "app/engine/parquet_verb.h"
#include "app/engine/verbs.h"
#include "app/engine/world_verbs.h"
#include "app/serve.h"
#include "base/time_zones.h"
#include "lake/sql_worker.h"

namespace {

/// The value behind `--data-dir`, or nullptr.
const char* data_dir_of(int argc, char** argv) {
  for (int i = 2; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], "--data-dir") == 0) return argv[i + 1];
  }
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  base::use_shipped_time_zones();
  // Threads come and go (requests, statements, captures): with the default of 8 arenas a core each
  // keeps pages of its own. Hot paths work on batches and allocate little.
  ::mallopt(M_ARENA_MAX, 2);
  if (argc >= 2 && std::strcmp(argv[1], "serve") == 0) {
    if (const char* dir = data_dir_of(argc, argv)) return app::serve(dir);
  }
  if (argc >= 2 && std::strcmp(argv[1], "sql-worker") == 0) return lake::run_sql_worker();
  if (argc >= 2 && std::strcmp(argv[1], "declared") == 0) return app::declared_verb();
  if (argc >= 2 && std::strcmp(argv[1], "parquet") == 0) return app::parquet_verb(argc, argv);
  if (argc >= 2 && std::strcmp(argv[1], "generate") == 0) return app::generate_verb(argc, argv);
  if (argc >= 2 && std::strcmp(argv[1], "world") == 0) return app::world_verb(argc, argv);
  std::fputs(
      "usage: hriste-engine serve --data-dir DIR | generate … | world …   (see `hriste --help`)\n",
      stderr);
  return 2;
}
