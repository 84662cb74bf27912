// headers.h and the test framework, for the rooms' test programs.
#include "headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
