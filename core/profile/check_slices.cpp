#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/profile/walk.hpp"

namespace gpswitch::profile {

using Kind = Node::Kind;

bool Checker::Walk::test(const Test& t, const TypeUse* use, std::uint32_t n, std::size_t depth) const {
    const Node& node = (*doc)[n];
    if (node.kind == Kind::array) {
        for (std::uint32_t i = n + 1; i < node.next; i = (*doc)[i].next)
            if (test(t, use, i, depth)) return true;
        return false;
    }
    if (depth < t.path.size()) {
        if (t.kind == SliceTest::Kind::type && depth + 1 == t.path.size()) {
            // A resource says itself of which type it is; else it is a choice.
            if (const std::uint32_t m = doc->member(n, t.path[depth]);
                m != 0 && (*doc)[m].kind == Kind::object)
                return test(t, use, m, depth + 1);
            for (const TypeId type : t.types) {
                std::string name(table.info(type).name);
                if (name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
                if (doc->member(
                        n, table.atoms().find(std::string(table.atoms().name(t.path[depth])) + name)) != 0)
                    return true;
            }
            return false;
        }
        const std::uint32_t m = doc->member(n, t.path[depth]);
        if (m == 0) return t.kind == SliceTest::Kind::absent;
        return test(t, nullptr, m, depth + 1);
    }
    switch (t.kind) {
        case SliceTest::Kind::equals: return equal(*t.value, n);
        case SliceTest::Kind::pattern: return matches(*t.value, n);
        case SliceTest::Kind::exists: return node.kind != Kind::null;
        case SliceTest::Kind::absent: return false;
        case SliceTest::Kind::type:
            if (const TypeId actual = node.kind == Kind::object ? type_of_resource(n) : TypeId{0};
                actual != 0)
                return std::any_of(t.types.begin(), t.types.end(),
                                   [&](TypeId type) { return table.derives(actual, type); });
            return use != nullptr && std::any_of(t.types.begin(), t.types.end(),
                                                 [&](TypeId type) { return table.derives(use->type, type); });
        case SliceTest::Kind::in_set: {
            if (!t.set->whole()) return false;
            if (node.kind == Kind::string) return t.set->has(doc->text(node));
            const auto coding = [&](std::uint32_t c) {
                const std::uint32_t system = doc->member(c, known.system), code = doc->member(c, known.code);
                return code != 0 && t.set->has(system == 0 ? std::string_view{} : text(system), text(code));
            };
            const std::uint32_t list = doc->member(n, known.coding_a);
            if (list == 0) return coding(n);
            for (std::uint32_t i = list + 1; i < (*doc)[list].next; i = (*doc)[i].next)
                if (coding(i)) return true;
            return false;
        }
        case SliceTest::Kind::unsupported: return false;
    }
    return false;
}

bool Checker::Walk::in_slice(const Rule& s, const TypeUse* use, std::uint32_t n) const {
    return std::all_of(s.tests.begin(), s.tests.end(), [&](const Test& t) { return test(t, use, n, 0); });
}

/// Whether every slice says what belongs to it; else nothing can be said of them.
bool Checker::Walk::told_apart(const Rule& sliced) {
    for (const Rule& s : sliced.slices)
        for (const Test& t : s.tests)
            if (t.kind == SliceTest::Kind::unsupported ||
                (t.kind == SliceTest::Kind::in_set && !t.set->whole()))
                return false;
    return true;
}

void Checker::Walk::slice(const Rule& sliced, const TypeUse* use, std::uint32_t array,
                          const std::vector<std::uint32_t>& items, std::vector<Overlays>& per_item,
                          const std::vector<std::size_t>& index) {
    if (sliced.slices.empty()) return;
    if (!told_apart(sliced)) {
        ++missing_slices[&sliced];
        return;
    }
    // Which slice each item is in, and how many are in each; on the stack of those around.
    const std::size_t of_item = slice_scratch.size(), of_slice = of_item + items.size();
    slice_scratch.resize(of_slice + sliced.slices.size(), 0);
    std::size_t last = 0;
    bool outside = false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        std::size_t s = 0;
        while (s < sliced.slices.size() && !in_slice(sliced.slices[s], use, items[i])) ++s;
        slice_scratch[of_item + i] = static_cast<std::uint32_t>(s);
        const auto at_item = [&](std::string_view code, const std::string& message) {
            report(Severity::error, code, (*doc)[items[i]].begin, message,
                   (*doc)[array].kind == Kind::array ? fmt::format("[{}]", index[i]) : "");
        };
        if (s == sliced.slices.size()) {
            outside = true;
            if (sliced.slicing == SliceRules::closed)
                at_item(
                    "FHIR-SLICE-003",
                    fmt::format("it belongs to no slice, and others are not allowed [{}]", sliced.source));
            continue;
        }
        if ((outside && sliced.slicing == SliceRules::open_at_end) || (sliced.ordered && s < last))
            at_item("FHIR-SLICE-004", fmt::format("the slice {} is not in its place [{}]",
                                                  sliced.slices[s].slice, sliced.source));
        last = s;
        ++slice_scratch[of_slice + s];
        per_item[index[i]].add(&sliced.slices[s]);
    }
    for (std::size_t s = 0; s < sliced.slices.size(); ++s) {
        const Rule& rule = sliced.slices[s];
        const std::size_t count = slice_scratch[of_slice + s];
        if (count < rule.min)
            report(Severity::error, "FHIR-SLICE-001", (*doc)[array].begin,
                   fmt::format("at least {} of the slice {}, not {} [{}]", rule.min, rule.slice, count,
                               rule.source));
        if (count > rule.max)
            report(Severity::error, "FHIR-SLICE-002", (*doc)[array].begin,
                   fmt::format("at most {} of the slice {}, not {} [{}]", rule.max, rule.slice, count,
                               rule.source));
        if (rule.slices.empty() || count == 0) continue;
        std::vector<std::uint32_t> inner_items;
        std::vector<std::size_t> inner_index;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (slice_scratch[of_item + i] != s) continue;
            inner_items.push_back(items[i]);
            inner_index.push_back(index[i]);
        }
        slice(rule, use, array, inner_items, per_item, inner_index);
    }
    slice_scratch.resize(of_item);
}

bool Checker::Walk::slices(std::uint32_t, const TypeUse* use, std::uint32_t array, const Overlays& inner,
                           std::vector<Overlays>& per_item) {
    std::vector<std::uint32_t>& items = slice_items;
    std::vector<std::size_t>& index = slice_index;
    items.clear();
    for (const Rule* c : inner) {
        if (c->slices.empty()) continue;
        if (items.empty()) {
            if ((*doc)[array].kind == Kind::array) {
                for (std::uint32_t i = array + 1; i < (*doc)[array].next; i = (*doc)[i].next)
                    items.push_back(i);
            } else {
                items.push_back(array);
            }
            index.resize(items.size());
            std::iota(index.begin(), index.end(), std::size_t{0});
        }
        slice(*c, use, array, items, per_item, index);
    }
    return !items.empty();
}

}  // namespace gpswitch::profile
