// hriste_notebook: a text in the catalogue, run on apply or by hand; its last result goes with it.
#include "control/all_controllers.h"
#include "control/notebooks.h"
#include "control/text_nodes.h"

namespace control {

using base::Result;
using base::Status;

namespace {

class NotebookController final : public Controller {
 public:
  explicit NotebookController(Runtime& runtime) : runtime_(runtime) {}

  Status check(const std::string& name, const json& wanted) override {
    TRY(check_notebook(runtime_, TRY(notebook_text(name, wanted))));
    return {};
  }

  Result<json> apply(const std::string& name, const json& wanted, const json& previous,
                     std::stop_token stop) override {
    NotebookText text = TRY(notebook_text(name, wanted));
    nodes_.note(name, TRY(check_notebook(runtime_, text)));
    // Another text's results would stand below the wrong cells.
    if (!previous.is_object() || previous.value("source", "") != text.source) {
      TRY(forget_notebook_result(runtime_, name));
    }
    if (wanted.at("run") != "apply") return wanted;
    json result = TRY(run_and_keep_notebook(runtime_, name, text, stop));
    if (result.at("state") == "succeeded") return wanted;
    return base::error(base::Code::kFailedPrecondition, "{}", result.value("error", ""));
  }

  Status start(const std::string& name, const json& attributes) override {
    if (auto text = notebook_text(name, attributes)) {
      if (auto tables = check_notebook(runtime_, *text)) nodes_.note(name, std::move(*tables));
    }
    return {};
  }

  /// One that runs on apply and has no result is drift: the next apply runs it.
  Result<bool> exists(const std::string& name, const json& attributes) override {
    if (attributes.at("run") != "apply") return true;
    return TRY(kept_notebook_result(runtime_, name)).is_object();
  }

  Status remove(const std::string& name, const json&) override {
    TRY(forget_notebook_result(runtime_, name));
    nodes_.forget(name);
    return {};
  }

  std::vector<MapNode> nodes(const std::string& name, const json& attributes) override {
    return {nodes_.node(name, attributes)};
  }

 private:
  Runtime& runtime_;
  TextNodes nodes_{"hriste_notebook", "note."};
};

}  // namespace

std::unique_ptr<Controller> make_notebook_controller(Runtime& runtime) {
  return std::make_unique<NotebookController>(runtime);
}

}  // namespace control
