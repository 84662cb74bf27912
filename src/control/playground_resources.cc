// Making, changing, reading and removing one resource.
#include <algorithm>

#include "base/guarded.h"
#include "base/log.h"
#include "catalogue/incarnation.h"
#include "control/condition.h"
#include "control/playground.h"
#include "control/playground_parts.h"
#include "kinds/kinds.h"
#include "kinds/trigger.h"
#include "runs/either_stop.h"

namespace control {

using base::Code;
using base::Result;
using base::Status;
using catalogue::Catalogue;

namespace {

/// How long a put waits for what another resource still claims.
constexpr std::chrono::seconds kClaimWait{10};

std::unexpected<RequestError> refuse(base::Error error, json path = json::array()) {
  return std::unexpected(RequestError{std::move(error), std::move(path)});
}

}  // namespace

Status Playground::take_folder(const kinds::Owner& owner) {
  std::lock_guard lock(begin_mutex_);
  if (kinds::owner_of(parts_->folder.path)) return kinds::check_owner(parts_->folder.path, owner);
  return parts_->folder.env.write_file(parts_->folder.path + "/" + kinds::kOwnerFile,
                                       kinds::to_json(owner).dump() + "\n");
}

/// Failed is not missing: only what was removed behind our back isn't there. Says in `failed` what
/// is wrong with what is.
bool Playground::is_still_there(Controller& controller, Resource& stored) {
  if (parts_->failures.is_absent(stored.kind, stored.name)) return false;
  look_for_damage(parts_->damages, controller, stored);
  stored.failed = condition_of(parts_->failures, parts_->damages, &controller, stored).why;
  if (!stored.failed.empty()) return true;
  auto is_there = base::guarded([&] { return controller.exists(stored.attributes); });
  if (!is_there) stored.failed = is_there.error().message;
  return !is_there || *is_there;
}

/// After an update that failed: what it stopped runs again as it was defined before, which is what
/// the catalogue still holds.
void Playground::take_up_again(Controller& controller, Resource resource, const json& definition) {
  resource.attributes = definition;
  take_up(controller, resource);
}

/// What a put has to do.
struct Playground::Begun {
  Resource resource;  ///< as wanted
  json previous;      ///< what it was; null when it is made
  bool is_update;     ///< of what was ready: that stays in force until this has succeeded
};

/// What another resource still has may be given up by the same apply, which Terraform carries out
/// in an order of its own: so this waits for it a moment.
Status Playground::claim(std::unique_lock<std::mutex>& begin_lock, const kinds::Kind& kind,
                         const json& wanted, const kinds::Meant& meant) {
  auto& change = changing_[{kind.name, wanted.at("name")}];
  change.wanted = wanted;
  Status status;
  auto is_decided = [&] {
    status = check_claims(parts_->catalogue, changing_, kind, wanted);
    return status || status.error().code != Code::kFailedPrecondition;
  };
  const bool by_hand = meant.what == kinds::Meant::What::kAny;
  claims_changed_.notify_all();  // of those who wait for what this one gives up
  if (!is_decided() && !by_hand) claims_changed_.wait_for(begin_lock, kClaimWait, is_decided);
  change.begun = status.has_value();
  return status;
}

void Playground::end_change(const std::string& kind, const std::string& name) {
  std::lock_guard lock(begin_mutex_);
  changing_.erase({kind, name});
  claims_changed_.notify_all();
}

/// Together, so that of two new resources that exclude each other the second is refused.
Result<Playground::Begun> Playground::begin(const kinds::Kind& kind, Controller& controller,
                                            json wanted, const kinds::Meant& meant) {
  Catalogue& catalogue = parts_->catalogue;
  std::string name = wanted.at("name");
  std::unique_lock lock(begin_mutex_);
  TRY(claim(lock, kind, wanted, meant));
  auto stored = TRY(catalogue.get(kind.name, name));
  bool is_there = stored && stored->ready && is_still_there(controller, *stored);
  catalogue::Begin begin = TRY(begin_of(kind, stored, wanted, meant, is_there));
  bool goes_on = begin == catalogue::Begin::kGoOn;
  std::string incarnation = goes_on ? stored->incarnation : catalogue::new_incarnation();
  wanted["ref"] = kinds::ref(kind, wanted, incarnation).value_or("");
  TRY(controller.check(wanted));
  Begun begun{.resource = {.kind = kind.name,
                           .name = name,
                           .attributes = std::move(wanted),
                           .incarnation = std::move(incarnation),
                           .named = catalogue::names(meant) || (goes_on && stored->named)},
              .previous = stored ? stored->attributes : json(),
              .is_update = goes_on && stored->ready};
  if (begin == catalogue::Begin::kMakeAnew) {
    TRY(base::guarded([&] { return controller.remove(stored->attributes); }));
    begun.previous = nullptr;
  }
  // "Begun" first, so that a crash in the middle is seen; what was made is completed by a repeat.
  if (!begun.is_update) TRY(catalogue.put(begun.resource));
  return begun;
}

Result<Resource> Playground::make(const kinds::Kind& kind, Controller& controller, json wanted,
                                  const kinds::Meant& meant, const std::stop_token& stop) {
  auto [resource, previous, is_update] = TRY(begin(kind, controller, std::move(wanted), meant));
  auto made = base::guarded([&] { return controller.apply(resource.attributes, previous, stop); });
  if (!made) {
    if (is_update) take_up_again(controller, resource, previous);
    return std::unexpected(std::move(made).error());
  }
  resource.attributes = std::move(*made);
  resource.attributes.update(controller.where(resource.name));
  resource.ready = true;
  // Who read it meanwhile, and was told that it isn't there, doesn't know it any more.
  auto now = TRY(parts_->catalogue.get(kind.name, resource.name));
  if (is_update && now && !now->named) resource.named = false;
  TRY(parts_->catalogue.put(resource));
  return resource;
}

Result<std::unique_ptr<runs::BusyNames::Hold>> Playground::wait_for_name(const std::string& kind,
                                                                         const std::string& name) {
  std::unique_ptr<runs::BusyNames::Hold> hold = busy_.hold(kind + "/" + name);
  if (hold) return hold;
  runs::Wait wait{.who = fmt::format("{} {}", kind, name),
                  .what = "the request before it for the same resource to end",
                  .done = [&]() -> Result<bool> {
                    hold = busy_.hold(kind + "/" + name);
                    return hold != nullptr;
                  },
                  // Whatever that one waits for has a deadline of its own.
                  .progress = [] { return base::format_millis(base::SystemClock().now()); }};
  TRY(parts_->waiting.wait(wait, stop_.get_token()));
  return hold;
}

Response<Resource> Playground::put(const std::string& kind_name, const std::string& name,
                                   const json& attributes, const kinds::Meant& meant,
                                   const std::optional<kinds::Owner>& owner, std::stop_token gone) {
  const kinds::Kind* kind = kinds::find_kind(kind_name);
  Controller* controller = this->controller(kind_name);
  if (kind == nullptr || controller == nullptr) {
    return refuse({Code::kNotFound, fmt::format("there is no kind {}", kind_name)});
  }
  json given = attributes;
  given["name"] = name;
  if (auto problems = kinds::validate(*kind, given); !problems.empty()) {
    return refuse({Code::kInvalidArgument, problems.front().message, problems.front().card},
                  problems.front().path);
  }
  json wanted = kinds::normalize(*kind, given);
  if (owner) {
    if (auto taken = take_folder(*owner); !taken) return refuse(taken.error());
  }

  auto hold = wait_for_name(kind_name, name);
  if (!hold) return refuse(hold.error());
  note_apply();
  // A trigger makes nothing that others could wait for: it runs what is there.
  std::optional<runs::Creates::Active> active;
  if (kind_name != kinds::Trigger::kKind) active.emplace(parts_->making.creates);
  runs::EitherStop stop(gone, stop_.get_token());
  auto made = base::guarded(
      [&] { return make(*kind, *controller, std::move(wanted), meant, stop.token()); });
  active.reset();
  end_change(kind_name, name);
  if (!made) {
    base::log_error("control", "apply_failed", "kind={} name={} error={}", kind_name, name,
                    made.error().message);
    return refuse(made.error());
  }
  parts_->failures.forget(kind_name, name);
  note_apply();
  base::log_info("control", "applied", "kind={} name={}", kind_name, name);
  return std::move(*made);
}

Result<std::vector<std::string>> Playground::warnings(const std::string& kind_name,
                                                      const std::string& name,
                                                      const json& attributes) {
  const kinds::Kind* kind = kinds::find_kind(kind_name);
  Controller* controller = this->controller(kind_name);
  if (kind == nullptr || controller == nullptr) {
    return base::error(Code::kNotFound, "there is no kind {}", kind_name);
  }
  auto stored = TRY(parts_->catalogue.get(kind_name, name));
  json given = attributes;
  given["name"] = name;
  if (!stored || !stored->ready || !kinds::validate(*kind, given).empty()) return {};
  json wanted = kinds::normalize(*kind, given);
  return base::guarded(
      [&]() -> Result<std::vector<std::string>> { return controller->warnings(wanted); });
}

Response<json> Playground::put(const std::string& kind, const std::string& name,
                               const json& attributes) {
  return TRY(put(kind, name, attributes, {})).attributes;
}

Result<std::optional<Resource>> Playground::get(const std::string& kind, const std::string& name,
                                                const kinds::Meant& meant) {
  auto stored = TRY(parts_->catalogue.get(kind, name));
  Controller* controller = this->controller(kind);
  if (!stored || !stored->ready || controller == nullptr || !is_meant(*stored, meant)) {
    return std::nullopt;
  }
  bool is_there = is_still_there(*controller, *stored);
  // What is missing may be made again: nobody has named what there will be then.
  if (catalogue::names(meant) && stored->named != is_there) {
    TRY(parts_->catalogue.set_named(kind, name, is_there));
    stored->named = is_there;
  }
  if (!is_there) return std::nullopt;
  auto shown = base::guarded([&] { return Result<json>(controller->as_read(stored->attributes)); });
  if (shown) stored->attributes = std::move(*shown);
  stored->attributes.update(controller->where(name));
  return stored;
}

Result<std::optional<json>> Playground::get(const std::string& kind, const std::string& name) {
  auto found = TRY(get(kind, name, {}));
  if (!found) return std::nullopt;
  return std::move(found->attributes);
}

Result<bool> Playground::remove(const std::string& kind, const std::string& name,
                                const kinds::Meant& meant) {
  Controller* controller = this->controller(kind);
  auto hold = TRY(wait_for_name(kind, name));
  auto stored = TRY(parts_->catalogue.get(kind, name));
  if (stored && is_meant(*stored, meant)) {
    if (catalogue::names(meant)) TRY(parts_->catalogue.set_named(kind, name, true));
    if (controller != nullptr) {
      TRY(base::guarded([&] { return controller->remove(stored->attributes); }));
    }
    TRY(forget(*stored));
  }
  TRY(remove_absent());
  return TRY(parts_->catalogue.list()).empty();
}

Status Playground::forget(const Resource& removed) {
  const auto& [kind, name] = std::tie(removed.kind, removed.name);
  TRY(parts_->catalogue.remove(kind, name));
  parts_->failures.forget(kind, name);
  parts_->damages.forget(kind, name);
  end_change(kind, name);
  base::log_info("control", "removed", "kind={} name={} incarnation={}", kind, name,
                 removed.incarnation);
  return {};
}

/// What a Read has told Terraform to be absent, and what it couldn't create, nobody will ask to
/// remove: once nothing else is left it goes too, with what is left of its files.
Status Playground::remove_absent() {
  auto left = TRY(parts_->catalogue.list());
  for (auto& resource : left) {
    Controller* controller = this->controller(resource.kind);
    bool is_known = resource.named || controller == nullptr ||
                    (resource.ready && is_still_there(*controller, resource));
    if (is_known) return {};
  }
  for (const auto& resource : left) {
    auto hold = busy_.hold(resource.kind + "/" + resource.name);
    if (!hold) return {};  // it is being made
    Controller* controller = this->controller(resource.kind);
    TRY(base::guarded([&] { return controller->remove(resource.attributes); }));
    TRY(forget(resource));
  }
  return {};
}

}  // namespace control
