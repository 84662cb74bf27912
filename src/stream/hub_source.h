// An event hub as a source.
#pragma once

#include <memory>

#include "hub/hub.h"
#include "stream/source.h"

namespace stream {

std::shared_ptr<Source> make_hub_source(std::shared_ptr<hub::Hub> hub);

}  // namespace stream
