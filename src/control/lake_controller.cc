// hriste_lake: one tier's folder below <data_dir>/lake.
#include "control/all_controllers.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;

namespace {

class LakeController final : public Controller {
 public:
  explicit LakeController(Runtime& runtime) : runtime_(runtime) {}

  /// A tier is one folder: a second lake in it would remove the first one's files.
  Status check(const std::string& name, const json& wanted) override {
    std::string owner = TRY(owner_of(wanted.at("tier")));
    if (owner.empty() || owner == name) return {};
    return base::error(Code::kFailedPrecondition,
                       "the tier {} is the lake \"{}\" already: one tier, one hriste_lake; use its "
                       "ref or choose another tier",
                       wanted.at("tier").get<std::string>(), owner);
  }

  Result<json> apply(const std::string&, const json& wanted, const json&,
                     std::stop_token) override {
    TRY(runtime_.env.make_dirs(folder(wanted)));
    return wanted;
  }
  Status start(const std::string&, const json& attributes) override {
    return runtime_.env.make_dirs(folder(attributes));
  }
  Result<bool> exists(const std::string&, const json& attributes) override {
    return runtime_.env.exists(folder(attributes));
  }
  Status remove(const std::string& name, const json& attributes) override {
    if (!attributes.at("tier").is_string()) return {};  // damaged: nobody knows which one it was
    if (TRY(owner_of(attributes.at("tier"))) != name) return {};
    return runtime_.env.remove_tree(folder(attributes));
  }
  // The tables in it are the map's nodes, each shown by what makes it.
  std::vector<MapNode> nodes(const std::string&, const json&) override { return {}; }

 private:
  /// The lake that has a tier: of several the one that was made first; empty when none has it.
  Result<std::string> owner_of(const std::string& tier) {
    for (const auto& lake : TRY(runtime_.catalogue->list())) {
      if (lake.kind == "hriste_lake" && lake.attributes.at("tier") == tier) return lake.name;
    }
    return std::string();
  }
  std::string folder(const json& attributes) const {
    return runtime_.lake_root() + "/" + attributes.at("tier").get<std::string>();
  }
  Runtime& runtime_;
};

}  // namespace

std::unique_ptr<Controller> make_lake_controller(Runtime& runtime) {
  return std::make_unique<LakeController>(runtime);
}

}  // namespace control
