#include "base/durable.h"

#include <filesystem>

namespace base {

Status make_durable(Env& env, const std::string& path) {
  TRY(TRY(env.open(path, Env::Open::kRead))->sync());
  return env.sync_dir(std::filesystem::path(path).parent_path().string());
}

}  // namespace base
