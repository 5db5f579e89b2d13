// Where jobs keep their checkpoints, and what tells the jobs of one script from those of another.
#pragma once

#include <string>

namespace thalweg::cli {

/// $XDG_STATE_HOME/thalweg, or its default; empty without a home.
std::string StateRoot();
/// Of a script's file, by its name and place; of standard input ("-"), by its text.
std::string ScriptIdentity(const std::string& file, const std::string& script);

}  // namespace thalweg::cli
