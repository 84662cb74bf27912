// Where the rules of time zones are read from.
#pragma once

namespace base {

/// On a machine without /usr/share/zoneinfo, those that are shipped beside the running executable
/// (../share/hriste/zoneinfo), by $TZDIR, which what it starts inherits. A TZDIR that is set stays.
/// Call first in main(): it sets a variable.
void use_shipped_time_zones();

}  // namespace base
