#include "connectors/nexmark/nexmark_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace thalweg::connectors {
namespace {

using data::Column;
using data::ColumnPtr;
using data::Type;

/// One random stream for each kind of decision.
enum Stream : uint64_t {
  kBidAuction = 1,
  kBidder,
  kBidPrice,
  kChannel,
  kBidExtra,
  kPersonName,
  kEmailUser,
  kEmailHost,
  kCreditCard,
  kCity,
  kState,
  kPersonExtra,
  kSeller,
  kCategory,
  kInitialBid,
  kReserve,
  kExpires,
  kItemName,
  kDescription,
  kAuctionExtra,
};

// The upper half of a random number decides, the lower half chooses.
uint64_t Decide(uint64_t random, int64_t ratio) {
  return (random >> 32) * static_cast<uint64_t>(ratio) >> 32;
}
int64_t Choose(uint64_t random, int64_t bound) {
  return static_cast<int64_t>((random & 0xffffffff) * static_cast<uint64_t>(bound) >> 32);
}

/// 100 .. 10^8, its logarithm uniform.
int64_t Price(uint64_t random) {
  constexpr double kSixDecades = 13.815510557964274;  // 6 ln 10
  return std::llround(std::exp(CounterRandom::ToUnit(random) * kSixDecades) * 100);
}

/// A column for all rows, zeros (or empty strings) where nothing is filled.
std::shared_ptr<Column> ZeroColumn(const Type& type, int32_t size) {
  auto column = Column::Make(type, size);
  std::memset(
      column->mutable_values<uint8_t>(), 0,
      static_cast<size_t>(size) * static_cast<size_t>(data::PhysicalWidth(column->physical())));
  return column;
}

int FieldIndex(const Type& row, std::string_view name) {
  const auto& fields = row.fields();
  const auto found = std::ranges::find(fields, name, &data::Field::name);
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

/// The fields of a ROW that are read, to be filled row by row.
class RowFields {
 public:
  RowFields(const Type& type, int32_t size) : type_(type) {
    for (const auto& f : type.fields()) columns_.push_back(ZeroColumn(f.type, size));
  }
  int64_t* Ints(std::string_view name) {
    const int i = FieldIndex(type_, name);
    return i < 0 ? nullptr : columns_[static_cast<size_t>(i)]->mutable_values<int64_t>();
  }
  std::string_view* Strings(std::string_view name) {
    const int i = FieldIndex(type_, name);
    return i < 0 ? nullptr : columns_[static_cast<size_t>(i)]->mutable_values<std::string_view>();
  }
  /// Gives the arena's bytes and the pools to every string column.
  std::vector<ColumnPtr> Finish(data::StringArena* arena, const data::BufferPtr& pools) {
    std::shared_ptr<Column> first;
    std::vector<ColumnPtr> result;
    for (auto& c : columns_) {
      if (c->physical() == data::PhysicalType::kString) {
        if (first == nullptr) {
          first = c;
          arena->AttachTo(c.get());
          c->AddOwner(pools);
        } else {
          c->AddOwnersOf(*first);
        }
      }
      result.push_back(c);
    }
    return result;
  }

 private:
  const Type type_;
  std::vector<std::shared_ptr<Column>> columns_;
};

}  // namespace

data::Schema NexmarkSchema() {
  const Type text = Type::String(), number = Type::Bigint(), time = Type::Timestamp(3);
  return {{"event_type", Type::Int()},
          {"person", Type::Row({{"id", number},
                                {"name", text},
                                {"emailAddress", text},
                                {"creditCard", text},
                                {"city", text},
                                {"state", text},
                                {"dateTime", time},
                                {"extra", text}})},
          {"auction", Type::Row({{"id", number},
                                 {"itemName", text},
                                 {"description", text},
                                 {"initialBid", number},
                                 {"reserve", number},
                                 {"dateTime", time},
                                 {"expires", time},
                                 {"seller", number},
                                 {"category", number},
                                 {"extra", text}})},
          {"bid", Type::Row({{"auction", number},
                             {"bidder", number},
                             {"price", number},
                             {"channel", text},
                             {"url", text},
                             {"dateTime", time},
                             {"extra", text}})}};
}

NexmarkGenerator::NexmarkGenerator(const NexmarkConfig& config,
                                   std::shared_ptr<const NexmarkStrings> strings, int64_t split)
    : config_(config),
      strings_(std::move(strings)),
      first_event_(config.first_event(split)),
      random_(config.seed) {}

void NexmarkGenerator::Prepare(int64_t number, int32_t count) {
  number_ = number;
  first_id_ = first_event_ + number;
  count_ = count;
  cycles_.resize(static_cast<size_t>(count));
  offsets_.resize(static_cast<size_t>(count));
  persons_.clear();
  auctions_.clear();
  int64_t cycle = first_id_ / config_.total(), offset = first_id_ % config_.total();
  for (int32_t i = 0; i < count;) {
    const auto run = static_cast<int32_t>(std::min<int64_t>(config_.total() - offset, count - i));
    for (int32_t k = 0; k < run; ++k) {
      cycles_[static_cast<size_t>(i + k)] = cycle;
      offsets_[static_cast<size_t>(i + k)] = static_cast<int32_t>(offset) + k;
    }
    for (int64_t o = offset; o < std::min(offset + run, config_.person + config_.auction); ++o) {
      (o < config_.person ? persons_ : auctions_).push_back(i + static_cast<int32_t>(o - offset));
    }
    i += run;
    offset = 0;
    ++cycle;
  }
}

std::vector<ColumnPtr> NexmarkGenerator::Make(const data::Schema& schema, int64_t number,
                                              int32_t count) {
  Prepare(number, count);
  std::vector<ColumnPtr> columns;
  for (const data::Field& field : schema) {
    if (field.name == "event_type") {
      columns.push_back(EventType());
    } else if (field.name == "person") {
      columns.push_back(Person(field.type));
    } else if (field.name == "auction") {
      columns.push_back(Auction(field.type));
    } else {
      columns.push_back(Bid(field.type));
    }
  }
  return columns;
}

ColumnPtr NexmarkGenerator::EventType() const {
  auto column = Column::Make(Type::Int(), count_);
  auto* out = column->mutable_values<int32_t>();
  std::fill_n(out, count_, 2);
  for (const int32_t row : persons_) out[row] = 0;
  for (const int32_t row : auctions_) out[row] = 1;
  return column;
}

/// A ROW column that is not NULL in `rows` only; null: in the bids.
ColumnPtr NexmarkGenerator::MakeRow(const Type& type, const std::vector<ColumnPtr>& children,
                                    const std::vector<int32_t>* rows) const {
  auto column = Column::MakeRow(type, count_, children);
  uint8_t* validity = column->MutableValidity();
  if (rows != nullptr) {
    std::memset(validity, 0, static_cast<size_t>(count_));
    for (const int32_t row : *rows) validity[row] = 1;
  } else {
    for (const int32_t row : persons_) validity[row] = 0;
    for (const int32_t row : auctions_) validity[row] = 0;
  }
  return column;
}

// --- Bids ---

ColumnPtr NexmarkGenerator::Bid(const Type& type) const {
  std::vector<ColumnPtr> children;
  for (const auto& field : type.fields()) children.push_back(BidField(field));
  return MakeRow(type, children, nullptr);
}

ColumnPtr NexmarkGenerator::BidField(const data::Field& field) const {
  auto column = Column::Make(field.type, count_);
  if (column->physical() == data::PhysicalType::kString) {
    auto* out = column->mutable_values<std::string_view>();
    if (field.name == "extra") {
      FillBidExtras(out);
    } else {
      FillChannels(out, field.name == "url");
    }
    column->AddOwner(strings_->buffer());
    return column;
  }
  auto* out = column->mutable_values<int64_t>();
  if (field.name == "auction") {
    FillBidAuctions(out);
  } else if (field.name == "bidder") {
    FillBidders(out);
  } else if (field.name == "price") {
    FillPrices(random_.Stream(kBidPrice), out);
  } else {
    FillTimes(out);
  }
  return column;
}

void NexmarkGenerator::FillTimes(int64_t* out) const {
  for (int32_t i = 0; i < count_; ++i) out[i] = config_.TimeMs(number_ + i);
}

void NexmarkGenerator::FillBidAuctions(int64_t* out) const {
  const CounterRandom random = random_.Stream(kBidAuction);
  for (int32_t i = 0; i < count_; ++i) {
    const auto k = static_cast<size_t>(i);
    const uint64_t r = random.At(id(i));
    const int64_t last = config_.LastAuction(cycles_[k], offsets_[k]);
    const int64_t hot = last / NexmarkConfig::kHotStep * NexmarkConfig::kHotStep;
    const int64_t least = std::max<int64_t>(last - NexmarkConfig::kInFlightAuctions, 0);
    const int64_t any = least + Choose(r, last - least + 1 + NexmarkConfig::kLead);
    out[i] = NexmarkConfig::kFirstAuctionId + (Decide(r, config_.hot_auctions) > 0 ? hot : any);
  }
}

int64_t NexmarkGenerator::AnyPerson(int64_t last_person, uint64_t random) const {
  const int64_t people = last_person + 1;
  const int64_t active = std::min(people, NexmarkConfig::kActivePeople);
  return people - active + Choose(random, active + NexmarkConfig::kLead);
}

void NexmarkGenerator::FillBidders(int64_t* out) const {
  const CounterRandom random = random_.Stream(kBidder);
  for (int32_t i = 0; i < count_; ++i) {
    const auto k = static_cast<size_t>(i);
    const uint64_t r = random.At(id(i));
    const int64_t last = config_.LastPerson(cycles_[k], offsets_[k]);
    const int64_t hot = last / NexmarkConfig::kHotStep * NexmarkConfig::kHotStep + 1;
    // The benchmark adds the first person's id twice.
    out[i] = 2 * NexmarkConfig::kFirstPersonId +
             (Decide(r, config_.hot_bidders) > 0 ? hot : AnyPerson(last, r));
  }
}

void NexmarkGenerator::FillPrices(CounterRandom random, int64_t* out) const {
  for (int32_t i = 0; i < count_; ++i) out[i] = Price(random.At(id(i)));
}

void NexmarkGenerator::FillChannels(std::string_view* out, bool urls) const {
  const CounterRandom random = random_.Stream(kChannel);
  for (int32_t i = 0; i < count_; ++i) {
    const uint64_t r = random.At(id(i));
    if (Decide(r, 2) > 0) {
      const auto hot = static_cast<size_t>(Choose(r, NexmarkStrings::kHot));
      out[i] = urls ? strings_->hot_url(hot) : strings_->hot_channel(hot);
    } else {
      const auto k = static_cast<size_t>(Choose(r, NexmarkStrings::kChannels));
      out[i] = urls ? strings_->url(k) : strings_->channel(k);
    }
  }
}

void NexmarkGenerator::FillBidExtras(std::string_view* out) const {
  const CounterRandom random = random_.Stream(kBidExtra);
  for (int32_t i = 0; i < count_; ++i) {
    out[i] = strings_->Extra(32, config_.bid_bytes, random.At(id(i)));
  }
}

// --- Persons and auctions ---

ColumnPtr NexmarkGenerator::Person(const Type& type) const {
  RowFields fields(type, count_);
  data::StringArena arena;
  int64_t* ids = fields.Ints("id");
  int64_t* times = fields.Ints("dateTime");
  std::string_view* texts[] = {fields.Strings("name"), fields.Strings("emailAddress"),
                               fields.Strings("creditCard"), fields.Strings("city"),
                               fields.Strings("state")};
  std::string_view* extras = fields.Strings("extra");
  const auto wanted = [](const std::string_view* column) { return column != nullptr; };
  const bool needs_texts = wanted(extras) || std::ranges::any_of(texts, wanted);
  for (const int32_t row : persons_) {
    const uint64_t n = id(row);
    const auto k = static_cast<size_t>(row);
    if (ids) ids[row] = config_.LastPerson(cycles_[k], offsets_[k]) + NexmarkConfig::kFirstPersonId;
    if (times) times[row] = config_.TimeMs(number_ + row);
    if (!needs_texts) continue;
    const auto below = [&](Stream stream, uint64_t bound) {
      return random_.Stream(stream).Below(n, bound);
    };
    const auto user = NexmarkStrings::RandomText(random_.Stream(kEmailUser), n, 7, ' ', &arena);
    const auto host = NexmarkStrings::RandomText(random_.Stream(kEmailHost), n, 5, ' ', &arena);
    char card[40];
    const uint64_t digits = random_.Stream(kCreditCard).At(n);
    for (int g = 0, at = 0; g < 4; ++g) {
      auto v = static_cast<int>((digits >> (16 * g) & 0xffff) * 10000 >> 16);
      for (int d = 3; d >= 0; --d, v /= 10) card[at + d] = static_cast<char>('0' + v % 10);
      at += 4;
      card[at++] = ' ';
    }
    char email[40];
    const char* email_end = fmt::format_to(email, "{}@{}.com", user, host);
    const std::string_view values[] = {
        strings_->name(below(kPersonName, NexmarkStrings::kNames)),
        {email, static_cast<size_t>(email_end - email)},
        {card, 19},
        NexmarkStrings::city(below(kCity, NexmarkStrings::kCities)),
        NexmarkStrings::state(below(kState, NexmarkStrings::kStates))};
    size_t bytes = 8;
    for (size_t f = 0; f < 5; ++f) {
      bytes += values[f].size();
      if (texts[f]) texts[f][row] = f == 1 || f == 2 ? arena.Add(values[f]) : values[f];
    }
    if (extras) {
      extras[row] = strings_->Extra(static_cast<int64_t>(bytes), config_.person_bytes,
                                    random_.Stream(kPersonExtra).At(n));
    }
  }
  return MakeRow(type, fields.Finish(&arena, strings_->buffer()), &persons_);
}

ColumnPtr NexmarkGenerator::Auction(const Type& type) const {
  RowFields fields(type, count_);
  data::StringArena arena;
  int64_t* ids = fields.Ints("id");
  int64_t* initial_bids = fields.Ints("initialBid");
  int64_t* reserves = fields.Ints("reserve");
  int64_t* times = fields.Ints("dateTime");
  int64_t* expires = fields.Ints("expires");
  int64_t* sellers = fields.Ints("seller");
  int64_t* categories = fields.Ints("category");
  std::string_view* items = fields.Strings("itemName");
  std::string_view* descriptions = fields.Strings("description");
  std::string_view* extras = fields.Strings("extra");
  const bool needs_texts = items || descriptions || extras;
  const int64_t horizon_events =
      NexmarkConfig::kInFlightAuctions * config_.total() / config_.auction;
  for (const int32_t row : auctions_) {
    const uint64_t n = id(row);
    const auto k = static_cast<size_t>(row);
    const auto random = [&](Stream stream) { return random_.Stream(stream).At(n); };
    const int64_t time = config_.TimeMs(number_ + row);
    if (ids)
      ids[row] = config_.LastAuction(cycles_[k], offsets_[k]) + NexmarkConfig::kFirstAuctionId;
    if (times) times[row] = time;
    if (expires) {
      const int64_t horizon = config_.TimeMs(number_ + row + horizon_events) - time;
      expires[row] = time + 1 + Choose(random(kExpires), std::max<int64_t>(horizon * 2, 1));
    }
    if (sellers) {
      const uint64_t r = random(kSeller);
      const int64_t last = config_.LastPerson(cycles_[k], offsets_[k]);
      sellers[row] = NexmarkConfig::kFirstPersonId +
                     (Decide(r, config_.hot_sellers) > 0
                          ? last / NexmarkConfig::kHotStep * NexmarkConfig::kHotStep
                          : AnyPerson(last, r));
    }
    if (categories) categories[row] = NexmarkConfig::kFirstCategory + Choose(random(kCategory), 5);
    if (initial_bids) initial_bids[row] = Price(random(kInitialBid));
    if (reserves) reserves[row] = Price(random(kInitialBid)) + Price(random(kReserve));
    if (!needs_texts) continue;
    const auto item = NexmarkStrings::RandomText(random_.Stream(kItemName), n, 20, ' ', &arena);
    const auto description =
        NexmarkStrings::RandomText(random_.Stream(kDescription), n, 100, ' ', &arena);
    if (items) items[row] = item;
    if (descriptions) descriptions[row] = description;
    if (extras) {
      const auto bytes = static_cast<int64_t>(8 + item.size() + description.size() + 40);
      extras[row] = strings_->Extra(bytes, config_.auction_bytes, random(kAuctionExtra));
    }
  }
  return MakeRow(type, fields.Finish(&arena, strings_->buffer()), &auctions_);
}

}  // namespace thalweg::connectors
