// The provider alone, for tests of this room; users have it in `hriste`.
#include <cstdio>

#include "provider/provider.h"

int main() {
  if (provider::started_as_plugin()) return provider::serve();
  std::fputs("This is a Terraform provider; OpenTofu starts it.\n", stderr);
  return 2;
}
