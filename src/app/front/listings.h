// Verbs that list what there is.
#pragma once

#include "app/front/show.h"
#include "client/playground.h"

namespace app {

/// The lake's tables: bronze, silver, gold.
int tables_verb(client::Playground& playground, const ListingOptions& options);
/// What starts pipelines by itself, with its next moment.
int triggers_verb(client::Playground& playground, const ListingOptions& options);
/// The runs that are remembered, newest first.
int runs_verb(client::Playground& playground, const ListingOptions& options);
int resources_verb(client::Playground& playground, const ListingOptions& options);
int models_verb(client::Playground& playground, const ListingOptions& options);
int world_hash_verb(client::Playground& playground, const ListingOptions& options);

}  // namespace app
