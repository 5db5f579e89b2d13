#include "runtime/exchange/output.h"

#include "data/gather.h"
#include "data/hash.h"

namespace thalweg::runtime {

Output::Output(graph::Distribution distribution, std::vector<int> keys,
               std::vector<Channel*> targets, int max_parallelism)
    : distribution_(distribution),
      keys_(std::move(keys)),
      targets_(std::move(targets)),
      max_parallelism_(max_parallelism),
      waiting_(targets_.size()),
      parts_(targets_.size()) {}

bool Output::Flush() {
  bool clear = true;
  for (size_t t = 0; t < targets_.size(); ++t) {
    while (!waiting_[t].empty() && targets_[t]->HasRoom()) {
      targets_[t]->Push(std::move(waiting_[t].front()));
      waiting_[t].pop_front();
      moved_ = true;
    }
    clear &= waiting_[t].empty();
  }
  return clear;
}

void Output::Put(size_t target, data::Element element) {
  if (waiting_[target].empty() && targets_[target]->HasRoom()) {
    targets_[target]->Push(std::move(element));
    moved_ = true;
  } else {
    waiting_[target].push_back(std::move(element));
  }
}

void Output::Send(data::Element element) {
  if (element.kind != data::ElementKind::kBatch) {
    for (size_t t = 0; t < targets_.size(); ++t) Put(t, element);
    return;
  }
  if (targets_.size() == 1) {
    Put(0, std::move(element));
  } else if (distribution_ == graph::Distribution::kHash) {
    Scatter(element.batch);
  } else if (distribution_ == graph::Distribution::kSingleton) {
    Put(0, std::move(element));
  } else {
    Put(next_++ % targets_.size(), std::move(element));
  }
}

void Output::Scatter(const data::Batch& batch) {
  const data::Rows rows = batch.rows();
  hashes_.resize(static_cast<size_t>(rows.count()));
  data::HashRows(batch, keys_, rows, hashes_.data());
  for (auto& p : parts_) p.clear();
  const int parallelism = static_cast<int>(targets_.size());
  for (int32_t k = 0; k < rows.count(); ++k) {
    const int group = data::KeyGroupOf(hashes_[static_cast<size_t>(k)], max_parallelism_);
    parts_[static_cast<size_t>(data::SubtaskOf(group, parallelism, max_parallelism_))].push_back(
        rows[k]);
  }
  for (size_t t = 0; t < parts_.size(); ++t) {
    const int32_t count = static_cast<int32_t>(parts_[t].size());
    if (count == 0) continue;
    data::Batch part;
    part.size = count;
    for (const auto& c : batch.columns) {
      part.columns.push_back(c->encoding() == data::Encoding::kConstant
                                 ? c->Slice(0, count)
                                 : data::Gather(*c, parts_[t].data(), count));
    }
    if (batch.kinds) {
      auto kinds = data::Buffer::Allocate(count);
      for (int32_t k = 0; k < count; ++k) {
        kinds->mutable_data()[k] = batch.kinds->data()[parts_[t][static_cast<size_t>(k)]];
      }
      part.kinds = std::move(kinds);
    }
    Put(t, data::Element::OfBatch(std::move(part)));
  }
}

}  // namespace thalweg::runtime
