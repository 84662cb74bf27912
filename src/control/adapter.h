// One resource kind's behaviour, on its typed definition (kinds/definition.h). A new kind is its
// declaration and its Adapter, which is given the few things that it needs; adapted() makes the
// Controller of it that everything generic works with.
//
// Calls may have been interrupted before, and overlap, as controller.h says.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "control/controller.h"
#include "kinds/definition.h"

namespace control {

template <typename D>
class Adapter {
 public:
  virtual ~Adapter() = default;

  /// Refuses what can't be made beside what is there, before anything of it is noted or made.
  virtual base::Status check(const D&) { return {}; }
  /// Makes the resource be as `wanted`, and sets there what is computed. `before`: what the
  /// catalogue holds, as far as it can be read; null on creation.
  virtual base::Status apply(D& wanted, const D* before, std::stop_token stop) = 0;
  /// What applying `wanted` would be refused for as things are, or lose; changes nothing.
  virtual std::vector<std::string> warnings(const D&) { return {}; }
  /// Takes the resource up again after the daemon's start.
  virtual base::Status start(const D& definition) = 0;
  /// Computed attributes that tell where it is now.
  virtual json where(const std::string&) { return json::object(); }
  /// False when someone removed it behind our back (drift): the next apply makes it again.
  virtual base::Result<bool> exists(const D&) { return true; }
  /// What a read shows, where that isn't what is kept: nullopt otherwise.
  virtual std::optional<D> as_read(const D&) { return std::nullopt; }
  /// Removes what is known: members that are damaged are as nobody has set them.
  virtual base::Status remove(const D& left) = 0;
  /// Why it doesn't work although it is there; empty: it does. Asked every second while somebody
  /// looks.
  virtual std::string failure(const D&) { return {}; }
  /// Which of its files are missing or were cut, and what to do; empty: none. Reads logs and
  /// folders, so it is asked by plans, and now and then.
  virtual std::string damage(const D&) { return {}; }
  /// Nodes for the map.
  virtual std::vector<MapNode> nodes(const D&) { return {}; }
};

/// The Controller that reads definitions for an adapter and writes them.
template <typename D>
class Adapted final : public Controller {
 public:
  explicit Adapted(std::unique_ptr<Adapter<D>> adapter) : adapter_(std::move(adapter)) {}

  base::Status check(const json& wanted) override {
    return adapter_->check(TRY(kinds::read<D>(wanted)));
  }
  base::Result<json> apply(const json& wanted, const json& previous,
                           std::stop_token stop) override {
    D made = TRY(kinds::read<D>(wanted));
    std::optional<D> before;
    if (!previous.is_null()) before = kinds::read_what_is_left<D>(previous);
    TRY(adapter_->apply(made, before ? &*before : nullptr, std::move(stop)));
    return kinds::write(made);
  }
  std::vector<std::string> warnings(const json& wanted) override {
    auto definition = kinds::read<D>(wanted);
    return definition ? adapter_->warnings(*definition) : std::vector<std::string>();
  }
  base::Status start(const json& attributes) override {
    return adapter_->start(TRY(kinds::read<D>(attributes)));
  }
  json where(const std::string& name) override { return adapter_->where(name); }
  base::Result<bool> exists(const json& attributes) override {
    return adapter_->exists(TRY(kinds::read<D>(attributes)));
  }
  json as_read(const json& attributes) override {
    auto kept = kinds::read<D>(attributes);
    auto shown = kept ? adapter_->as_read(*kept) : std::nullopt;
    return shown ? kinds::write(*shown) : attributes;
  }
  base::Status remove(const json& attributes) override {
    return adapter_->remove(kinds::read_what_is_left<D>(attributes));
  }
  std::string failure(const json& attributes) override {
    auto definition = kinds::read<D>(attributes);
    return definition ? adapter_->failure(*definition) : definition.error().message;
  }
  std::string damage(const json& attributes) override {
    auto definition = kinds::read<D>(attributes);
    return definition ? adapter_->damage(*definition) : definition.error().message;
  }
  std::vector<MapNode> nodes(const json& attributes) override {
    auto definition = kinds::read<D>(attributes);
    return definition ? adapter_->nodes(*definition) : std::vector<MapNode>();
  }

 private:
  const std::unique_ptr<Adapter<D>> adapter_;
};

/// Of the map's node that stands for the resource itself, or for one that feeds it.
template <typename D>
std::string node_id(const std::string& name) {
  return std::string(D::kKind) + "." + name;
}

template <typename D>
KindController adapted(std::unique_ptr<Adapter<D>> adapter) {
  return {D::kKind, std::make_unique<Adapted<D>>(std::move(adapter))};
}

}  // namespace control
