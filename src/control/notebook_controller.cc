// hriste_notebook: a text in the catalogue, run on apply or by hand; its last result goes with it.
#include "control/adapter.h"
#include "control/all_controllers.h"
#include "control/notebooks.h"
#include "control/text_nodes.h"
#include "kinds/notebook.h"

namespace control {

using base::Result;
using base::Status;
using kinds::Notebook;

namespace {

class NotebookController final : public Adapter<Notebook> {
 public:
  NotebookController(Notebooks& notebooks, TableMakers& makers)
      : notebooks_(notebooks), makers_(makers) {}

  Status check(const Notebook& wanted) override {
    TRY(notebooks_.check(notebook_text(wanted)));
    return {};
  }

  Status apply(Notebook& wanted, const Notebook* before, std::stop_token stop) override {
    NotebookText text = notebook_text(wanted);
    auto are_made = [&](const std::vector<lake::TableUse>& uses) {
      return makers_.wait_for_tables("notebook " + wanted.name, uses, stop);
    };
    nodes_.note(wanted.name, TRY(notebooks_.check(text, are_made)));
    // Another text's results would stand below the wrong cells.
    if (before == nullptr || before->source != wanted.source) {
      TRY(notebooks_.forget_result(wanted.name));
    }
    if (wanted.run != "apply" || notebooks_.is_as_it_ran(wanted.name, text)) return {};
    json result = TRY(notebooks_.run_and_keep(wanted.name, text, stop));
    if (result.at("state") == "succeeded") return {};
    return std::unexpected(failure_of(result));
  }

  Status start(const Notebook& notebook) override {
    auto tables = notebooks_.check(notebook_text(notebook));
    if (tables) nodes_.note(notebook.name, std::move(*tables));
    return {};
  }

  /// One that runs on apply and has no result is drift: the next apply runs it.
  Result<bool> exists(const Notebook& notebook) override {
    return notebook.run != "apply" || TRY(notebooks_.kept_result(notebook.name)).is_object();
  }

  Status remove(const Notebook& left) override {
    TRY(notebooks_.forget_result(left.name));
    nodes_.forget(left.name);
    return {};
  }

  std::vector<MapNode> nodes(const Notebook& notebook) override {
    return {nodes_.node(notebook.name, notebook.file, notebook.source)};
  }

 private:
  Notebooks& notebooks_;
  TableMakers& makers_;
  TextNodes nodes_{Notebook::kKind, "note."};
};

}  // namespace

std::unique_ptr<Adapter<Notebook>> make_notebook_controller(Notebooks& notebooks,
                                                            TableMakers& makers) {
  return std::make_unique<NotebookController>(notebooks, makers);
}

}  // namespace control
