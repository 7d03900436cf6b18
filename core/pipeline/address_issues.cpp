#include "core/pipeline/address_issues.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

#include "core/record/address.hpp"

namespace gpswitch::pipeline {
namespace {

using record::Record;

constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// Findings without a place, by the entity that they name.
class Named {
  public:
    explicit Named(const std::vector<Issue>& issues)
        : issues_(issues), first_(issues.size(), kNone), slots_(std::bit_ceil(2 * issues.size()), kNone) {
        for (std::uint32_t i = 0; i < issues.size(); ++i) {
            if (!issues[i].member.empty() || issues[i].resource.empty()) continue;
            const std::string_view name = issues[i].resource;
            const std::size_t slash = std::min(name.find('/'), name.size());
            std::uint32_t& slot = find(name.substr(0, slash), name.substr(std::min(slash + 1, name.size())));
            if (slot == kNone) slot = i;
            first_[i] = slot;
        }
    }
    /// The first finding that names it, or kNone.
    std::uint32_t of(const record::Item& item) { return find(record::name_of(item.kind), item.entity->id); }
    /// The first that names the same as this one; kNone: it has a place, or names nothing.
    std::uint32_t first(std::size_t issue) const { return first_[issue]; }

  private:
    std::uint32_t& find(std::string_view kind, std::string_view id) {
        const std::hash<std::string_view> text;
        std::size_t at = (text(id) * 31 + kind.size()) & (slots_.size() - 1);
        for (; slots_[at] != kNone; at = (at + 1) & (slots_.size() - 1)) {
            const std::string_view name = issues_[slots_[at]].resource;
            if (name.size() == kind.size() + 1 + id.size() && name[kind.size()] == '/' &&
                name.starts_with(kind) && name.ends_with(id))
                break;
        }
        return slots_[at];
    }
    const std::vector<Issue>& issues_;
    std::vector<std::uint32_t> first_, slots_;
};

/// Of each finding without a place the row of its entity; kNone when it has none.
std::vector<std::uint32_t> own_rows(const Record& record) {
    Named named(record.issues);
    std::vector<std::uint32_t> rows(record.issues.size(), kNone), out(record.issues.size(), kNone);
    for (const record::Claim& c : record.claims) {
        if (c.role != record::Role::primary) continue;
        if (const std::uint32_t i = named.of(record.items[c.item]); i != kNone && rows[i] == kNone)
            rows[i] = c.row;
    }
    for (std::size_t i = 0; i < out.size(); ++i)
        if (const std::uint32_t first = named.first(i); first != kNone) out[i] = rows[first];
    return out;
}

void address(Issue& issue, const record::Row& row, const record::Census& census) {
    issue.member = record::member_of(census.tables[row.table], row);
    issue.line = row.line;
}

/// Findings that are kept, by what they say and of what.
class Kept {
  public:
    explicit Kept(std::vector<Issue>& issues, std::vector<std::uint32_t>& rows)
        : issues_(issues), rows_(rows), slots_(std::bit_ceil(2 * issues.size()), kNone) {}
    /// Keeps the issue unless one of those that are kept says the same.
    void add(std::uint32_t i) {
        std::size_t at = hash(i) & (slots_.size() - 1);
        for (; slots_[at] != kNone; at = (at + 1) & (slots_.size() - 1))
            if (same(slots_[at], i)) return;
        slots_[at] = size_;
        if (size_ != i) {
            issues_[size_] = std::move(issues_[i]);
            rows_[size_] = rows_[i];
        }
        ++size_;
    }
    std::uint32_t size() const { return size_; }

  private:
    std::size_t hash(std::uint32_t i) const {
        const Issue& issue = issues_[i];
        const std::hash<std::string_view> text;
        std::size_t h = text(issue.path) * 31 + issue.message.size();
        h = h * 31 + (rows_[i] == kNone ? text(issue.resource) : rows_[i]);
        return (h ^ issue.line) * 0x9E3779B97F4A7C15ull >> 16;
    }
    bool same(std::uint32_t kept, std::uint32_t i) const {
        const Issue &a = issues_[kept], &b = issues_[i];
        return rows_[kept] == rows_[i] && a.line == b.line && a.column == b.column && a.path == b.path &&
               a.message == b.message && a.code == b.code && a.member == b.member &&
               (rows_[i] != kNone || a.resource == b.resource);
    }
    std::vector<Issue>& issues_;
    std::vector<std::uint32_t>& rows_;
    std::vector<std::uint32_t> slots_;
    std::uint32_t size_ = 0;
};

}  // namespace

void name_of(const record::Item& item, std::string& to) {
    to = record::name_of(item.kind);
    (to += '/') += item.entity->id;
}

void address_issues(Record& record, const record::Census& census) {
    if (record.issues.empty()) return;
    std::vector<std::uint32_t> rows = own_rows(record);
    Kept kept(record.issues, rows);
    for (std::uint32_t i = 0; i < record.issues.size(); ++i) {
        if (rows[i] != kNone) address(record.issues[i], record.rows[rows[i]], census);
        kept.add(i);
    }
    record.issues.erase(record.issues.begin() + kept.size(), record.issues.end());
}

}  // namespace gpswitch::pipeline
