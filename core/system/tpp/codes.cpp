#include "core/system/tpp/codes.hpp"

#include "core/util/sctid.hpp"

namespace gpswitch::tpp {
namespace {

record::Coding& add(record::Concept& to, Arena& arena, Text system, Text code, Text display) {
    record::Coding& c = to.coding.add(arena);
    c.system = system;
    c.code = arena.copy(code);
    c.display = arena.copy(display);
    return c;
}

}  // namespace

Text Codes::kept(std::unordered_map<std::string, Text>& cache, Text key, Text table, Text column, bool only) {
    const auto [it, fresh] = cache.emplace(std::string(key), Text{});
    if (!fresh) return it->second;
    const auto t = extract_.named(table);
    if (!t) return {};
    for (const auto& [k, slot] : extract_.all(*t, text_key(key))) {
        const Text value = extract_.cell(*t, slot, column, arena_);
        if (value.empty() || no_id(value)) continue;
        if (only && !it->second.empty() && it->second != value) return it->second = {};
        it->second = value;
    }
    return it->second;
}

Text Codes::term(Text ctv3) { return kept(terms_, ctv3, "SRCtv3", "Ctv3Text", false); }
Text Codes::snomed_for(Text ctv3) { return kept(maps_, ctv3, "SRCtv3ToSnomed", "SnomedCode", true); }

Text Codes::concept_code(const Coded& coded) {
    if (valid_sctid(coded.snomed, '0')) return coded.snomed;
    const Text mapped = coded.ctv3.empty() ? Text{} : snomed_for(coded.ctv3);
    return valid_sctid(mapped, '0') ? mapped : Text{};
}

bool Codes::concept_of(const Coded& coded, Arena& arena, record::Concept& out) {
    if (coded.empty()) return false;
    const Text words = !coded.ctv3_text.empty() ? coded.ctv3_text
                       : coded.ctv3.empty()     ? Text{}
                                                : term(coded.ctv3);
    const bool given = valid_sctid(coded.snomed, '0');
    if (given)
        add(out, arena, kSnomed, coded.snomed, coded.snomed_text).user_selected = "true";
    else if (const Text mapped = concept_code(coded); !mapped.empty())
        add(out, arena, kSnomed, mapped, {});
    if (!given && !coded.snomed.empty()) add(out, arena, kNoSnomed, coded.snomed, coded.snomed_text);
    if (!coded.ctv3.empty()) {
        record::Coding& c = add(out, arena, coded.ctv3.front() == 'Y' ? kLocal : kCtv3, coded.ctv3, words);
        if (!given) c.user_selected = "true";
    }
    const Text text = !coded.snomed_text.empty() ? coded.snomed_text : words;
    if (out.text.empty())
        out.text = arena.copy(!text.empty() ? text : !coded.ctv3.empty() ? coded.ctv3 : coded.snomed);
    return true;
}

bool Codes::drug_of(Text dmd, Text product, Text pack, Text name, Arena& arena, record::Concept& out) {
    if (dmd.empty() && product.empty() && name.empty()) return false;
    if (name.empty()) name = words_of(product, arena);
    if (!dmd.empty()) add(out, arena, valid_sctid(dmd, '0') ? kDmd : kNoSnomed, dmd, name);
    if (!product.empty()) add(out, arena, kMultilexProduct, product, name);
    if (!pack.empty()) add(out, arena, kMultilexPack, pack, {});
    out.text = name;
    return true;
}

Text Codes::words_of(Text product, Arena& arena) {
    const auto t = extract_.named("SRMedicationReadCodeDetails");
    if (!t) return {};
    for (const auto& [key, slot] : extract_.all(*t, id_key(product)))
        if (const Text text = extract_.cell(*t, slot, "DrugReadCodeDesc", arena); !text.empty()) return text;
    return {};
}

bool Codes::product_of(Text product, Arena& arena, record::Concept& out) {
    if (product.empty()) return false;
    const auto t = extract_.named("SRMedicationReadCodeDetails");
    Text words;
    if (t)
        for (const auto& [key, slot] : extract_.all(*t, id_key(product))) {
            const Text code = extract_.cell(*t, slot, "DrugReadCode", arena_);
            const Text text = extract_.cell(*t, slot, "DrugReadCodeDesc", arena_);
            if (!code.empty()) add(out, arena, code.front() == 'Y' ? kLocal : kCtv3, code, text);
            if (words.empty()) words = text;
        }
    add(out, arena, kMultilexProduct, product, words);
    if (out.text.empty()) out.text = arena.copy(words);
    return true;
}

}  // namespace gpswitch::tpp
