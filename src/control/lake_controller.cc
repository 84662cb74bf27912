// hriste_lake: one tier's folder below <data_dir>/lake.
#include "catalogue/definitions.h"
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/folder.h"
#include "kinds/lake.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using kinds::Lake;

namespace {

class LakeController final : public Adapter<Lake> {
 public:
  LakeController(const Folder& folder, const catalogue::Definitions& definitions)
      : folder_(folder), definitions_(definitions) {}

  /// A tier is one folder: a second lake in it would remove the first one's files.
  Status check(const Lake& wanted) override {
    std::string owner = TRY(owner_of(wanted.tier));
    if (owner.empty() || owner == wanted.name) return {};
    return base::error(Code::kFailedPrecondition,
                       "the tier {} is the lake \"{}\" already: one tier, one hriste_lake; use its "
                       "ref or choose another tier",
                       wanted.tier, owner);
  }

  Status apply(Lake& wanted, const Lake*, std::stop_token) override { return start(wanted); }
  Status start(const Lake& lake) override { return folder_.env.make_dirs(path_of(lake)); }
  Result<bool> exists(const Lake& lake) override { return folder_.env.exists(path_of(lake)); }
  Status remove(const Lake& left) override {
    if (left.tier.empty()) return {};  // damaged: nobody knows which one it was
    if (TRY(owner_of(left.tier)) != left.name) return {};
    return folder_.env.remove_tree(path_of(left));
  }
  // The tables in it are the map's nodes, each shown by what makes it.

 private:
  /// The lake that has a tier: of several the one that was made first; empty when none has it.
  Result<std::string> owner_of(const std::string& tier) {
    for (const auto& lake : TRY(definitions_.all<Lake>())) {
      if (lake.tier == tier) return lake.name;
    }
    return std::string();
  }
  std::string path_of(const Lake& lake) const { return folder_.lake() + "/" + lake.tier; }

  const Folder& folder_;
  const catalogue::Definitions& definitions_;
};

}  // namespace

std::unique_ptr<Adapter<Lake>> make_lake_controller(const Folder& folder,
                                                    const catalogue::Definitions& definitions) {
  return std::make_unique<LakeController>(folder, definitions);
}

}  // namespace control
