#include "expr/time_zone.h"

#include <gtest/gtest.h>

#include "data/civil_time.h"

namespace thalweg::expr {
namespace {

int64_t Seconds(std::string_view text) {
  return *data::ToTimestamp(*data::ParseTimestamp(text), 0) / 1000;
}

std::shared_ptr<const TimeZone> Zone(std::string_view id) {
  auto z = TimeZone::Find(id);
  EXPECT_TRUE(z.ok()) << id;
  return z.ok() ? *z : TimeZone::Utc();
}

TEST(TimeZone, JavaNames) {
  EXPECT_EQ(Zone("GMT+8")->OffsetAt(0), 8 * 3600);
  EXPECT_EQ(Zone("GMT+8")->id(), "GMT+08:00");
  EXPECT_EQ(Zone("UTC-03:30")->OffsetAt(0), -12600);
  EXPECT_EQ(Zone("+0545")->id(), "+05:45");
  EXPECT_EQ(Zone("PST")->OffsetAt(0), -8 * 3600);
  EXPECT_EQ(Zone("Etc/GMT+8")->OffsetAt(0), -8 * 3600);
  for (const char* bad : {"", "utc", "Foo/Bar", "../etc/passwd", "+18:30", "08:00", "/etc/UTC"}) {
    EXPECT_FALSE(TimeZone::Find(bad).ok()) << bad;
  }
  EXPECT_EQ(TimeZone::FindOrGmt("Foo/Bar")->id(), "GMT");
  EXPECT_EQ(TimeZone::FindOrGmt("UTC+8")->OffsetAt(0), 0);
  EXPECT_EQ(TimeZone::FindOrGmt("GMT-3:30")->OffsetAt(0), -12600);
  EXPECT_EQ(TimeZone::FindOrGmt("Asia/Tokyo")->OffsetAt(0), 9 * 3600);
}

TEST(TimeZone, DaylightSaving) {
  auto berlin = Zone("Europe/Berlin");
  EXPECT_FALSE(berlin->fixed());
  EXPECT_EQ(berlin->OffsetAt(Seconds("2021-03-28 00:59:59")), 3600);
  EXPECT_EQ(berlin->OffsetAt(Seconds("2021-03-28 01:00:00")), 7200);
  EXPECT_EQ(berlin->AbbreviationAt(Seconds("2021-07-01")), "CEST");
  // Skipped: 02:30 becomes 03:30.
  EXPECT_EQ(berlin->OffsetOfLocal(Seconds("2021-03-28 02:30:00")), 3600);
  EXPECT_EQ(berlin->OffsetOfLocal(Seconds("2021-03-28 03:00:00")), 7200);
  // Repeated: 02:30 is first summer time, then winter time.
  EXPECT_EQ(berlin->OffsetOfLocal(Seconds("2021-10-31 02:30:00")), 7200);
  EXPECT_EQ(berlin->OffsetOfLocal(Seconds("2021-10-31 02:30:00"), TimeZone::Overlap::kLater), 3600);
  EXPECT_EQ(berlin->OffsetOfLocal(Seconds("2021-10-31 03:00:00")), 3600);
}

TEST(TimeZone, RuleGoesOnBeyondTheTable) {
  auto ny = Zone("America/New_York");
  for (const char* year : {"2030", "2099", "2450", "5000", "9998"}) {
    const std::string y = year;
    EXPECT_EQ(ny->OffsetAt(Seconds(y + "-07-01")), -4 * 3600) << y;
    EXPECT_EQ(ny->OffsetAt(Seconds(y + "-01-01")), -5 * 3600) << y;
    EXPECT_EQ(ny->OffsetOfLocal(Seconds(y + "-07-01")), -4 * 3600) << y;
  }
}

TEST(TimeZone, CursorAgreesWithTheTable) {
  auto sydney = Zone("Australia/Sydney");
  TimeZone::Cursor cursor(*sydney);
  for (int64_t t = Seconds("1890-01-01"); t < Seconds("9000-01-01"); t += 86400 * 41 + 12345) {
    ASSERT_EQ(cursor.OffsetAt(t), sydney->OffsetAt(t)) << t;
  }
  EXPECT_EQ(cursor.ToLocal(-1, 1000), -1 + 36000000);
}

}  // namespace
}  // namespace thalweg::expr
