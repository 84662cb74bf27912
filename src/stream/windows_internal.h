// Inside the room: windows whose rows come in the order of time.
#pragma once

#include "stream/windows.h"

namespace stream {

std::unique_ptr<Windows> make_sliding_windows(Ticks size, std::vector<AggregateKind> aggregates);
/// A session ends `timeout` after its last row, or at a multiple of `duration` since 0001-01-01 at
/// which it has lasted that long; then it goes on as the next one.
std::unique_ptr<Windows> make_session_windows(Ticks timeout, Ticks duration,
                                              std::vector<AggregateKind> aggregates);

}  // namespace stream
