// Which of the resources that have had a name a request means. A name says what a resource is for;
// its incarnation, which one of those that were made under it.
#pragma once

#include <string>
#include <utility>

namespace kinds {

struct Meant {
  enum class What {
    kAny,   ///< whichever is there: requests by hand
    kNew,   ///< one that is to be made: nobody knows another of that name
    kThis,  ///< the one of `incarnation`
    kKnow,  ///< whichever is there, to be known from now on: an import
  };
  What what = What::kAny;
  std::string incarnation = {};  ///< of kThis; empty for those of the first catalogues

  static Meant to_make() { return {.what = What::kNew}; }
  static Meant one(std::string incarnation) {
    return {.what = What::kThis, .incarnation = std::move(incarnation)};
  }
  static Meant import() { return {.what = What::kKnow}; }
};

}  // namespace kinds
