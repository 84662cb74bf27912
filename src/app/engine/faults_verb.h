// `hriste world faults`: the ledger's rows as a table, JSON lines or CSV, or how many there are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/engine/chosen_world.h"
#include "world/ledger.h"

namespace app {

class FaultsVerb {
 public:
  /// The object must outlive the parsing.
  void add_to(CLI::App& command);
  base::Status run() const;

 private:
  base::Result<std::vector<world::LedgerRange>> ranges(const world::World& world) const;
  base::Result<world::LedgerRange> range(const world::World& world, world::Table table) const;
  base::Status print_rows(const world::World& world,
                          const std::vector<world::LedgerRange>& ranges) const;
  base::Status print_summary(const world::World& world,
                             const std::vector<world::LedgerRange>& ranges) const;
  bool wanted(world::Fault fault) const;

  ChosenWorld chosen_;
  std::string table_, rows_, from_, to_, cut_, format_, out_;
  std::vector<std::string> faults_;
};

}  // namespace app
