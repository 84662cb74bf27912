// The Terraform provider: plugin protocol 6 over gRPC, generic over the declared kinds.
//
// OpenTofu starts this executable, reads one handshake line from its standard output, and then
// speaks gRPC over a Unix socket with mutual TLS. It does so three times a plan, so starting is
// kept below 20 ms and no engine is linked in here.
//
// Parts, from the wire up: value.h (MessagePack and JSON of Terraform's values), change.h (plan and
// states as pure functions on JSON; the place to read first, with tests/change_test.cc),
// schema_internal.h, diagnostics.h, service_internal.h (the calls), handshake_internal.h.
// Threads: gRPC calls service methods from many; ten operations at once are usual.
// Failure: every error is a diagnostic, with the attribute's path where there is one. Nothing here
// keeps state between calls but the connection to the playground's daemon.
#pragma once

namespace provider {

/// The variable that OpenTofu sets for a plugin, and its value.
inline constexpr const char* kCookieName = "TF_PLUGIN_MAGIC_COOKIE";
inline constexpr const char* kCookieValue =
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// Whether this process was started as a plugin.
bool started_as_plugin();

/// Serves until the host asks to end or dies. Returns the process's exit status.
int serve();

}  // namespace provider
