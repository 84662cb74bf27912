// What most sources include and what costs most to read. The build hands it to g++ precompiled
// (cmake/precompiled.cmake); no source names it, and each includes what it uses: clang's builds do
// without it.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

// Compiled once, in json.cc, instead of in each source that touches JSON.
extern template class nlohmann::basic_json<>;
