// The one place where nlohmann's JSON is compiled whole (see headers.h).
#include <nlohmann/json.hpp>

template class nlohmann::basic_json<>;
