// Entries without a row of their own: plans of acute prescriptions and courses, which whoever reads makes
// again.
#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {

using layout::as;

// Plans of acute prescriptions and courses are made again from what they rest on: from nothing nothing is.
void Pages::made_again() {
    std::vector<bool> based(record_->items.size());
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        const record::Item& item = record_->items[i];
        if (item.kind != EntityKind::MedicationRequest || !has_rows(i)) continue;
        for (const record::Reference& r : as<record::MedicationRequest>(item).based_on)
            if (const auto to = item_of(r.reference)) based[*to] = true;
    }
    const auto again = [&](std::uint32_t to) {
        return has_rows(to) || (routes_[to] != nullptr &&
                                routes_[to]->fate == mapping::WriteRoute::Fate::derived && based[to]);
    };
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        const record::Item& item = record_->items[i];
        if (routes_[i] == nullptr || routes_[i]->fate != mapping::WriteRoute::Fate::derived) continue;
        bool found = false;
        if (item.kind == EntityKind::MedicationRequest) {
            found = based[i];
        } else if (item.kind == EntityKind::MedicationStatement) {
            for (const record::Reference& r : as<record::MedicationStatement>(item).based_on)
                if (const auto to = item_of(r.reference)) found = found || again(*to);
        } else {
            continue;
        }
        at_item_ = i;
        if (!found)
            hold(i, layout::kNoPlace, "nothing is written that it could be made again of");
        else if (!from_here(*item.entity) && another_dose(i))
            hold(i, layout::kDangerous, "made again, it would have the drug or the dose of its prescription");
        else if (!from_here(*item.entity))
            not_made_again(item);
    }
    besides_orders();
}

// The prescription or template that a derived entry is made again of.
const record::Item* Pages::made_of(const record::Item& item) const {
    const auto row = [&](std::uint32_t n) {
        return has_rows(n) && record_->items[n].kind == EntityKind::MedicationRequest;
    };
    const record::Entity* plan = item.entity;
    if (item.kind == EntityKind::MedicationStatement) {
        plan = nullptr;
        for (const record::Reference& r : as<record::MedicationStatement>(item).based_on)
            if (const auto to = item_of(r.reference)) {
                if (row(*to)) return &record_->items[*to];
                plan = record_->items[*to].entity;
            }
    }
    for (std::uint32_t n = 0; n < record_->items.size(); ++n) {
        if (!row(n)) continue;
        for (const record::Reference& r : as<record::MedicationRequest>(record_->items[n]).based_on)
            if (const auto to = item_of(r.reference); to && record_->items[*to].entity == plan)
                return &record_->items[n];
    }
    return nullptr;
}

Text Pages::made_again_key(std::uint32_t i) {
    const record::Item& item = record_->items[i];
    if (routes_[i] == nullptr || routes_[i]->fate != mapping::WriteRoute::Fate::derived ||
        item.kind != EntityKind::MedicationStatement)
        return {};
    const record::Item* of = made_of(item);
    return of == nullptr ? Text{} : row_key(static_cast<std::uint32_t>(of - record_->items.data()));
}

// A prescription that is no issue is read with a course of its own: one that the record has not is new.
void Pages::besides_orders() {
    std::vector<const record::Item*> known;
    for (std::uint32_t i = 0; i < record_->items.size(); ++i)
        if (record_->items[i].kind == EntityKind::MedicationStatement && routes_[i] != nullptr &&
            routes_[i]->fate == mapping::WriteRoute::Fate::derived)
            known.push_back(made_of(record_->items[i]));
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (record_->items[i].kind != EntityKind::MedicationRequest || !has_rows(i)) continue;
        const Draft& d = drafts[item_drafts_[i][0]];
        if (std::ranges::find(known, &record_->items[i]) == known.end() &&
            (!in(d, "SRPrimaryCareMedication") || d.cells[column(d.table, "IsRepeatMedication")] == "false"))
            besides.emplace_back(i, d.key);
    }
}

// The layout counts the issues that are there.
void Pages::counted(std::uint32_t i, Text issued) {
    std::int64_t n = 0;
    for (std::uint32_t o = 0; o < record_->items.size(); ++o) {
        if (record_->items[o].kind != EntityKind::MedicationRequest || !has_rows(o)) continue;
        const auto& m = as<record::MedicationRequest>(record_->items[o]);
        for (const record::Reference& r : m.based_on)
            n += item_of(r.reference) == i && m.status == "completed" ? 1 : 0;
    }
    if (issued.empty() && !say_all) return;
    if (n == 0 ? !issued.empty() : to_integer(issued) != n)
        lose("repeatInformation.numberOfPrescriptionsIssued", "the layout counts the issues that are there",
             layout::kInstead);
}

// The day of the last prescription that is there.
Text Pages::last_issue(const record::Item& of) const {
    const auto& from = as<record::MedicationRequest>(of);
    Text last = from.intent == "plan" ? Text{} : from.authored_on;
    for (std::uint32_t o = 0; o < record_->items.size(); ++o) {
        if (record_->items[o].kind != EntityKind::MedicationRequest || !has_rows(o)) continue;
        const auto& m = as<record::MedicationRequest>(record_->items[o]);
        for (const record::Reference& r : m.based_on)
            if (const auto to = item_of(r.reference);
                to && record_->items[*to].entity == of.entity && m.status == "completed")
                last = std::max(last, m.authored_on);
    }
    return last;
}

namespace {

// The words and dosages of a medicine, without what stands at their ends.
template <class Entry>
std::pair<std::string, std::string> drug_and_dose(const Entry& e, const List<record::Dosage>& dosage) {
    const record::Concept& drug = e.medication_codeable_concept;
    Text name = drug.text;
    for (const record::Coding& k : drug.coding)
        if (name.empty() && k.code != "UNK") name = k.display;
    std::string words;
    for (const record::Dosage& one : dosage)
        if (!one.text.empty()) (words += words.empty() ? "" : "; ") += trim(one.text);
    return {std::string(trim(name)), std::move(words)};
}

}  // namespace

// What it is made again of names another drug or another dose.
bool Pages::another_dose(std::uint32_t i) {
    const record::Item* of = made_of(record_->items[i]);
    if (of == nullptr) return false;
    const auto said = [&](std::uint32_t n) {
        const Entity& e = with_drug(n);
        if (record_->items[n].kind == EntityKind::MedicationStatement) {
            const auto& s = static_cast<const record::MedicationStatement&>(e);
            return drug_and_dose(s, s.dosage);
        }
        const auto& m = static_cast<const record::MedicationRequest&>(e);
        return drug_and_dose(m, m.dosage_instruction);
    };
    const auto own = said(i), other = said(static_cast<std::uint32_t>(of - record_->items.data()));
    return (!own.first.empty() && own.first != other.first) || own.second != other.second;
}

// The last day of a course, as the row of its template or prescription has it.
Text Pages::end_of(const record::Item& of) const {
    const auto& from = as<record::MedicationRequest>(of);
    const Draft& d = drafts[item_drafts_[static_cast<std::size_t>(&of - record_->items.data())][0]];
    if (!in(d, "SRPrimaryCareMedication"))
        return !from.status_reason_date.empty() ? from.status_reason_date
                                                : from.dispense_request.validity_period.end;
    return d.cells[column(d.table, "DateMedicationEnd")];
}

// Who signed and who typed, and when it ends, is said by what it is made of.
void Pages::made_otherwise(const record::Item& item, const record::Item& of) {
    constexpr std::string_view kWhy = "made again by whoever reads, as its prescription has it";
    const auto& from = as<record::MedicationRequest>(of);
    const auto other = [&](const record::Reference& a, const record::Reference& b) {
        return a.reference != b.reference || a.identifier.value != b.identifier.value;
    };
    if (item.kind == EntityKind::MedicationStatement) {
        const auto& s = as<record::MedicationStatement>(item);
        const Text end = end_of(of);
        if (last_issue(of) != s.last_issue_date) lose("lastIssueDate", kWhy, layout::kInstead);
        if (end != s.effective_period.end) lose("effectivePeriod.end", kWhy, layout::kInstead);
        if (from.authored_on != s.effective_period.start)
            lose("effectivePeriod.start", kWhy, layout::kInstead);
        return;
    }
    const auto& m = as<record::MedicationRequest>(item);
    if (other(m.requester, from.requester)) lose("requester", kWhy, layout::kInstead);
    if (other(m.recorder, from.recorder)) lose("recorder", kWhy, layout::kInstead);
    if (m.authored_on != from.authored_on) lose("authoredOn", kWhy, layout::kInstead);
    const Text issued = m.repeat_information.number_of_prescriptions_issued;
    const Draft& row = drafts[item_drafts_[static_cast<std::size_t>(&of - record_->items.data())][0]];
    const bool once = from.status == "completed" && in(row, "SRPrimaryCareMedication") &&
                      row.cells[column(row.table, "IsRepeatMedication")] == "false";
    if (once ? issued != "1" && (say_all || !issued.empty()) : !issued.empty())
        lose("repeatInformation.numberOfPrescriptionsIssued", kWhy, layout::kInstead);
    const record::Quantity &a = m.dispense_request.quantity, &b = from.dispense_request.quantity;
    if (a.value != b.value || a.unit != b.unit || a.quantity_text != b.quantity_text)
        lose("dispenseRequest.quantity", kWhy, layout::kInstead);
}

// What the prescription says is said again; all else is lost with the entry that said it.
void Pages::not_made_again(const record::Item& item) {
    constexpr std::string_view kMade[] = {"medicationCodeableConcept",
                                          "medicationReference",
                                          "subject",
                                          "basedOn",
                                          "intent",
                                          "status",
                                          "dosage",
                                          "dosageInstruction",
                                          "authoredOn",
                                          "effectivePeriod",
                                          "requester",
                                          "recorder",
                                          "lastIssueDate",
                                          "courseOfTherapyType",
                                          "prescriptionType",
                                          "dispenseRequest"};
    constexpr std::string_view kWhy =
        "made again by whoever reads: what it says beyond its prescription is not written";
    const record::Type& type = record::type_of(item.kind);
    for (const record::Field& f : type.fields)
        if (!record::is_empty(item.entity, f) && std::ranges::find(kMade, f.name) == std::end(kMade))
            lose(f.name, kWhy, "made-again");
    const auto& drug = item.kind == EntityKind::MedicationRequest
                           ? as<record::MedicationRequest>(item).medication_codeable_concept
                           : as<record::MedicationStatement>(item).medication_codeable_concept;
    if (say_all && drug.text.empty() && !drug.coding.empty())
        lose("medicationCodeableConcept.text", "the words of its code are its name", layout::kInstead);
    if (std::ranges::any_of(drug.coding, [](const record::Coding& k) {
            return k.code != "UNK" && k.system != kDmd && k.system != kSnomed && k.system != kNoSnomed &&
                   k.system != kMultilexProduct && k.system != kMultilexPack;
        }))
        lose("medicationCodeableConcept.coding", "a code of another system: its words are written",
             "code-not-carried");
    if (const record::Item* of = made_of(item); of != nullptr) {
        made_otherwise(item, *of);
        const Text status = item.kind == EntityKind::MedicationRequest
                                ? as<record::MedicationRequest>(item).status
                                : as<record::MedicationStatement>(item).status;
        if (status != "active" && !status.empty() && end_of(*of).empty())
            lose("status", "the layout has no word for its state: what has no end goes on", layout::kInstead);
    }
    if (item.kind != EntityKind::MedicationRequest) return;
    const auto& m = as<record::MedicationRequest>(item);
    if (!m.dispense_request.number_of_repeats_allowed.empty())
        lose("dispenseRequest.numberOfRepeatsAllowed", kWhy, "made-again");
    lose("dispenseRequest.validityPeriod", kWhy, "made-again");
    lose("dispenseRequest.expectedSupplyDuration", kWhy, "made-again");
}

}  // namespace gpswitch::tpp::write
