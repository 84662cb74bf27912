// The room `wire`: Kafka's messages to and from bytes. No sockets, no files, no clock.
//
//   bytes.h         ByteReader (bounds-checked, sticky error) and ByteWriter over a std::string
//   crc32c.h        the checksum of record batches
//   compression.h   gzip, snappy (xerial framing), lz4 frames, zstd
//   record_batch.h  record batch v2: header, validation, records, builder, stamping
//   protocol.h      frames, api keys, versions, error codes
//   messages.h      requests and responses that the listener speaks
//   group_messages.h  … and those of consumer groups
//
// Invariants: everything that decodes takes bytes from a stranger. A length is compared with the
// bytes that are there before anything is allocated; what is malformed becomes kInvalidArgument.
// Threads: all types are thread-compatible values; all functions are pure.
// Formats: Kafka protocol guide (kafka.apache.org/protocol) and docs/formats/commitlog.md.
// First test to read: tests/record_batch_test.cc.
#pragma once

#include "wire/bytes.h"
#include "wire/compression.h"
#include "wire/crc32c.h"
#include "wire/group_messages.h"
#include "wire/messages.h"
#include "wire/protocol.h"
#include "wire/record_batch.h"
