#include "core/report/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch {
namespace {

/// A file's own name, without the folders and archives around it.
std::string_view own_name(std::string_view member) {
    const std::size_t cut = member.find_last_of("/!\\");
    return cut == std::string_view::npos ? member : member.substr(cut + 1);
}

[[noreturn]] void refuse(const std::string& name, std::uint64_t line, std::string_view why) {
    throw InputError(fmt::format("{}:{}: {}", name, line, why),
                     "a baseline is what a former run wrote with --format jsonl -o FILE");
}

std::string text_of(const nlohmann::json& j, const char* key, const std::string& name, std::uint64_t line) {
    const auto found = j.find(key);
    if (found == j.end()) return {};
    if (!found->is_string()) refuse(name, line, fmt::format("\"{}\" is not a string", key));
    return found->get<std::string>();
}

Issue finding(std::string_view text, const std::string& name, std::uint64_t line) {
    const auto j = nlohmann::json::parse(text, nullptr, false);
    if (j.is_discarded()) refuse(name, line, "not JSON");
    if (!j.is_object()) refuse(name, line, "not a finding: not an object");
    Issue issue;
    issue.code = text_of(j, "code", name, line);
    issue.member = text_of(j, "member", name, line);
    issue.resource = text_of(j, "resource", name, line);
    issue.path = text_of(j, "path", name, line);
    if (issue.code.empty()) refuse(name, line, "not a finding: it has no \"code\"");
    if (!j.contains("severity") || !j.contains("message"))
        refuse(name, line, "not a finding: it has no \"severity\" or no \"message\"");
    return issue;
}

}  // namespace

Baseline::Entry Baseline::entry(const Issue& issue) {
    const UuidText id = uuid_v5({issue.code, issue.resource, issue.path, own_name(issue.member)});
    // 122 bits of SHA-1: two findings are never taken for one by chance.
    Entry e{0, 0, 1};
    std::size_t digits = 0;
    for (const char c : id) {
        if (c == '-') continue;
        const auto digit = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        std::uint64_t& half = digits++ < 16 ? e.a : e.b;
        half = half << 4 | digit;
    }
    return e;
}

Baseline Baseline::read(std::string_view text, const std::string& name) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
    Baseline out;
    for (std::uint64_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (one.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        out.entries_.push_back(entry(finding(one, name, line)));
    }
    out.size_ = out.entries_.size();
    const auto key = [](const Entry& e) { return std::tie(e.a, e.b); };
    std::sort(out.entries_.begin(), out.entries_.end(),
              [&](const Entry& x, const Entry& y) { return key(x) < key(y); });
    std::size_t kept = 0;
    for (const Entry& e : out.entries_) {
        if (kept > 0 && key(out.entries_[kept - 1]) == key(e))
            ++out.entries_[kept - 1].count;
        else
            out.entries_[kept++] = e;
    }
    out.entries_.resize(kept);
    return out;
}

bool Baseline::has(const Issue& issue) {
    const Entry wanted = entry(issue);
    const auto found = std::lower_bound(
        entries_.begin(), entries_.end(), wanted,
        [](const Entry& x, const Entry& y) { return std::tie(x.a, x.b) < std::tie(y.a, y.b); });
    if (found == entries_.end() || found->a != wanted.a || found->b != wanted.b || found->count == 0)
        return false;
    --found->count;
    ++known_;
    return true;
}

}  // namespace gpswitch
