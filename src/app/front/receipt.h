// What a playground has, and the proof that nothing of it is left (receipt.cc).
#pragma once

#include <nlohmann/json.hpp>

#include "client/playground.h"

namespace app {

/// {"data_dir", "processes": [pid], "ports": [number], "files", "bytes"}.
nlohmann::json inventory_of(client::Playground& playground);

/// Prints what of the inventory is left now; 0: nothing, 1: something.
int print_receipt(const nlohmann::json& before);

}  // namespace app
