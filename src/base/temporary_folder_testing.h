// TemporaryFolder: for tests, a fresh folder among the temporary files, removed at the end.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace thalweg {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "thalweg-test-XXXXXX").string();
    TW_CHECK(mkdtemp(path_.data()) != nullptr, path_);
  }
  ~TemporaryFolder() { TW_CHECK(FileSystem::Posix()->RemoveTree(path_).ok(), path_); }

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return JoinPath(path_, name); }

  void Write(std::string_view name, std::string_view text) const {
    auto file = FileSystem::Posix()->Create(*this / name);
    TW_CHECK(file.ok(), file.status().ToString());
    TW_CHECK((*file)->Append(text).ok(), path_);
  }
  static std::string Read(const std::string& path) {
    auto file = FileSystem::Posix()->OpenForRead(path);
    if (!file.ok()) return file.status().message();
    std::string text(static_cast<size_t>((*file)->size()), '\0');
    auto n = (*file)->ReadAt(0, static_cast<int64_t>(text.size()),
                             reinterpret_cast<uint8_t*>(text.data()));
    TW_CHECK(n.ok(), path);
    return text;
  }
  /// Paths of all files below, relative to `folder`, sorted.
  std::vector<std::string> Files(const std::string& below = "") const {
    std::vector<std::string> files;
    auto list = FileSystem::Posix()->List(below.empty() ? path_ : *this / below);
    if (!list.ok()) return {list.status().message()};
    for (const FileInfo& e : *list) {
      const std::string name = e.path.substr(path_.size() + 1);
      if (e.is_directory) {
        for (auto& f : Files(name)) files.push_back(f);
      } else {
        files.push_back(name);
      }
    }
    return files;
  }

 private:
  std::string path_;
};

}  // namespace thalweg
