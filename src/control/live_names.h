// Names of what live.h holds, for those who only pass it on.
#pragma once

namespace kinds {
struct Database;
}
namespace load {
class LiveLoad;
}
namespace sqldb {
class Database;
}
namespace stream {
class Job;
}

namespace control {

template <typename T>
class Registry;
template <typename T, typename D>
class Referred;

using Databases = Referred<sqldb::Database, kinds::Database>;
using Loads = Registry<load::LiveLoad>;  ///< generators whose sink is a hub
using StreamJobs = Registry<stream::Job>;
class Worlds;

}  // namespace control
