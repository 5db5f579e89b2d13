// Deterministic Nexmark event generator: same rules as the Nexmark Java
// generator (proportions, id ranges, hot keys, bidder quirk, padding), but
// seeded, so that every run and every engine sees identical bytes.
//
//   g++ -O3 -std=c++20 nexgen.cc -o nexgen
//   nexgen EVENTS SPLITS RATE OUTDIR FORMATS [SEED]
//     RATE     events per second of event time over all splits
//     FORMATS  comma list of: json, bin (union rows), csv (three flat tables)
//
// Output: OUTDIR/nexmark-S.json, OUTDIR/nexmark-S.bin (read by NexbinFormat.java),
// OUTDIR/{person,auction,bid}-S.csv, S = 0..SPLITS-1. All formats hold the same rows.
// As in Nexmark, split S owns a contiguous range of event ids while the event
// times of all splits start together and advance in parallel.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr int64_t kBaseMs = 1767225600000;  // 2026-01-01T00:00:00Z
constexpr int64_t kTotal = 50, kPersons = 1, kAuctions = 3;
constexpr int64_t kFirstId = 1000, kFirstCategory = 10;
constexpr int64_t kInFlight = 100, kActivePeople = 1000, kLead = 10;

struct Rng {  // splitmix64
  uint64_t s;
  uint64_t next() {
    uint64_t z = (s += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int64_t below(int64_t n) { return int64_t((unsigned __int128)next() * uint64_t(n) >> 64); }
  double unit() { return double(next() >> 11) * 0x1p-53; }
};

std::string randomString(Rng& r, int max, char special) {
  int len = 3 + int(r.below(max - 3));
  std::string s;
  while (len-- > 0) s += r.below(13) == 0 ? special : char('a' + r.below(26));
  size_t b = s.find_first_not_of(' '), e = s.find_last_not_of(' ');
  return b == std::string::npos ? "" : s.substr(b, e - b + 1);
}

// Shared read-only pools, one per run.
struct Pools {
  std::string extra;  // Java's signed remainder: characters 'H'..'z'
  std::string hotUrl[4];
  std::vector<std::string> url;
  static std::string base(Rng& r) {
    std::string u = "https://www.nexmark.com/";
    for (int i = 0; i < 3; ++i) u += randomString(r, 5, '_') + "/";
    return u + "item.htm?query=1";
  }
  explicit Pools(uint64_t seed) {
    Rng r{seed ^ 0x6e6578u};
    extra.resize(1 << 20);
    int32_t v = 0;
    for (size_t i = 0; i < extra.size(); ++i) {
      if (i % 6 == 0) v = int32_t(r.next());
      extra[i] = char('a' + v % 26);
      v /= 26;
    }
    for (auto& h : hotUrl) h = base(r);
    for (uint32_t i = 0; i < 10000; ++i) {
      std::string u = base(r);
      if (r.below(10) > 0) {
        uint32_t rev = 0;
        for (int b = 0; b < 32; ++b) rev |= (i >> b & 1) << (31 - b);
        u += "&channel_id=" + std::to_string(std::abs(int64_t(int32_t(rev))));
      }
      url.push_back(u);
    }
  }
};

struct Out {
  FILE* f = nullptr;
  std::string b;
  explicit Out(const std::string& path) {
    if (!(f = fopen(path.c_str(), "wb"))) {
      perror(path.c_str());
      exit(1);
    }
    b.reserve(1 << 20);
  }
  ~Out() {
    flush();
    fclose(f);
  }
  void flush() {
    if (fwrite(b.data(), 1, b.size(), f) != b.size()) {
      perror("write");
      exit(1);
    }
    b.clear();
  }
  void maybeFlush() {
    if (b.size() > 900000) flush();
  }
  void raw(std::string_view s) { b.append(s); }
  void ch(char c) { b.push_back(c); }
  void num(int64_t v) {
    char t[24];
    int i = 24;
    do t[--i] = char('0' + v % 10);
    while (v /= 10);
    b.append(t + i, 24 - i);
  }
  void json(std::string_view s) {  // only '\' ever needs escaping here
    for (char c : s) {
      if (c == '\\') b.push_back('\\');
      b.push_back(c);
    }
  }
  void i64(int64_t v) { b.append(reinterpret_cast<const char*>(&v), 8); }
  void str(std::string_view s) {
    uint16_t n = uint16_t(s.size());
    b.append(reinterpret_cast<const char*>(&n), 2);
    b.append(s);
  }
  void time(int64_t ms) {  // yyyy-MM-dd HH:mm:ss.SSS
    int64_t d = ms / 86400000, t = ms % 86400000;
    static thread_local int64_t day = -1;
    static thread_local char date[40];
    if (d != day) {
      day = d;
      int64_t z = d + 719468, era = z / 146097, doe = z - era * 146097;
      int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
      int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
      int64_t m = mp < 10 ? mp + 3 : mp - 9;
      snprintf(date, sizeof date, "%04d-%02d-%02d", int(yoe + era * 400 + (m <= 2)), int(m),
               int(doy - (153 * mp + 2) / 5 + 1));
    }
    b.append(date, 10);
    int h = int(t / 3600000), mi = int(t / 60000 % 60), s = int(t / 1000 % 60), f = int(t % 1000);
    const char c[] = {' ',
                      char('0' + h / 10),
                      char('0' + h % 10),
                      ':',
                      char('0' + mi / 10),
                      char('0' + mi % 10),
                      ':',
                      char('0' + s / 10),
                      char('0' + s % 10),
                      '.',
                      char('0' + f / 100),
                      char('0' + f / 10 % 10),
                      char('0' + f % 10)};
    b.append(c, sizeof c);
  }
};

struct Config {
  int64_t events, splits;
  double rate;
  std::string dir;
  bool json, csv, bin;
  uint64_t seed;
};

struct Split {
  const Config& c;
  const Pools& p;
  int64_t index, first, count;
  double delayUs;
  Rng r;

  Split(const Config& cfg, const Pools& pools, int64_t i) : c(cfg), p(pools), index(i) {
    int64_t each = c.events / c.splits;
    first = each * i;
    count = i == c.splits - 1 ? c.events - first : each;
    delayUs = 1e6 / c.rate * double(c.splits);
    r.s = Rng{c.seed + uint64_t(i) * 0x1234567ull}.next();
  }

  int64_t stamp(int64_t n) const { return kBaseMs + int64_t(double(n) * delayUs) / 1000; }
  static int64_t lastAuction(int64_t id) {
    int64_t epoch = id / kTotal, off = id % kTotal;
    if (off < kPersons) return (epoch - 1) * kAuctions + kAuctions - 1;
    return epoch * kAuctions + std::min(off - kPersons, kAuctions - 1);
  }
  static int64_t lastPerson(int64_t id) { return id / kTotal * kPersons; }
  int64_t anyPerson(int64_t id) {
    int64_t people = lastPerson(id) + 1, active = std::min(people, kActivePeople);
    return people - active + r.below(active + kLead);
  }
  int64_t anyAuction(int64_t id) {
    int64_t last = lastAuction(id), min = std::max<int64_t>(last - kInFlight, 0);
    return min + r.below(last - min + 1 + kLead);
  }
  int64_t price() { return llround(pow(10.0, r.unit() * 6.0) * 100.0); }
  std::string_view extra(int64_t used, int64_t avg) {
    if (used > avg) return {};
    avg -= used;
    int64_t delta = llround(double(avg) * 0.2);
    int64_t len = avg - delta + (delta ? r.below(2 * delta) : 0);
    return std::string_view(p.extra).substr(size_t(r.below(int64_t(p.extra.size()) - len)),
                                            size_t(len));
  }

  void run() {
    auto name = [&](const char* t, const char* ext) {
      return c.dir + "/" + t + "-" + std::to_string(index) + ext;
    };
    Out *j = nullptr, *z = nullptr, *pc = nullptr, *ac = nullptr, *bc = nullptr;
    if (c.json) j = new Out(name("nexmark", ".json"));
    if (c.bin) z = new Out(name("nexmark", ".bin"));
    if (c.csv) {
      pc = new Out(name("person", ".csv"));
      ac = new Out(name("auction", ".csv"));
      bc = new Out(name("bid", ".csv"));
    }
    for (int64_t n = 0; n < count; ++n) {
      int64_t id = first + n, ts = stamp(n), rem = id % kTotal;
      if (rem < kPersons)
        person(id, ts, j, z, pc);
      else if (rem < kPersons + kAuctions)
        auction(n, id, ts, j, z, ac);
      else
        bid(id, ts, j, z, bc);
    }
    delete j;
    delete z;
    delete pc;
    delete ac;
    delete bc;
  }

  void person(int64_t id, int64_t ts, Out* j, Out* z, Out* o) {
    static const char* states[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
    static const char* cities[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                   "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
    static const char* fn[] = {"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                               "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
    static const char* ln[] = {"Shultz", "Abrams", "Spencer", "White", "Bartels",
                               "Walton", "Smith",  "Jones",   "Noris"};
    int64_t pid = lastPerson(id) + kFirstId;
    std::string nm = fn[r.below(11)];
    nm += " ";
    nm += ln[r.below(9)];
    std::string mail = randomString(r, 7, ' ');
    mail += "@" + randomString(r, 5, ' ') + ".com";
    char card[20];
    int a = int(r.below(10000)), b = int(r.below(10000)), d = int(r.below(10000)),
        e = int(r.below(10000));
    snprintf(card, sizeof card, "%04d %04d %04d %04d", a, b, d, e);
    std::string_view cc(card, 19), city = cities[r.below(10)], state = states[r.below(6)];
    auto x =
        extra(8 + int64_t(nm.size() + mail.size() + cc.size() + city.size() + state.size()), 200);
    if (j) {
      j->raw("{\"event_type\":0,\"person\":{\"id\":");
      j->num(pid);
      j->raw(",\"name\":\"");
      j->raw(nm);
      j->raw("\",\"emailAddress\":\"");
      j->raw(mail);
      j->raw("\",\"creditCard\":\"");
      j->raw(cc);
      j->raw("\",\"city\":\"");
      j->raw(city);
      j->raw("\",\"state\":\"");
      j->raw(state);
      j->raw("\",\"dateTime\":\"");
      j->time(ts);
      j->raw("\",\"extra\":\"");
      j->json(x);
      j->raw("\"},\"auction\":null,\"bid\":null}\n");
      j->maybeFlush();
    }
    if (z) {
      z->ch(0);
      z->i64(pid);
      z->str(nm);
      z->str(mail);
      z->str(cc);
      z->str(city);
      z->str(state);
      z->i64(ts);
      z->str(x);
      z->maybeFlush();
    }
    if (o) {
      o->num(pid);
      o->ch(',');
      o->raw(nm);
      o->ch(',');
      o->raw(mail);
      o->ch(',');
      o->raw(cc);
      o->ch(',');
      o->raw(city);
      o->ch(',');
      o->raw(state);
      o->ch(',');
      o->time(ts);
      o->ch(',');
      o->raw(x);
      o->ch('\n');
      o->maybeFlush();
    }
  }

  void auction(int64_t n, int64_t id, int64_t ts, Out* j, Out* z, Out* o) {
    int64_t aid = lastAuction(id) + kFirstId;
    int64_t seller = r.below(4) > 0 ? lastPerson(id) / 100 * 100 : anyPerson(id);
    seller += kFirstId;
    int64_t category = kFirstCategory + r.below(5), initial = price();
    int64_t horizon = stamp(n + kInFlight * kTotal / kAuctions) - ts;
    int64_t expires = ts + 1 + r.below(std::max<int64_t>(horizon * 2, 1));
    std::string item = randomString(r, 20, ' '), desc = randomString(r, 100, ' ');
    int64_t reserve = initial + price();
    auto x = extra(8 + int64_t(item.size() + desc.size()) + 40, 500);
    if (j) {
      j->raw("{\"event_type\":1,\"person\":null,\"auction\":{\"id\":");
      j->num(aid);
      j->raw(",\"itemName\":\"");
      j->raw(item);
      j->raw("\",\"description\":\"");
      j->raw(desc);
      j->raw("\",\"initialBid\":");
      j->num(initial);
      j->raw(",\"reserve\":");
      j->num(reserve);
      j->raw(",\"dateTime\":\"");
      j->time(ts);
      j->raw("\",\"expires\":\"");
      j->time(expires);
      j->raw("\",\"seller\":");
      j->num(seller);
      j->raw(",\"category\":");
      j->num(category);
      j->raw(",\"extra\":\"");
      j->json(x);
      j->raw("\"},\"bid\":null}\n");
      j->maybeFlush();
    }
    if (z) {
      z->ch(1);
      z->i64(aid);
      z->str(item);
      z->str(desc);
      z->i64(initial);
      z->i64(reserve);
      z->i64(ts);
      z->i64(expires);
      z->i64(seller);
      z->i64(category);
      z->str(x);
      z->maybeFlush();
    }
    if (o) {
      o->num(aid);
      o->ch(',');
      o->raw(item);
      o->ch(',');
      o->raw(desc);
      o->ch(',');
      o->num(initial);
      o->ch(',');
      o->num(reserve);
      o->ch(',');
      o->time(ts);
      o->ch(',');
      o->time(expires);
      o->ch(',');
      o->num(seller);
      o->ch(',');
      o->num(category);
      o->ch(',');
      o->raw(x);
      o->ch('\n');
      o->maybeFlush();
    }
  }

  void bid(int64_t id, int64_t ts, Out* j, Out* z, Out* o) {
    static const char* hot[] = {"Google", "Facebook", "Baidu", "Apple"};
    int64_t auction = r.below(2) > 0 ? lastAuction(id) / 100 * 100 : anyAuction(id);
    auction += kFirstId;
    int64_t bidder = r.below(4) > 0 ? lastPerson(id) / 100 * 100 + 1 : anyPerson(id);
    bidder += 2 * kFirstId;  // Nexmark adds the first person id twice
    int64_t pr = price();
    char buf[24];
    std::string_view channel, url;
    if (r.below(2) > 0) {
      int64_t h = r.below(4);
      channel = hot[h];
      url = p.hotUrl[h];
    } else {
      int64_t k = r.below(10000);
      channel = std::string_view(buf, size_t(snprintf(buf, sizeof buf, "channel-%d", int(k))));
      url = p.url[size_t(k)];
    }
    auto x = extra(32, 100);
    if (j) {
      j->raw("{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":");
      j->num(auction);
      j->raw(",\"bidder\":");
      j->num(bidder);
      j->raw(",\"price\":");
      j->num(pr);
      j->raw(",\"channel\":\"");
      j->raw(channel);
      j->raw("\",\"url\":\"");
      j->raw(url);
      j->raw("\",\"dateTime\":\"");
      j->time(ts);
      j->raw("\",\"extra\":\"");
      j->json(x);
      j->raw("\"}}\n");
      j->maybeFlush();
    }
    if (z) {
      z->ch(2);
      z->i64(auction);
      z->i64(bidder);
      z->i64(pr);
      z->str(channel);
      z->str(url);
      z->i64(ts);
      z->str(x);
      z->maybeFlush();
    }
    if (o) {
      o->num(auction);
      o->ch(',');
      o->num(bidder);
      o->ch(',');
      o->num(pr);
      o->ch(',');
      o->raw(channel);
      o->ch(',');
      o->raw(url);
      o->ch(',');
      o->time(ts);
      o->ch(',');
      o->raw(x);
      o->ch('\n');
      o->maybeFlush();
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    fprintf(stderr, "usage: %s EVENTS SPLITS RATE OUTDIR json,bin,csv [SEED]\n", argv[0]);
    return 2;
  }
  Config c{atoll(argv[1]),
           atoll(argv[2]),
           atof(argv[3]),
           argv[4],
           strstr(argv[5], "json") != nullptr,
           strstr(argv[5], "csv") != nullptr,
           strstr(argv[5], "bin") != nullptr,
           argc > 6 ? strtoull(argv[6], nullptr, 10) : 42};
  if (c.events < 1 || c.splits < 1 || c.rate <= 0) {
    fprintf(stderr, "bad arguments\n");
    return 2;
  }
  Pools pools(c.seed);
  std::vector<std::thread> ts;
  for (int64_t i = 0; i < c.splits; ++i) ts.emplace_back([&, i] { Split(c, pools, i).run(); });
  for (auto& t : ts) t.join();
}
