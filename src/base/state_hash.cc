#include "base/state_hash.h"

namespace base {

Status add_folder(Env& env, const std::string& folder, StateHash& hash) {
  for (const auto& entry : TRY(env.list(folder))) {
    const std::string path = folder + "/" + entry.name;
    if (entry.is_dir) {
      if (env.exists(path)) TRY(add_folder(env, path, hash));  // it may have gone meanwhile
    } else if (!entry.name.ends_with("-shm")) {
      hash.add(path);
      hash.add(entry);
    }
  }
  return {};
}

}  // namespace base
