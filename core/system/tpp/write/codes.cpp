// Codes on the way back: what a row, and the tables of codes, must say so that the routes read the entry as
// what it is.
#include "core/system/tpp/codes.hpp"

#include "core/system/tpp/write/pages.hpp"
#include "core/util/sctid.hpp"

namespace gpswitch::tpp::write {

using layout::as;
using record::Coding;

namespace {

std::string plain_name(const CodeUse& use) {
    std::string name(use.name_of[0]);
    return (name += '|') += use.name_of[1];
}

}  // namespace

// In the words that were chosen. A code of CTV3 is the row's own where the record came from here: there the
// hierarchy came with it. Of others only SNOMED CT and the words are taken, with a code made where the entry
// needs one to be read as what it is.
void Pages::words_of(const record::Concept& c, Text& snomed, Text& ctv3, Text& text, bool own,
                     const char* path) {
    bool other = false;
    Text display;
    for (const Coding& k : c.coding) {
        if (display.empty() && k.code != "UNK") display = k.display;
        if ((k.system == kSnomed && valid_sctid(k.code, '0')) || (k.system == kNoSnomed && own)) {
            if (snomed.empty())
                snomed = k.code;
            else
                lose(path, "the layout has room for one code of SNOMED CT", "code-not-carried");
        } else if (own && (k.system == kCtv3 || k.system == kLocal) && ctv3.empty()) {
            ctv3 = k.code;
        } else if (k.code != "UNK") {
            other = true;
        }
    }
    if (other) lose(path, "a code of another system: its words are written", "code-not-carried");
    text = c.text.empty() ? display : c.text;
}

void Pages::coded(std::uint32_t i, const record::Concept& c, Draft& d, const char* path) {
    // One row of two entries: both say the same code.
    if (d.code >= 0) return;
    const bool own = from_here(*record_->items[i].entity);
    Text snomed, ctv3, text;
    words_of(c, snomed, ctv3, text, own, path);
    CodeUse use;
    use.ctv3 = ctv3;
    use.text = text;
    // What SRCtv3ToSnomed said was not chosen: it is said there again.
    bool chosen = false, mapped = false;
    for (const Coding& k : c.coding) {
        chosen = chosen || (k.code == ctv3 && k.user_selected == "true");
        mapped = mapped || (k.code == snomed && k.user_selected != "true");
    }
    if (own && chosen && mapped && !ctv3.empty()) {
        use.snomed = snomed;
        snomed = {};
    }
    for (const Coding& k : c.coding)
        if (k.code == ctv3 && !ctv3.empty() && !k.display.empty()) use.text = k.display;
    use.name_of = {snomed, text};
    set(d, "SNOMEDCode", snomed);
    // Words without which the code came: those of CTV3 are the words then.
    bool wordless = own && !ctv3.empty();
    for (const Coding& k : c.coding) wordless = wordless && (k.code != snomed || k.display.empty());
    if (!snomed.empty() && !wordless) set(d, "SNOMEDText", text);
    set(d, "CTV3Code", ctv3);
    if (snomed.empty() || !ctv3.empty()) set(d, "CTV3Text", ctv3.empty() ? text : arena_.copy(use.text));
    use.entry = true;
    d.code = static_cast<int>(codes.size());
    codes.push_back(std::move(use));
}

void Pages::value(const record::Quantity& q, Draft& d, bool component) {
    if (q.value.empty()) {
        if (!q.unit.empty() || !q.code.empty() || !q.comparator.empty())
            lose(component ? "component" : "valueQuantity", "a unit without a number");
        return;
    }
    if (q.approximate == "true" && d.cells[column(d.table, "NumericComparator")].empty())
        lose(component ? "component" : "valueQuantity.approximate", layout::kNoColumn);
    if (q.approximate == "false" && say_all)
        lose(component ? "component" : "valueQuantity.approximate", mapping::kUnsaid);
    set(d, "IsNumeric", "true");
    set(d, "NumericValue", q.value);
    set(d, "NumericUnit", q.unit.empty() ? q.code : q.unit);
    if (q.comparator.empty()) return;
    const auto& values = layout_.set().values(layout_.set().values_index("operator"));
    if (const mapping::ValueRow* back = values.reverse(q.comparator); back != nullptr)
        set(d, "NumericComparator", arena_.copy(back->source));
    else
        lose(component ? "component" : "valueQuantity.comparator", "no word of the layout means this");
}

void Pages::problem(std::uint32_t i, Draft& d) {
    const auto& c = as<record::Condition>(record_->items[i]);
    if (in(d, "SRCode")) {
        if (say_all && routes_[i]->rows.size() == 1)
            for (const record::Concept& category : c.category)
                for (const Coding& k : category.coding)
                    if (k.code == "problem-list-item" && !k.display.empty())
                        lose("category.coding.display", "it is read as a diagnosis", layout::kInstead);
        coded(i, c.code, d);
        return;
    }
    Text& end = d.cells[column(d.table, "DateEnd")];
    bool active = false;
    for (const Coding& k : c.clinical_status.coding)
        active = active || k.code == "active" || k.code == "recurrence" || k.code == "relapse";
    const bool over = !end.empty() && (as_of_.empty() || end.substr(0, 10) <= as_of_);
    if (!active && !c.clinical_status.coding.empty() && !over)
        hold(i, layout::kDangerous, "Without an end that has come the layout would say that it is active");
    if (active && over) {
        end = {};
        lose("abatementDateTime", "of a problem that goes on: the layout would say that it has ended");
    }
    if (item_drafts_[i].empty() || !in(drafts[item_drafts_[i][0]], "SRCode")) {
        Text snomed, ctv3, text;
        words_of(c.code, snomed, ctv3, text, from_here(c), "code");
        set(d, "CTV3Code", ctv3);
        return;
    }
    const Draft& code = drafts[item_drafts_[i][0]];
    set(d, "IDCode", code.key);
    problems_.insert(code.key);
    for (const char* name : {"DateEventRecorded", "DateEvent", "CTV3Code"})
        set(d, name, code.cells[column(code.table, name)]);
    further_problems(i, code);
    if (from_here(c)) return;
    for (const char* name : {"IDProfileEnteredBy", "IDDoneBy", "IDOrganisationDoneAt", "IDEvent"})
        set(d, name, code.cells[column(code.table, name)]);
}

// A problem leads to the entry that stands on the same code, and to no other.
void Pages::actual_problems() {
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (record_->items[i].kind != EntityKind::Condition || !has_rows(i)) continue;
        const Text to = as<record::Condition>(record_->items[i]).actual_problem.reference;
        if (to.empty()) continue;
        const auto other = item_of(to);
        const bool one = other && has_rows(*other) && !item_drafts_[*other].empty() &&
                         !item_drafts_[i].empty() && item_drafts_[*other][0] == item_drafts_[i][0];
        at_item_ = i;
        if (!one) lose("actualProblem", "the layout has a problem and its own code");
    }
}

// Further problems of one code: each kept with every cell, its code's key among them, behind what the first
// keeps.
void Pages::further_problems(std::uint32_t i, const Draft& code) {
    const Entity& e = *record_->items[i].entity;
    std::vector<Text> keys;
    for (const record::SourceRow& r : e.source)
        if (r.table == "SRProblem") keys.push_back(r.key);
    if (keys.size() < 2) return;
    constexpr Text kTable = "SRProblem.";
    std::vector<std::vector<const record::Rest*>> of;
    for (const record::Rest& r : e.rest) {
        if (!r.path.starts_with(kTable)) continue;
        if (of.empty() || std::ranges::any_of(of.back(), [&](const auto* o) { return o->path == r.path; }))
            of.emplace_back();
        of.back().push_back(&r);
    }
    std::size_t next = 1;
    const std::size_t first = item_drafts_[i].size > 1 ? item_drafts_[i][1] : drafts.size();
    for (const auto& group : of) {
        const bool whole =
            std::ranges::any_of(group, [](const auto* r) { return r->path == "SRProblem.IDCode"; });
        if (whole && next == keys.size()) {
            for (const record::Rest* r : group) lose(r->path, "of a further problem of one code");
            continue;
        }
        const std::size_t row = whole ? draft("SRProblem", keys[next++]) : first;
        if (row >= drafts.size()) continue;
        Draft& d = drafts[row];
        for (const record::Rest* r : group)
            if (const int c = layout_.column(d.table, r->path.substr(kTable.size())); c >= 0)
                d.cells[c] = r->value;
    }
    static_cast<void>(code);
}

// A product has its drug code and words in a table of the supplier's, which comes with it.
void Pages::sensitivity(const record::AllergyIntolerance& a, Draft& d) {
    Text product, words;
    for (const Coding& k : a.code.coding) {
        if (k.system == kMultilexProduct) product = k.code, words = k.display;
        if (k.system == kMultilexAction) set(d, "IDMultiLexAction", k.code);
    }
    set(d, "IDDrugCode", product);
    bool coded = false;
    for (const Coding& k : a.code.coding)
        if (k.system == kCtv3 || k.system == kLocal) {
            if (product.empty()) {
                lose("code", "a code of another system: the layout has products here", "code-not-carried");
                continue;
            }
            coded = true;
            products.insert({std::string(product), std::string(k.code), std::string(k.display)});
        }
    if (!product.empty() && !coded && !words.empty())
        products.insert({std::string(product), {}, std::string(words)});
}

// Two readings, each with a number and a moment, of which one is listed as systolic and one as diastolic.
std::optional<std::uint32_t> Pages::systolic(const record::Observation& o, const Draft& whole) const {
    if (o.component.size != 2 || whole.cells[column(whole.table, "DateEvent")].empty()) return std::nullopt;
    const auto listed = [&](std::uint32_t n, Text list) {
        const bool own = from_here(o);
        for (const Coding& k : o.component[n].code.coding)
            if ((k.system == kSnomed || (own && (k.system == kCtv3 || k.system == kLocal))) &&
                layout_.set().in_list(list, k.code))
                return true;
        return false;
    };
    for (const record::ObservationComponent& c : o.component)
        if (!is_decimal(c.value_quantity.value)) return std::nullopt;
    for (const std::uint32_t n : {0u, 1u})
        if (listed(n, "systolic") && listed(1 - n, "diastolic")) return n;
    return std::nullopt;
}

// A reading is a coded row of its own. Two of a blood pressure are put together again by whoever reads: the
// keys of the two follow one another, and the first is that of the whole.
void Pages::components(std::uint32_t i, std::uint32_t parent) {
    const auto& o = as<record::Observation>(record_->items[i]);
    if (o.component.empty()) return;
    const auto high = systolic(o, drafts[parent]);
    const Text own = drafts[parent].key;
    const auto following = to_integer(own);
    for (std::uint32_t n = 0; n < o.component.size; ++n) {
        const record::ObservationComponent& c = o.component[n];
        Text key = c.source_key;
        if (key.empty() || !from_here(o))
            key = !high        ? number(made_number(EntityKind::Observation, o.id, n + 1))
                  : n == *high ? own
                               : number(std::to_string(following.value_or(0) + 1));
        // The whole is not written then: its key is the reading's.
        const bool heads = high && key == own;
        const std::uint32_t row = draft("SRCode", heads ? Text{} : key);
        Draft& d = drafts[row];
        const Draft& whole = drafts[parent];
        if (heads) {
            d.key = key;
            set(d, "RowIdentifier", key);
        }
        d.parent = static_cast<int>(parent);
        drafts[parent].children.add(arena_) = row;
        at_ = &d;
        coded(i, c.code, d, "component.code");
        codes[static_cast<std::size_t>(d.code)].entry = false;
        value(c.value_quantity, d, true);
        for (const char* name : {"DateEventRecorded", "DateEvent", "IDProfileEnteredBy", "IDDoneBy",
                                 "TextualEventDoneBy", "IDOrganisationDoneAt", "IDEvent"})
            set(d, name, whole.cells[column(whole.table, name)]);
        if (c.value_quantity.value.empty())
            lose("component.value[x]", "a result that is no number: the layout has numbers only");
        if (!c.reference_range.empty() || !c.interpretation.empty() || !c.note.empty())
            lose("component", "the layout has a number and its unit for a reading");
        item_drafts_[i].add(arena_) = row;
    }
    Draft& head = drafts[parent];
    at_ = &head;
    if (!o.has_member.empty()) lose("hasMember", layout::kNoColumn);
    // The head of a blood pressure is made again from the two.
    if (high) {
        head.written = true;
        lose("code", "whoever reads gives the whole of two readings its code");
        for (const record::Concept& c : o.category)
            if (c.coding.size != 1 || c.coding[0].code != "vital-signs") lose("category", layout::kNoColumn);
        return;
    }
    lose("component", "the layout has no parts: each is an entry of its own", "split");
    for (std::uint32_t n = 1; n < item_drafts_[i].size; ++n)
        if (const Draft& part = drafts[item_drafts_[i][n]]; part.table == drafts[parent].table)
            besides.emplace_back(i, part.key);
    if (!o.category.empty()) lose("category", layout::kNoColumn);
}

bool Pages::below(const Draft& d, int cell, Text code) const {
    if (d.code < 0 || !in(d, "SRCode")) return d.cells[cell] == code;
    const CodeUse& use = codes[static_cast<std::size_t>(d.code)];
    return use.ctv3 == code || use.roots.contains(std::string(code));
}

// The code's cell: its own, or one that is made when the row is committed.
Text Pages::code_cell(Draft& d) {
    CodeUse& use = codes[static_cast<std::size_t>(d.code)];
    if (!use.ctv3.empty() || use.roots.empty()) return use.ctv3;
    std::string name = plain_name(use);
    for (const std::string& root : use.roots) name += "|" + root;
    use.name = name;
    return later(arena_.join("code:", name));
}

// Every coded row is read as the mapping set would read it; what its code has to stand under for that is
// given to it, and what still would be read as something else is said, or held where it matters.
void Pages::check_reading() {
    for (Draft& d : drafts) {
        if (!in(d, "SRCode") || d.items.empty() || d.code < 0) continue;
        CodeUse& use = codes[static_cast<std::size_t>(d.code)];
        Reading reading = reading_of(d);
        for (const std::uint32_t i : d.items) {
            if (reading == Reading::same) break;
            const std::string& root = routes_[i]->category;
            if (root.empty() || !use.roots.insert(root).second) continue;
            // A code that is still to be made stands where a code does.
            Text& cell = d.cells[column(d.table, "CTV3Code")];
            const Text before = cell;
            if (cell.empty()) cell = "Y....";
            reading = reading_of(d);
            cell = before;
        }
        say_reading(d, reading);
        if (Text& cell = d.cells[column(d.table, "CTV3Code")]; cell.empty()) {
            cell = code_cell(d);
            if (!cell.empty()) {
                at_item_ = d.items[0];
                lose("code", "no CTV3 code: one is written that only this extract knows", "code-id-made");
            }
        }
        if (!problems_.contains(d.key)) continue;
        for (Draft& p : drafts)
            if (in(p, "SRProblem") && p.cells[column(p.table, "IDCode")] == d.key)
                set(p, "CTV3Code", d.cells[column(d.table, "CTV3Code")]);
    }
    for (CodeUse& use : codes)
        if (use.name.empty() && use.ctv3.empty() && !use.roots.empty()) use.name = plain_name(use);
}

}  // namespace gpswitch::tpp::write
