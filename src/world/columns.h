// What the draws of the world are numbered by: value = f(seed, table, row, column). One number must
// never mean two things; adding a draw adds a number at the end, so that the others stay.
#pragma once

#include <cstdint>

#include "base/random.h"

namespace world {

/// The first key of base::CounterRandom.
enum class Draws : std::uint64_t {
  kUsers = 1,    ///< row: user id; column: UserColumn
  kVips,         ///< key of the permutation that orders users by activity, VIPs first
  kUserNames,    ///< key of the permutation behind user names
  kProducts,     ///< row: product id; column: ProductColumn
  kPopularity,   ///< key of the permutation that orders products by popularity
  kOrders,       ///< row: order id; column: OrderColumn
  kItems,        ///< row: order id; column: row id
  kUserDevices,  ///< row: user id; column: device slot, or kHomeAddress
  kSessions,     ///< row: session id; column: SessionColumn
  kBirths,       ///< key of the permutation that deals birth numbers
  kBirthPlaces,  ///< row: serial; where its days begin
};

enum UserColumn : std::uint64_t {
  kSexAndAge,    // until version 2
  kBirthDay,     // until version 2
  kBirthSerial,  // until version 2
  kFirstName,
  kSurname,
  kTown,
  kStreet,
  kHouse,
  kPhone,
  kDamage,
  kJob1,
  kJob2,
  kJob3,
  kSentence1,  // … kSentence1 + 4
  kSentence5 = kSentence1 + 4,
  kField,
  kPostcode,
  kMailHost,
};

enum ProductColumn : std::uint64_t { kNoun, kProductName, kText1 /* … kText1 + 3 */ };

enum OrderColumn : std::uint64_t { kOrderTime, kOrderUser, kOrderNoise, kOrderItems };

inline constexpr std::uint64_t kHomeAddress = 8;  ///< a column of kUserDevices

enum SessionColumn : std::uint64_t {
  kShape,  ///< number of views, star or not
  kSessionUser,
  kDevice,
  kCarrierAddress,
  kStar,
  kStarDelivery,
  kStarDelay,
  kViewColumns = 16,  ///< view v's columns begin at kViewColumns + v · kViewStride
};
enum ViewColumn : std::uint64_t { kGapAndLatency, kViewDelivery, kViewDelay, kContent, kPage };
inline constexpr std::uint64_t kViewStride = 8;

inline base::CounterRandom draws(std::uint64_t seed, Draws table) {
  return {seed, static_cast<std::uint64_t>(table), 0};
}
/// A key for a permutation.
inline std::uint64_t key(std::uint64_t seed, Draws table) { return draws(seed, table).bits(0); }

}  // namespace world
