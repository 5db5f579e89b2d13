// NearestName: "did you mean ...?" for misspelt options, tables, columns and functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace thalweg {

/// The candidate that `name` was probably meant to be (letter case ignored; at most a third of the
/// letters wrong, missing, surplus or swapped), or empty. The first of equally near ones.
std::string_view NearestName(std::string_view name, std::span<const std::string_view> candidates);

/// "; did you mean 'x'?", or empty if no candidate is near.
std::string DidYouMean(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace thalweg
