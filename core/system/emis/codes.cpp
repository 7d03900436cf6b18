#include "core/system/emis/codes.hpp"

#include "core/system/emis/code_systems.hpp"
#include "core/util/sctid.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis {
namespace {

// EMIS's own SNOMED CT namespaces (clinical, drugs): their concepts are in no release.
bool emis_namespace(Text id) {
    if (id.size() <= 10) return false;
    const Text ns = id.substr(id.size() - 10, 7);
    return ns == "1000006" || ns == "1000033";
}

Text cell(const Code& code, const TableFile& t, std::string_view column) {
    const int i = t.header.find(column);
    return i < 0 || static_cast<std::size_t>(i) >= code.row.cells.size()
               ? Text{}
               : trim(code.row.cells[static_cast<std::size_t>(i)]);
}

}  // namespace

void Codes::read_term(Code& code, Text text) {
    if (text.empty()) return;
    // Some local codes hold hyphens, or look like Read codes: the lists of the mapping set say by what they
    // start and end.
    bool local = false;
    for (std::size_t n = 1; n <= text.size() && !local; ++n) {
        local = mapping_.in_list("not-read-prefixes", text.substr(0, n)) ||
                mapping_.in_list("not-read-suffixes", text.substr(text.size() - n));
    }
    const std::size_t hyphen = text.find('-');
    const Text stem = text.substr(0, hyphen);
    if (stem.empty() || stem.size() > 5) local = true;
    if (local) {
        code.local = arena_.copy(text);
        return;
    }
    code.read = arena_.join(stem, std::string_view(".....").substr(stem.size()));
}

const Code& Codes::find(Tab tab, Text code_id) {
    auto& cache = cache_[tab == Tab::Coding_DrugCode ? 1 : 0];
    code_id = trim(code_id);
    const auto it = cache.find(code_id);
    if (it != cache.end()) return *it->second;
    auto code = read(tab, code_id);
    return *cache.emplace(code->code_id, std::move(code)).first->second;
}

std::unique_ptr<Code> Codes::read(Tab tab, Text code_id) {
    auto entry = std::make_unique<Code>();
    Code& code = *entry;
    code.code_id = arena_.copy(code_id);
    code.number = ++numbers_;
    const TableFile& t = extract_.table(tab);
    for (std::uint32_t slot : extract_.code(tab, code_id)) {
        RowText row;
        t.read(slot, arena_, row);
        if (row.bad != nullptr) continue;
        if (!code.known) {
            code.row = row;
            code.known = true;
        }
        const int parent = t.header.find("ParentCodeId");
        if (parent < 0) continue;
        const Text p = trim(row.cells[static_cast<std::size_t>(parent)]);
        if (!p.empty()) code.parents.push_back(p);
    }
    if (!code.known) {
        describe(code, tab);
        return entry;
    }
    code.term = cell(code, t, "Term");
    code.category = cell(code, t, "EmisCodeCategoryDescription");
    code.dmd = cell(code, t, "DmdProductCodeId");
    read_term(code, cell(code, t, "ReadTermId"));
    const Text concept_id = cell(code, t, "SnomedCTConceptId");
    if (emis_namespace(concept_id))
        code.emis_snomed = concept_id;
    else if (valid_sctid(concept_id, '0'))
        code.snomed = concept_id;
    const Text description = cell(code, t, "SnomedCTDescriptionId");
    if (valid_sctid(description, '1') && !emis_namespace(description)) code.description = description;
    describe(code, tab);
    return entry;
}

bool Codes::read_under(const Code& code, Text prefix, int depth) {
    if (!code.read.empty()) return code.read.starts_with(prefix);
    if (depth > 20) return false;
    for (Text parent : code.parents)
        if (read_under(find(Tab::Coding_ClinicalCode, parent), prefix, depth + 1)) return true;
    return false;
}

bool Codes::snomed_under(const Code& code, Text wanted, int depth) {
    if (code.snomed == wanted) return true;
    if (depth > 20) return false;
    for (Text parent : code.parents)
        if (snomed_under(find(Tab::Coding_ClinicalCode, parent), wanted, depth + 1)) return true;
    return false;
}

bool Codes::under(const Code& code, Text wanted) {
    if (!code.known) return false;
    if (wanted.size() == 5) {
        Text prefix = wanted;
        while (!prefix.empty() && prefix.back() == '.') prefix.remove_suffix(1);
        return read_under(code, prefix, 0);
    }
    return snomed_under(code, wanted, 0);
}

// SNOMED CT, Read v2, local code, EMIS code id (drugs: dm+d, EMIS code id).
void Codes::describe(Code& code, Tab tab) {
    auto add = [&](Text system, Text value) -> record::Coding& {
        record::Coding& c = code.coding.add(arena_);
        c.system = system;
        c.code = value;
        return c;
    };
    const bool drug = tab == Tab::Coding_DrugCode;
    if (!code.snomed.empty()) {
        record::Coding& c = add(kSnomed, code.snomed);
        c.display = code.term;
        c.description_id = code.description;
    }
    if (!code.dmd.empty()) add(kDmd, code.dmd).display = code.term;
    if (!code.read.empty()) { add(kRead, code.read).display = code.term; }
    if (!code.local.empty()) add(kLocal, code.local).display = code.term;
    if (!code.emis_snomed.empty()) add(kConceptId, code.emis_snomed).display = code.term;
    record::Coding& own = add(drug ? kDrugId : kCodeId, code.code_id);
    own.display = code.term;
    own.user_selected = "true";
    record::AnyList list{reinterpret_cast<char*>(code.coding.data), code.coding.size, code.coding.capacity};
    record::freeze(list, record::type_of<record::Coding>(), arena_);
    code.coding = {reinterpret_cast<record::Coding*>(list.data), list.size, list.capacity};
}

void Codes::concept_of(const Code& code, Tab, Arena& arena, record::Concept& out) const {
    if (out.coding.empty())
        out.coding = code.coding;
    else
        for (const record::Coding& c : code.coding) out.coding.add(arena, c);
    if (!code.term.empty()) out.text = code.term;
}

}  // namespace gpswitch::emis
