#include "formats/raw/raw_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/raw/charset.h"
#include "formats/text/column_writer.h"
#include "formats/text/line_reader.h"
#include "formats/text/option_values.h"

namespace thalweg::formats::raw {
namespace {

using data::Type;
using data::TypeRoot;

constexpr OptionDoc kOptions[] = {
    {"charset", "UTF-8", "The character set of texts: UTF-8, ISO-8859-1 or US-ASCII."},
    {"endianness", "big-endian", "The order of a number's bytes: big-endian or little-endian."},
};

struct RawOptions {
  Charset charset = Charset::kUtf8;
  bool little_endian = false;
};

Result<RawOptions> ParseRawOptions(const FormatOptions& options) {
  RawOptions o;
  if (const std::string* v = text::FindOption(options, "charset")) {
    const auto charset = CharsetByName(*v);
    if (!charset) {
      return Status::NotSupported(fmt::format("option 'raw.charset' = '{}'", *v));
    }
    o.charset = *charset;
  }
  if (const std::string* v = text::FindOption(options, "endianness")) {
    if (*v != "big-endian" && *v != "little-endian") {
      return Status::InvalidSql(fmt::format(
          "option 'raw.endianness' must be big-endian or little-endian, but is '{}'", *v));
    }
    o.little_endian = *v == "little-endian";
  }
  return o;
}

/// Bytes of a number or boolean; 0: text or bytes of any length; -1: not supported.
int WidthOf(const Type& type) {
  switch (type.root()) {
    case TypeRoot::kChar:
    case TypeRoot::kVarchar:
    case TypeRoot::kBinary:
    case TypeRoot::kVarbinary:
      return 0;
    case TypeRoot::kBoolean:
    case TypeRoot::kTinyint:
      return 1;
    case TypeRoot::kSmallint:
      return 2;
    case TypeRoot::kInt:
    case TypeRoot::kFloat:
      return 4;
    case TypeRoot::kBigint:
    case TypeRoot::kDouble:
      return 8;
    default:
      return -1;
  }
}

/// Turns the first `width` bytes round; the others must be zero and stay so.
void ReverseBytes(char (&bytes)[8], int width) {
  uint64_t number;
  std::memcpy(&number, bytes, sizeof(number));
  number = __builtin_bswap64(number) >> (64 - 8 * width);
  std::memcpy(bytes, &number, sizeof(number));
}

class RawDecoder : public StreamDecoder {
 public:
  RawDecoder(const DecodeTarget& target, const RawOptions& options)
      : options_(options), type_(target.physical[0].type), writer_(type_) {
    read_ = !target.schema.empty();
  }

  void Seek(const DecodePosition& position) override { lines_.Seek(position); }
  Status Feed(data::BufferPtr chunk, bool last) override {
    return lines_.Feed(std::move(chunk), last);
  }
  DecodePosition position() const override { return lines_.position(); }
  int64_t skipped() const override { return 0; }

  Result<State> Next(int32_t max_rows, data::Batch* batch) override {
    text::LineReader::Line line;
    if (!lines_.Peek(&line)) return lines_.last() ? State::kEnd : State::kNeedInput;
    writer_.Start(max_rows);
    std::vector<data::BufferPtr> owners;
    int32_t rows = 0;
    do {
      if (owners.empty() || owners.back() != *line.owner) owners.push_back(*line.owner);
      if (!ReadValue(line, rows)) {
        if (rows > 0) break;
        return Status::BadData(fmt::format("expected {} byte{} for {}, found {}{}", WidthOf(type_),
                                           WidthOf(type_) == 1 ? "" : "s", type_.ToSummary(),
                                           line.text.size(), lines_.Where(line.text.data())));
      }
      lines_.Take();
      ++rows;
    } while (rows < max_rows && lines_.Peek(&line));
    *batch = data::Batch();
    batch->size = rows;
    if (read_) batch->columns.push_back(writer_.Finish(rows, owners));
    return State::kBatch;
  }

 private:
  bool ReadValue(const text::LineReader::Line& line, int32_t row) {
    const std::string_view bytes = line.text;
    const int width = WidthOf(type_);
    if (width > 0) {
      if (bytes.size() != static_cast<size_t>(width)) return false;
      char value[8] = {};
      std::copy(bytes.begin(), bytes.end(), value);
      if (!options_.little_endian) ReverseBytes(value, width);
      SetNumber(value, row);
      return true;
    }
    if (type_.is_binary() || (line.valid_utf8 && options_.charset == Charset::kUtf8)) {
      writer_.Set(row, bytes);
      return true;
    }
    decoded_.clear();
    DecodeText(options_.charset, bytes, &decoded_);
    writer_.SetString(row, decoded_);
    return true;
  }

  template <typename T>
  void Set(const char* little_endian, int32_t row) {
    T v;
    std::memcpy(&v, little_endian, sizeof(T));
    writer_.Set(row, v);
  }
  void SetNumber(const char* v, int32_t row) {
    switch (type_.root()) {
      case TypeRoot::kBoolean:
        return writer_.Set<uint8_t>(row, *v != 0);
      case TypeRoot::kTinyint:
        return Set<int8_t>(v, row);
      case TypeRoot::kSmallint:
        return Set<int16_t>(v, row);
      case TypeRoot::kInt:
        return Set<int32_t>(v, row);
      case TypeRoot::kFloat:
        return Set<float>(v, row);
      case TypeRoot::kBigint:
        return Set<int64_t>(v, row);
      default:
        return Set<double>(v, row);
    }
  }

  const RawOptions options_;
  const Type type_;
  text::ColumnWriter writer_;
  bool read_;
  text::LineReader lines_;
  std::string decoded_;
};

class RawEncoder : public StreamEncoder {
 public:
  explicit RawEncoder(const RawOptions& options) : options_(options) {}

  Status Begin(std::string*) override { return Status::OK(); }
  Status Finish(std::string*) override { return Status::OK(); }
  Status Encode(const data::Batch& batch, std::string* out) override {
    const data::Column& c = *batch.columns[0];
    const int width = WidthOf(c.type());
    const data::Rows rows = batch.rows();
    for (int32_t k = 0; k < rows.count(); ++k) {
      const int32_t row = rows[k];
      if (c.IsNull(row)) return Status::Evaluation("the raw format cannot write NULL");
      if (width == 0) {
        const auto v = c.At<std::string_view>(row);
        if (c.type().is_binary()) {
          out->append(v);
        } else {
          EncodeText(options_.charset, v, out);
        }
      } else {
        char value[8] = {};
        std::memcpy(value,
                    c.storage().values<char>() + static_cast<int64_t>(c.StorageIndex(row)) * width,
                    static_cast<size_t>(width));
        if (!options_.little_endian) ReverseBytes(value, width);
        out->append(value, static_cast<size_t>(width));
      }
      out->push_back('\n');
    }
    return Status::OK();
  }

 private:
  const RawOptions options_;
};

Status Validate(const data::Schema& physical, const FormatOptions& options) {
  TW_RETURN_IF_ERROR(ParseRawOptions(options).status());
  if (physical.size() != 1) {
    return Status::InvalidSql(fmt::format(
        "the raw format needs exactly one physical column, but the table has {}", physical.size()));
  }
  if (WidthOf(physical[0].type) < 0) {
    return Status::InvalidSql(fmt::format("the raw format cannot represent column '{}' of type {}",
                                          physical[0].name, physical[0].type.ToSummary()));
  }
  return Status::OK();
}

Result<std::unique_ptr<StreamDecoder>> MakeDecoder(const DecodeTarget& target,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(target.physical, options));
  TW_ASSIGN_OR_RETURN(const RawOptions parsed, ParseRawOptions(options));
  return std::unique_ptr<StreamDecoder>(std::make_unique<RawDecoder>(target, parsed));
}

Result<std::unique_ptr<StreamEncoder>> MakeEncoder(const data::Schema& schema,
                                                   const FormatOptions& options,
                                                   const FormatContext&) {
  TW_RETURN_IF_ERROR(Validate(schema, options));
  TW_ASSIGN_OR_RETURN(const RawOptions parsed, ParseRawOptions(options));
  return std::unique_ptr<StreamEncoder>(std::make_unique<RawEncoder>(parsed));
}

}  // namespace

const Format& RawFormat() {
  static constexpr Format kFormat = {.identifier = "raw",
                                     .options = kOptions,
                                     .validate = Validate,
                                     .make_decoder = MakeDecoder,
                                     .make_encoder = MakeEncoder};
  return kFormat;
}

}  // namespace thalweg::formats::raw
