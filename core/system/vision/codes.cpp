#include "core/system/vision/codes.hpp"

#include "core/util/sctid.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

record::Coding& add(record::Concept& to, Arena& arena, Text system, Text code, Text display) {
    record::Coding& c = to.coding.add(arena);
    c.system = system;
    c.code = code;
    c.display = display;
    return c;
}

}  // namespace

const KnownCode& Codes::find(Text cell) {
    cell = trim(cell);
    if (cell.empty()) return none_;
    const auto it = known_.find(cell);
    if (it != known_.end()) return it->second;
    const Text kept = arena_.copy(cell);
    KnownCode k;
    k.code = code_of(kept);
    // Chapters are letters of one case: v... is a drug, V... is nothing that Read has.
    const char first = kept.front();
    if (k.code.kind == Code::Kind::read && first >= 'A' && first <= 'Z' &&
        mapping_.in_list("not-read-chapters", kept.substr(0, 1)))
        k.code.kind = Code::Kind::local;
    if (k.code.kind == Code::Kind::read) k.read = k.code.code;
    k.number = static_cast<std::uint32_t>(known_.size()) + 1;
    return known_.emplace(kept, k).first->second;
}

bool Codes::good_id(Text id) {
    const auto it = ids_.find(id);
    if (it != ids_.end()) return it->second;
    return ids_.emplace(arena_.copy(id), valid_sctid(id, '0')).first->second;
}

bool Codes::concept_of(const KnownCode& code, Text snomed, Text rubric, Arena& arena, record::Concept& out) {
    const Code& c = code.code;
    if (c.kind == Code::Kind::none && snomed.empty() && rubric.empty()) return false;
    const bool coded = c.kind == Code::Kind::read || c.kind == Code::Kind::local;
    if (!snomed.empty()) {
        record::Coding& s = add(out, arena, good_id(snomed) ? kSnomed : kNoSnomed, snomed, rubric);
        if (!coded && s.system == kSnomed) s.user_selected = "true";
    }
    if (coded) {
        add(out, arena, c.kind == Code::Kind::read ? kRead : kLocal, c.code, rubric).user_selected = "true";
    } else if (c.kind == Code::Kind::words && !rubric.empty()) {
        add(out, arena, kNoRead, c.code, {});
    }
    out.text = !rubric.empty() ? rubric : c.kind != Code::Kind::none ? c.code : snomed;
    return true;
}

bool Codes::drug_of(Text dmd, const KnownCode& code, Text snomed, Text name, Arena& arena,
                    record::Concept& out) {
    const Code& c = code.code;
    if (dmd.empty() && c.kind == Code::Kind::none && name.empty() && snomed.empty()) return false;
    if (!dmd.empty()) add(out, arena, good_id(dmd) ? kDmd : kNoDmd, dmd, name);
    if (!snomed.empty()) add(out, arena, good_id(snomed) ? kSnomed : kNoSnomed, snomed, name);
    if (c.kind != Code::Kind::none)
        add(out, arena,
            c.kind == Code::Kind::read    ? kRead
            : c.kind == Code::Kind::local ? kLocal
                                          : kNoRead,
            c.code, name);
    out.text = !name.empty() ? name : !dmd.empty() ? dmd : c.kind != Code::Kind::none ? c.code : snomed;
    return true;
}

}  // namespace gpswitch::vision
