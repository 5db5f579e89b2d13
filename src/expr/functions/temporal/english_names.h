// The texts of Java's US English locale: months, days of the week.
#pragma once

#include <cstdint>
#include <string_view>

namespace thalweg::expr {

inline constexpr std::string_view kMonthNames[] = {"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
/// From Monday on.
inline constexpr std::string_view kDayNames[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                 "Friday", "Saturday", "Sunday"};
/// The first three letters.
constexpr std::string_view ShortName(std::string_view name) { return name.substr(0, 3); }

}  // namespace thalweg::expr
