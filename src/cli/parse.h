// Parsing, and what is said of a mistake.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cli {

constexpr int kDone = 0, kNo = 1, kFailed = 2;  ///< exit statuses: done, the answer is no, not done

/// Parses. Nothing when a verb is to be run; else the exit status: kDone after a help or a version
/// that was asked for (printed to standard output), kFailed after a mistake (said on standard error
/// with the nearest name and where the help is).
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv);

/// What is wrong with a command line, for instance `hriste grade has no option --histroy; did you
/// mean '--history'?`. `app` has just thrown `mistake`.
std::string explain(const CLI::App& app, const CLI::ParseError& mistake);

/// "; did you mean 'status'?" for the name that is nearest, or nothing.
std::string nearest(const std::string& name, const std::vector<std::string>& names);

/// A value that must be one of these, in any letter case; says the nearest. For Option::transform.
CLI::Validator one_of(std::vector<std::string> choices);

}  // namespace cli
