// JsonEncoder: Flink's json format as its file sink writes it: one object per line, as Jackson
// writes RowDataToJsonConverters' nodes.
#pragma once

#include <string>
#include <vector>

#include "formats/format.h"
#include "formats/json/json_options.h"

namespace thalweg::formats::json {

class JsonEncoder : public StreamEncoder {
 public:
  JsonEncoder(const data::Schema& schema, const JsonOptions& options);

  Status Begin(std::string*) override { return Status::OK(); }
  Status Encode(const data::Batch& batch, std::string* out) override;
  Status Finish(std::string*) override { return Status::OK(); }

 private:
  /// What is known of a type in advance: the names of a ROW's fields as JSON writes them.
  struct Plan {
    data::Type type;
    std::vector<std::string> names;  // "\"name\":"
    std::vector<Plan> children;
  };
  static Plan MakePlan(const data::Type& type);

  Status AppendValue(const Plan& plan, const data::Column& column, int32_t row, std::string* out);
  Status AppendMap(const Plan& plan, const data::Column& storage, int32_t index, std::string* out);
  void AppendScalar(const data::Type& type, const data::Column& storage, int32_t index,
                    std::string* out) const;

  const JsonOptions options_;
  const char separator_;  // between date and time
  std::vector<std::string> names_;
  std::vector<Plan> columns_;
};

}  // namespace thalweg::formats::json
