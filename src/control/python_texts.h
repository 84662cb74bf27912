// The files in python/, embedded: what runs a Python notebook.
#pragma once

#include <string_view>

namespace control {

extern const std::string_view kRunner;        ///< runner.py
extern const std::string_view kPreamble;      ///< preamble.py
extern const std::string_view kRequirements;  ///< requirements.txt
extern const std::string_view kTrim;          ///< trim.py

}  // namespace control
