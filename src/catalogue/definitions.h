// What there is, as typed definitions (kinds/definition.h). Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalogue/catalogue.h"
#include "kinds/definition.h"
#include "kinds/lake.h"

namespace catalogue {

/// A resource whose attributes could be read.
template <typename D>
struct Defined : D {
  bool ready = false;       ///< false: creation has begun and has not ended yet
  std::string incarnation;  ///< of its creation
};

class Definitions {
 public:
  explicit Definitions(Catalogue& catalogue) : catalogue_(catalogue) {}

  /// Of one kind, in order of creation, those that have only begun too. What is damaged is left
  /// out: it is a failed resource, and nobody knows what it is for.
  template <typename D>
  base::Result<std::vector<Defined<D>>> all() const {
    std::vector<Defined<D>> found;
    for (const auto& resource : TRY(catalogue_.list(D::kKind))) {
      auto definition = kinds::read<D>(resource.attributes);
      if (!definition) continue;
      found.push_back({std::move(*definition), resource.ready, resource.incarnation});
    }
    return found;
  }
  /// As all(); none where the catalogue can't be read.
  template <typename D>
  std::vector<Defined<D>> all_or_none() const {
    return all<D>().value_or(std::vector<Defined<D>>());
  }

  /// nullopt: there is none. Errors: kDataLoss with why, when it is damaged.
  template <typename D>
  base::Result<std::optional<Defined<D>>> find(const std::string& name) const {
    auto resource = TRY(catalogue_.get(D::kKind, name));
    if (!resource) return std::nullopt;
    if (!resource->failed.empty()) {
      return base::error(base::Code::kDataLoss, "{}", resource->failed);
    }
    return Defined<D>{TRY(kinds::read<D>(resource->attributes)), resource->ready,
                      resource->incarnation};
  }

  /// What a ref names. Errors: kFailedPrecondition naming it, when there is none or it is failed.
  template <typename D>
  base::Result<Defined<D>> get(const kinds::RefTo<D>& ref) const {
    Resource resource = TRY(usable(D::kKind, ref.name()));
    return Defined<D>{TRY(kinds::read<D>(resource.attributes)), resource.ready,
                      resource.incarnation};
  }

  /// kNotFound that `noun` "NAME" does not exist, with the nearest of the kind's names: for what a
  /// person asked for.
  base::Error unknown(const std::string& kind, std::string_view noun,
                      const std::string& name) const;

  /// "bronze" of a lake. Errors: as get().
  base::Result<std::string> tier_of(const kinds::RefTo<kinds::Lake>& lake) const {
    return TRY(get(lake)).tier;
  }

 private:
  /// "; did you mean 'NAME'?" or nothing.
  std::string nearest(const std::string& kind, const std::string& name) const;
  base::Result<Resource> usable(const std::string& kind, const std::string& name) const;

  Catalogue& catalogue_;
};

}  // namespace catalogue
