// Secrets stay out of logs and of what is printed.
//
// Servers and libraries echo what they were given: a connection string in an error's text, a header
// in another's. mask_secrets() is used where text leaves (the log's door, the command line's
// errors), so nobody has to think of it when an error is made.
// Thread: thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// From now on mask_secrets() knows this text, wherever it stands. Fewer than six characters are
/// too little to be told from other text, and not kept.
void keep_secret(std::string_view secret);

/// `text` with *** in place of what was kept, and of what looks like a secret:
/// `password=…`, `"token": "…"`, `sasl.password '…'`, `Authorization: …`, `Bearer …`, and the
/// password in an address (`scheme://user:…@host`, `scheme://…@host`).
std::string mask_secrets(std::string_view text);

}  // namespace base
