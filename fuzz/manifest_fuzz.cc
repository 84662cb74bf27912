// A stream job's manifest that something else wrote: damaged, no commit, or one that can be folded
// and committed on.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "fuzz_dir.h"
#include "lake/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::Dir dir;
  base::Env& env = base::Env::real();
  std::string folder = dir.path() + "/_manifests/job";
  CHECK(env.remove_tree(folder).has_value() && env.make_dirs(folder).has_value());
  std::string bytes(reinterpret_cast<const char*>(data), size);
  CHECK(env.write_file(folder + "/00000000000000000000.json", bytes + "\n").has_value());
  (void)lake::read_manifests(env, dir.path());
  auto log = lake::ManifestLog::open(env, dir.path(), "job");
  if (!log) return 0;
  lake::ManifestCommit commit;
  commit.definition = "next";
  auto committed = (*log)->commit(commit);
  CHECK(committed.has_value(), "{}", committed.error().message);
  return 0;
}
