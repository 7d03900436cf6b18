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
    if (to_integer(issued) != n)
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

// Who signed and who typed, and when it ends, is said by what it is made of.
void Pages::made_otherwise(const record::Item& item, const record::Item& of) {
    constexpr std::string_view kWhy = "made again by whoever reads, as its prescription has it";
    const auto& from = as<record::MedicationRequest>(of);
    const auto other = [&](const record::Reference& a, const record::Reference& b) {
        return a.reference != b.reference || a.identifier.value != b.identifier.value;
    };
    if (item.kind == EntityKind::MedicationStatement) {
        const auto& s = as<record::MedicationStatement>(item);
        const Text end = !from.status_reason_date.empty() ? from.status_reason_date
                                                          : from.dispense_request.validity_period.end;
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
    if (const record::Item* of = made_of(item); of != nullptr) made_otherwise(item, *of);
    if (item.kind != EntityKind::MedicationRequest) return;
    const auto& m = as<record::MedicationRequest>(item);
    if (!m.dispense_request.number_of_repeats_allowed.empty())
        lose("dispenseRequest.numberOfRepeatsAllowed", kWhy, "made-again");
    lose("dispenseRequest.validityPeriod", kWhy, "made-again");
    lose("dispenseRequest.expectedSupplyDuration", kWhy, "made-again");
}

}  // namespace gpswitch::tpp::write
