// Clients that send to a hub from outside, as Kafka's producers do: batches in flight, answers that
// get lost, everything unanswered sent again in order.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "hub/hub.h"
#include "simulation/dice.h"
#include "simulation/hub_truth.h"

namespace simulation {

/// Every record carries its client and number in its bytes, however odd they are.
class Client {
 public:
  /// `producer` < 0: not idempotent.
  Client(int number, std::int64_t producer) : number_(number), producer_(producer) {}

  bool idempotent() const { return producer_ >= 0; }
  /// Sends a new batch, or again what has no answer yet; the answer may get lost.
  void act(hub::Hub& hub, Dice& dice, HubTruth& truth, std::vector<std::string>& trace);
  /// Exactly once, or with doubles where the protocol gives no way to know them; in order; what
  /// was acknowledged is there.
  Finding check(const HubTruth& truth, bool power_was_lost) const;
  /// Loss of power: who didn't ask for durable answers was told nothing that holds.
  void forget_unsafe_answers();
  /// Something that no client can go on from (a fenced or unknown sequence).
  const std::string& stuck() const { return stuck_; }

 private:
  struct Batch {
    int partition = 0;
    std::int32_t sequence = 0;
    std::vector<std::string> values;
    std::vector<std::int64_t> numbers;
    bool durable = false;
    int sent = 0;
    bool refused = false;  ///< it got an error
  };
  Batch next_batch(const hub::Hub& hub, Dice& dice);
  std::string value(std::int64_t number, Dice& dice) const;
  bool behind_refused(const Batch& batch) const;
  bool send(hub::Hub& hub, Batch& batch, bool answer_lost, HubTruth& truth,
            std::vector<std::string>& trace);

  int number_;
  std::int64_t producer_;
  std::int64_t next_number_ = 0;
  std::map<int, std::int32_t> next_sequence_;  ///< by partition
  std::deque<Batch> in_flight_;
  struct Answered {
    int partition = 0;
    bool durable = false;
    bool known = true;  ///< false: the power went before it was safe
    bool sent_again = false;
  };
  std::map<std::int64_t, Answered> answered_;  ///< by number
  std::string stuck_;
};

}  // namespace simulation
