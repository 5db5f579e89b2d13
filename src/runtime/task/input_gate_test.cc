#include "runtime/task/input_gate.h"

#include <gtest/gtest.h>

namespace thalweg::runtime {
namespace {

using data::Element;
using Kind = InputGate::Event::Kind;

class InputGateTest : public testing::Test {
 protected:
  Channel a_{16, 1 << 20, nullptr, nullptr};
  Channel b_{16, 1 << 20, nullptr, nullptr};
  InputGate gate_{{{&a_, &b_}}};

  static Element Rows(int32_t n) {
    data::Batch batch;
    batch.size = n;
    return Element::OfBatch(batch);
  }
};

TEST_F(InputGateTest, WatermarkIsTheMinimumOfActiveChannels) {
  a_.Push(Element::Watermark(10));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone);
  b_.Push(Element::Watermark(5));
  InputGate::Event e = gate_.Next();
  EXPECT_EQ(e.kind, Kind::kWatermark);
  EXPECT_EQ(e.value, 5);
  b_.Push(Element::Idle());
  EXPECT_EQ(gate_.Next().value, 10) << "an idle channel no longer holds it back";
  b_.Push(Element::Active());
  b_.Push(Element::Watermark(7));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone) << "it never goes back";
}

TEST_F(InputGateTest, AllIdleThenActive) {
  a_.Push(Element::Idle());
  b_.Push(Element::Idle());
  EXPECT_EQ(gate_.Next().kind, Kind::kIdle);
  a_.Push(Element::Active());
  EXPECT_EQ(gate_.Next().kind, Kind::kActive);
}

TEST_F(InputGateTest, BarrierBlocksItsChannelUntilAligned) {
  a_.Push(Element::Barrier(1));
  a_.Push(Rows(3));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone) << "rows behind the barrier wait";
  b_.Push(Rows(2));
  InputGate::Event e = gate_.Next();
  ASSERT_EQ(e.kind, Kind::kBatch);
  EXPECT_EQ(e.batch.size, 2);
  b_.Push(Element::Barrier(1));
  EXPECT_EQ(gate_.Next().kind, Kind::kBarrier);
  EXPECT_EQ(gate_.Next().batch.size, 3);
}

TEST_F(InputGateTest, AnEndedChannelCountsAsAligned) {
  a_.Push(Element::Barrier(1));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone);
  b_.Push(Element::Watermark(data::kMaxWatermark));
  b_.Push(Element::End());
  EXPECT_EQ(gate_.Next().kind, Kind::kBarrier);
  a_.Push(Element::Watermark(data::kMaxWatermark));
  a_.Push(Element::End());
  InputGate::Event e = gate_.Next();
  EXPECT_EQ(e.kind, Kind::kWatermark);
  EXPECT_EQ(e.value, data::kMaxWatermark);
  EXPECT_EQ(gate_.Next().kind, Kind::kInputEnd);
  EXPECT_TRUE(gate_.all_ended());
}

TEST_F(InputGateTest, ALaterBarrierShowsThatTheOneBeforeWasGivenUp) {
  a_.Push(Element::Barrier(1));
  a_.Push(Rows(3));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone) << "b has not delivered it";
  b_.Push(Rows(2));
  b_.Push(Element::Barrier(2));
  EXPECT_EQ(gate_.Next().batch.size, 2);
  // b's barrier 1 will never come: a is read again, until its own barrier 2.
  EXPECT_EQ(gate_.Next().batch.size, 3);
  EXPECT_EQ(gate_.Next().kind, Kind::kNone);
  a_.Push(Element::Barrier(2));
  a_.Push(Rows(4));
  const InputGate::Event e = gate_.Next();
  EXPECT_EQ(e.kind, Kind::kBarrier);
  EXPECT_EQ(e.value, 2);
  EXPECT_EQ(gate_.Next().batch.size, 4);
}

TEST_F(InputGateTest, AnAbandonedBarrierThatComesLateBlocksNothing) {
  a_.Push(Element::Barrier(2));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone);
  b_.Push(Element::Barrier(1));
  b_.Push(Rows(5));
  EXPECT_EQ(gate_.Next().batch.size, 5) << "barrier 1 is dropped, and b read on";
  b_.Push(Element::Barrier(2));
  EXPECT_EQ(gate_.Next().value, 2);
}

TEST_F(InputGateTest, AnEndAlignsTheBarrierThatIsLeft) {
  a_.Push(Element::Barrier(1));
  b_.Push(Element::Barrier(2));
  EXPECT_EQ(gate_.Next().kind, Kind::kNone);
  a_.Push(Element::End());
  const InputGate::Event e = gate_.Next();
  EXPECT_EQ(e.kind, Kind::kBarrier);
  EXPECT_EQ(e.value, 2);
}

TEST(ChannelTest, OneBatchAlwaysFits) {
  Channel c(4, 10, nullptr, nullptr);
  data::Batch batch;
  batch.size = 1;
  batch.columns = {data::Column::Make(data::Type::Bigint(), 100)};
  ASSERT_TRUE(c.HasRoom());
  c.Push(Element::OfBatch(batch));
  EXPECT_FALSE(c.HasRoom());
  c.Pop();
  EXPECT_TRUE(c.HasRoom());
}

}  // namespace
}  // namespace thalweg::runtime
