#include "cli/job_identity.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "base/checksum.h"

namespace thalweg::cli {
namespace {

std::string Hex(uint64_t v) {
  char text[9];
  snprintf(text, sizeof text, "%08x", static_cast<uint32_t>(v));
  return text;
}

}  // namespace

std::string StateRoot() {
  const char* state = getenv("XDG_STATE_HOME");
  if (state != nullptr && *state != '\0') return std::string(state) + "/thalweg";
  const char* home = getenv("HOME");
  return home != nullptr && *home != '\0' ? std::string(home) + "/.local/state/thalweg" : "";
}

std::string ScriptIdentity(const std::string& file, const std::string& script) {
  if (file == "-") return "stdin-" + Hex(Checksum64(script));
  char* resolved = realpath(file.c_str(), nullptr);
  const std::string path = resolved != nullptr ? resolved : file;
  free(resolved);
  const size_t name = path.rfind('/') + 1;
  return path.substr(name, path.rfind('.') - name) + "-" + Hex(Checksum64(path));
}

}  // namespace thalweg::cli
