#include "runtime/job_wiring.h"

#include <algorithm>
#include <utility>

#include "operators/registry.h"
#include "operators/sink_coordinator.h"
#include "operators/source_coordinator.h"
#include "runtime/exchange/channel.h"
#include "runtime/exchange/output.h"
#include "runtime/task/worker.h"

namespace thalweg::runtime {
namespace {

// Direct edges stay inside a worker; two batches let a step finish before the next one begins.
constexpr int kDirectElements = 8;

class Wirer {
 public:
  Wirer(const graph::Graph& graph, const JobOptions& options, MemoryPool* pool)
      : graph_(graph), options_(options), pool_(pool), ends_(graph.nodes.size()) {}

  Result<JobWiring> Wire() {
    int workers = 1;
    for (const graph::Node& node : graph_.nodes) {
      workers = std::max(workers, ParallelismOf(node, options_));
    }
    for (int w = 0; w < workers; ++w) {
      wiring_.workers.push_back(std::make_unique<Worker>(w, options_.clock, options_.eval));
    }
    TW_RETURN_IF_ERROR(MakeCoordinators());
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      ends_[i].outputs.resize(static_cast<size_t>(ParallelismOf(graph_.nodes[i], options_)));
    }
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (const graph::Edge& edge : graph_.nodes[i].inputs) MakeChannels(edge, i);
    }
    for (size_t i = 0; i < graph_.nodes.size(); ++i) TW_RETURN_IF_ERROR(MakeSubtasks(i));
    return std::move(wiring_);
  }

 private:
  // One node's ends of its channels.
  struct Ends {
    std::vector<std::vector<std::vector<Channel*>>> inputs;  // input, consumer, producer
    std::vector<std::vector<Output>> outputs;                // producer, edge
  };

  Status MakeCoordinators() {
    wiring_.sources.resize(graph_.nodes.size());
    wiring_.sinks.resize(graph_.nodes.size());
    const bool combines = std::ranges::any_of(
        graph_.nodes, [](const graph::Node& node) { return node.inputs.size() > 1; });
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (const auto* scan = std::get_if<graph::ScanNode>(&graph_.nodes[i].spec)) {
        TW_ASSIGN_OR_RETURN(
            wiring_.sources[i],
            operators::SourceCoordinator::Make(*scan, graph_.streaming, options_.local_time_zone,
                                               options_.file_system));
        if (!combines) wiring_.sources[i]->SetAlone();
        WakeOnNews(wiring_.sources[i].get());
      } else if (const auto* sink = std::get_if<graph::SinkNode>(&graph_.nodes[i].spec)) {
        TW_ASSIGN_OR_RETURN(wiring_.sinks[i],
                            operators::SinkCoordinator::Make(
                                *sink, graph_.streaming, options_.local_time_zone,
                                options_.file_system, options_.collector, options_.result_sink));
      }
    }
    return Status::OK();
  }

  void WakeOnNews(operators::SourceCoordinator* source) const {
    std::vector<Worker*> workers;
    for (const auto& w : wiring_.workers) workers.push_back(w.get());
    source->OnNews([workers = std::move(workers)] {
      for (Worker* w : workers) w->wakeup()->Notify();
    });
  }

  void MakeChannels(const graph::Edge& edge, size_t to) {
    const int consumers = ParallelismOf(graph_.nodes[to], options_);
    const auto from = static_cast<size_t>(edge.from);
    const int producers = ParallelismOf(graph_.nodes[from], options_);
    auto distribution = edge.distribution;
    if (distribution == graph::Distribution::kForward && producers != consumers) {
      distribution = graph::Distribution::kRebalance;
    }
    const bool direct = distribution == graph::Distribution::kForward;
    std::vector<std::vector<Channel*>> by_consumer(static_cast<size_t>(consumers));
    for (int p = 0; p < producers; ++p) {
      std::vector<Channel*> targets;
      for (int c = direct ? p : 0; c < (direct ? p + 1 : consumers); ++c) {
        const auto wakeup_of = [&](int subtask) {
          return p == c ? nullptr : wiring_.workers[static_cast<size_t>(subtask)]->wakeup();
        };
        wiring_.channels.push_back(
            std::make_unique<Channel>(direct ? kDirectElements : options_.channel_elements,
                                      options_.channel_bytes, wakeup_of(p), wakeup_of(c)));
        targets.push_back(wiring_.channels.back().get());
        by_consumer[static_cast<size_t>(c)].push_back(targets.back());
      }
      ends_[from].outputs[static_cast<size_t>(p)].emplace_back(
          distribution, edge.keys, std::move(targets), options_.max_parallelism);
    }
    ends_[to].inputs.push_back(std::move(by_consumer));
  }

  Status MakeSubtasks(size_t i) {
    const graph::Node& node = graph_.nodes[i];
    const int parallelism = ParallelismOf(node, options_);
    for (int s = 0; s < parallelism; ++s) {
      Worker* worker = wiring_.workers[static_cast<size_t>(s)].get();
      TW_ASSIGN_OR_RETURN(auto op, MakeOperator(i, worker));
      std::vector<std::vector<Channel*>> gate;
      for (auto& by_consumer : ends_[i].inputs) {
        gate.push_back(std::move(by_consumer[static_cast<size_t>(s)]));
      }
      SubtaskConfig config;
      config.name = node.name;
      config.node = static_cast<int>(i);
      config.subtask = s;
      config.parallelism = parallelism;
      config.max_parallelism = options_.max_parallelism;
      config.batch_rows = options_.batch_rows;
      worker->Add(std::make_unique<Subtask>(
          std::move(config), std::move(op), InputGate(std::move(gate)),
          std::move(ends_[i].outputs[static_cast<size_t>(s)]), worker->eval(), pool_));
    }
    return Status::OK();
  }

  Result<std::unique_ptr<operators::Operator>> MakeOperator(size_t i, Worker* worker) const {
    const graph::Node& node = graph_.nodes[i];
    if (wiring_.sources[i]) {
      return operators::MakeSourceOperator(std::get<graph::ScanNode>(node.spec), wiring_.sources[i],
                                           [worker] { worker->wakeup()->Notify(); });
    }
    if (wiring_.sinks[i]) {
      return operators::MakeSinkOperator(node, wiring_.sinks[i], options_.name);
    }
    return operators::MakeOperator(graph_, node);
  }

  const graph::Graph& graph_;
  const JobOptions& options_;
  MemoryPool* const pool_;
  JobWiring wiring_;
  std::vector<Ends> ends_;  // per node
};

}  // namespace

int ParallelismOf(const graph::Node& node, const JobOptions& options) {
  return node.parallelism > 0 ? node.parallelism : options.parallelism;
}

Result<JobWiring> WireJob(const graph::Graph& graph, const JobOptions& options, MemoryPool* pool) {
  return Wirer(graph, options, pool).Wire();
}

}  // namespace thalweg::runtime
