#include "core/diff/twins.hpp"

namespace gpswitch::diff {
namespace {

using record::Lines;
using record::Text;

Lines* lines_of(const Side& side) {
    if (side.prepare && !side.prepares_little) return nullptr;
    return side.source->census().source_codes ? nullptr : dynamic_cast<Lines*>(side.source);
}

/// A line up to the end of its id, as we write it: {"resourceType":"...","id":"...". Empty when it is written
/// otherwise.
Text head(const Lines::Entry& line) {
    constexpr Text kOpen = "{\"resourceType\":\"", kId = "\",\"id\":\"";
    const Text type = record::name_of(line.kind);
    Text rest = line.text;
    for (const Text part : {kOpen, type, kId}) {
        if (!rest.starts_with(part)) return {};
        rest.remove_prefix(part.size());
    }
    const std::size_t end = rest.find('"');
    // Anything that is escaped is left to who reads it.
    if (end == 0 || end == Text::npos || rest.substr(0, end).find('\\') != Text::npos) return {};
    return line.text.substr(0, line.text.size() - rest.size() + end + 1);
}

}  // namespace

Twins::Twins(const Side& before, const Side& after,
             std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs)
    : before_(lines_of(before)), after_(lines_of(after)), pairs_(std::move(pairs)) {}

record::Lines::Pass Twins::pass(bool before) {
    return [this, before](std::size_t nth, std::vector<bool>& passed) {
        const auto p = plan(nth);
        passed.resize(p->size());
        for (std::size_t i = 0; i < p->size(); ++i)
            passed[i] = before ? (*p)[i] == Read::none : (*p)[i] != Read::both;
    };
}

std::shared_ptr<const Twins::Plan> Twins::plan(std::size_t nth) {
    {
        const std::scoped_lock lock(mutex_);
        if (const auto it = plans_.find(nth); it != plans_.end()) return it->second;
    }
    auto made = std::make_shared<const Plan>(make(nth));
    const std::scoped_lock lock(mutex_);
    return plans_.emplace(nth, std::move(made)).first->second;
}

Twins::Plan Twins::take(std::size_t nth) {
    const auto p = plan(nth);
    const std::scoped_lock lock(mutex_);
    plans_.erase(nth);
    return *p;
}

Twins::Plan Twins::make(std::size_t nth) const {
    std::vector<Lines::Entry> a, b;
    if (!before_->lines(pairs_[nth].first, a) || !after_->lines(pairs_[nth].second, b) ||
        a.size() != b.size())
        return {};
    Plan plan(a.size(), Read::both);
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].kind != b[i].kind) return {};
        const Text start = head(a[i]);
        if (start.empty()) return {};
        if (a[i].text != b[i].text) {
            if (head(b[i]) != start) return {};
        } else if (a[i].kind != record::EntityKind::Patient) {
            plan[i] = a[i].grave ? Read::before : Read::none;
        }
    }
    return plan;
}

}  // namespace gpswitch::diff
