// hriste_lake: one tier's folder below <data_dir>/lake.
#include "control/all_controllers.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class LakeController final : public Controller {
 public:
  explicit LakeController(Runtime& runtime) : runtime_(runtime) {}

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
  Status remove(const std::string&, const json& attributes) override {
    return runtime_.env.remove_tree(folder(attributes));
  }
  // The tables in it are the map's nodes, each shown by what makes it.
  std::vector<MapNode> nodes(const std::string&, const json&) override { return {}; }

 private:
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
