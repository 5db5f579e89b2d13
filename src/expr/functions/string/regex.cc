#include "expr/functions/string/regex.h"

#include <unordered_map>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "expr/functions/string/java_regex.h"

namespace thalweg::expr {

namespace {

/// Backtracking steps; a second of work at the most.
constexpr uint32_t kMatchLimit = 10'000'000;
constexpr uint32_t kHeapLimitKiB = 64 * 1024;
constexpr size_t kCachedPatterns = 64;

/// What a thread needs to match; made at its first match.
struct Scratch {
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(32 << 10, 1 << 20, nullptr);
  pcre2_match_data* data = nullptr;
  uint32_t pairs = 0;

  Scratch() {
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapLimitKiB);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Scratch() {
    pcre2_match_data_free(data);
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
  }
  void Reserve(uint32_t n) {
    if (n <= pairs) return;
    pcre2_match_data_free(data);
    pairs = n < 16 ? 16 : n;
    data = pcre2_match_data_create(pairs, nullptr);
  }
};

Scratch& ThreadScratch() {
  thread_local Scratch scratch;
  return scratch;
}

std::string ErrorText(int code) {
  PCRE2_UCHAR text[256];
  pcre2_get_error_message(code, text, sizeof text);
  return reinterpret_cast<const char*>(text);
}

}  // namespace

Result<std::shared_ptr<const Regex>> Regex::Compile(std::string_view pattern, bool whole) {
  TW_ASSIGN_OR_RETURN(std::string translated, JavaToPcre2(pattern));
  if (whole) {
    // A leading (*UCP) must stay in front.
    const size_t verb = translated.starts_with("(*UCP)") ? 6 : 0;
    translated = translated.substr(0, verb) + "\\A(?:" + translated.substr(verb) + ")\\z";
  }
  int error;
  PCRE2_SIZE offset;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                    PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C,
                    &error, &offset, nullptr);
  if (code == nullptr) {
    const std::string message =
        "regular expression '" + std::string(pattern) + "': " + ErrorText(error);
    // Java knows look-behinds of variable length; PCRE2 does not.
    if (error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH ||
        error == PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY) {
      return Status::NotSupported(message);
    }
    return Status::Evaluation("invalid " + message);
  }
  std::shared_ptr<Regex> regex(new Regex);
  regex->jit_ = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
  regex->pattern_ = pattern;
  regex->code_ = code;
  uint32_t groups = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  regex->groups_ = static_cast<int>(groups);
  return std::shared_ptr<const Regex>(std::move(regex));
}

Result<std::shared_ptr<const Regex>> Regex::Cached(std::string_view pattern, bool whole) {
  thread_local std::unordered_map<std::string, Result<std::shared_ptr<const Regex>>> cache;
  thread_local std::string key;
  key.assign(whole ? "w" : "f");
  key.append(pattern);
  if (auto it = cache.find(key); it != cache.end()) return it->second;
  if (cache.size() >= kCachedPatterns) cache.clear();
  return cache.emplace(key, Compile(pattern, whole)).first->second;
}

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

Result<bool> Regex::Find(std::string_view text, size_t from, const size_t** spans) const {
  Scratch& scratch = ThreadScratch();
  scratch.Reserve(static_cast<uint32_t>(groups_) + 1);
  const auto* code = static_cast<const pcre2_code*>(code_);
  const char* subject = text.empty() ? "" : text.data();
  const auto* bytes = reinterpret_cast<PCRE2_SPTR>(subject);
  const int rc =
      jit_ ? pcre2_jit_match(code, bytes, text.size(), from, 0, scratch.data, scratch.context)
           : pcre2_match(code, bytes, text.size(), from, PCRE2_NO_UTF_CHECK, scratch.data,
                         scratch.context);
  if (rc >= 0) {
    *spans = pcre2_get_ovector_pointer(scratch.data);
    return true;
  }
  if (rc == PCRE2_ERROR_NOMATCH) return false;
  return Status::Evaluation("regular expression '" + pattern_ + "' on a text of " +
                            std::to_string(text.size()) + " bytes: " + ErrorText(rc));
}

}  // namespace thalweg::expr
