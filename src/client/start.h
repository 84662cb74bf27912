// Starting the daemon, and waiting for its end.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "client/session.h"

namespace client {

/// A data folder's path as everyone has to spell it: absolute, without symbolic links, so that the
/// daemon, its lock and a receipt mean the folder that holds the data.
std::string folder_path(const std::string& given);

/// What stands at a data folder.
enum class Folder {
  kAbsent,      ///< nothing, or an empty folder
  kPlayground,  ///< a playground's
  kForeign,     ///< something else: never touched
};
Folder look_at(const std::string& data_dir);
/// kFailedPrecondition for a foreign folder, a file, and the root of the file system.
base::Status check_folder(const std::string& data_dir);
/// Whether a playground with a catalogue is there, so that a daemon would find resources.
bool has_catalogue(const std::string& data_dir);

/// The daemon that answers, or a new one: `engine serve --data-dir DIR`, detached from this
/// process. A daemon of another version than ours is asked to end and replaced. Races between
/// callers, in any process, are decided by a lock on the nearest folder above `data_dir` (no file
/// is left behind). Errors: kFailedPrecondition for a foreign folder, kUnavailable with the end of
/// the log when the daemon does not come up within ten seconds.
base::Result<std::shared_ptr<Session>> connect_or_start(const std::string& data_dir,
                                                        const std::string& engine);

/// Waits until process `pid` has ended; false after `seconds`.
bool wait_for_end(pid_t pid, double seconds);

}  // namespace client
