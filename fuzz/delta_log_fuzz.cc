// A Delta table's log that another writer wrote: refused, or a snapshot that can be described.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "fuzz_dir.h"
#include "lake/delta.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::Dir dir;
  static base::SystemClock clock;
  base::Env& env = base::Env::real();
  std::string log = dir.path() + "/table/_delta_log";
  CHECK(env.make_dirs(log).has_value());
  std::string bytes(reinterpret_cast<const char*>(data), size);
  CHECK(env.write_file(log + "/00000000000000000000.json", bytes).has_value());
  auto snapshot = lake::DeltaTable(env, clock, dir.path() + "/table").snapshot();
  if (!snapshot) return 0;
  (void)snapshot->rows();
  (void)snapshot->bytes();
  return 0;
}
