// SASL PLAIN with an event hub's connection string: the user is "$ConnectionString", the password
// "Endpoint=sb://…/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=KEY", with or
// without ";EntityPath=…" behind it. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace hub {

std::string connection_string(int port, std::string_view key);

/// Whether `token` (authzid NUL user NUL password) holds `key`. Takes the same time for every
/// wrong key.
bool plain_token_fits(std::string_view token, std::string_view key);

}  // namespace hub
