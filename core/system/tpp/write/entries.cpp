// Entries of the record: what the column rules call part in their rows.
#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/rows.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {

using layout::as;
using record::Coding;

void Pages::encounter(std::uint32_t i, Draft& d) {
    const auto& e = as<record::Encounter>(record_->items[i]);
    const auto& parts = layout_.set().values(layout_.set().values_index("participant"));
    for (const record::EncounterParticipant& p : e.participant) {
        const mapping::ValueRow* back = nullptr;
        for (const record::Concept& t : p.type)
            for (const Coding& c : t.coding)
                if (back == nullptr) back = parts.reverse(c.code);
        if (back == nullptr) {
            lose("participant", "the layout has who saw the patient, who typed and who countersigned");
            continue;
        }
        const bool did = back->source == "IDDoneBy";
        Text& cell = d.cells[column(d.table, back->source)];
        const record::Reference& who = p.individual;
        const bool named = who.reference.starts_with("Practitioner");
        if (!cell.empty() && (named || !who.identifier.value.empty())) {
            lose("participant", "the layout has room for one of a kind");
            continue;
        }
        if (named)
            cell = did ? doer(d, who) : later(who.reference);
        else if (!who.identifier.value.empty() && who.identifier.system.starts_with(kIdBase))
            cell = who.identifier.value;
        else if (did && !who.display.empty())
            set(d, "TextualEventDoneBy", who.display);
        else
            lose("participant", "leads to what the layout cannot name there");
        if (did && !who.display.empty()) set(d, "TextualEventDoneBy", who.display);
    }
    std::vector<std::uint32_t> rows;
    std::uint32_t n = 0;
    for (const record::Reference& r : e.appointment) {
        const auto to = item_of(r.reference);
        if (!to || !has_rows(*to)) {
            lose("appointment", "leads to nothing that is written");
            continue;
        }
        rows.push_back(draft("SREventLink", nth_key(i, "SREventLink", n++, e.appointment.size)));
        Draft& link = drafts[rows.back()];
        if (e.appointment.size == 1) rest_of_table(i, "SREventLink", rows);
        set(link, "IDEvent", d.key);
        const std::size_t table = routes_[*to]->rows[0].table;
        const bool visit = layout_.table(table).name == "SRVisit";
        set(link, visit ? "IDVisit" : "IDAppointment", key_of_item(*to, table));
        set(link, "DateEvent", d.cells[column(d.table, "DateEvent")]);
    }
    if (e.appointment.size != 1) {
        // A link that led to nothing is a row of the consultation still.
        std::uint32_t kept = 0;
        for (const record::SourceRow& r : e.source) kept += r.table == "SREventLink" ? 1 : 0;
        if (e.appointment.empty() && kept == 1) {
            rows.push_back(draft("SREventLink", nth_key(i, "SREventLink", 0, 1)));
            rest_of_table(i, "SREventLink", rows);
            set(drafts[rows.back()], "IDEvent", d.key);
        } else {
            rest_of_table(i, "SREventLink", rows);
        }
    }
    at_ = &d;
}

void Pages::drug(const record::Concept& c, Draft& d) {
    Text name = c.text, display;
    bool other = false;
    for (const Coding& k : c.coding) {
        if (display.empty()) display = k.display;
        if (k.system == kDmd || k.system == kSnomed || k.system == kNoSnomed)
            set(d, "IDMultiLexDMD", k.code);
        else if (k.system == kMultilexProduct)
            set(d, "IDMultiLexProduct", k.code);
        else if (k.system == kMultilexPack)
            set(d, "IDMultiLexPack", k.code);
        else if (k.code != "UNK")
            other = true;
    }
    if (name.empty()) name = display;
    set(d, "NameOfMedication", name);
    if (other)
        lose("medicationCodeableConcept", "a code of another system: its words are written",
             "code-not-carried");
}

void Pages::medication(std::uint32_t i, Draft& d) {
    const record::Item& item = record_->items[i];
    const Entity& written = with_drug(i);
    const bool template_row = in(d, "SRRepeatTemplate");
    if (item.kind == EntityKind::MedicationStatement) {
        const auto& s = static_cast<const record::MedicationStatement&>(written);
        drug(s.medication_codeable_concept, d);
        dosage(i, s.dosage, "dosage", d, "MedicationDosage", false);
        if (!in(d, "SRPrimaryCareMedication")) return;
        const bool said = !d.cells[column(d.table, "IsOtherMedication")].empty() ||
                          !d.cells[column(d.table, "IsDentalMedication")].empty() ||
                          !d.cells[column(d.table, "IsHospitalMedication")].empty();
        if (!said) set(d, "IsOtherMedication", "true");
        return;
    }
    const auto& m = static_cast<const record::MedicationRequest&>(written);
    drug(m.medication_codeable_concept, d);
    dosage(i, m.dosage_instruction, "dosageInstruction", d, "MedicationDosage", false);
    const record::Quantity& q = m.dispense_request.quantity;
    const Text unit = q.unit.empty() ? q.code : q.unit;
    if (!q.quantity_text.empty())
        set(d, "MedicationQuantity", q.quantity_text);
    else if (!m.dispense_request.quantity_text.empty())
        set(d, "MedicationQuantity", m.dispense_request.quantity_text);
    else if (!q.value.empty())
        set(d, "MedicationQuantity", unit.empty() ? q.value : arena_.join(q.value, " ", unit));
    if (const auto repeats = to_integer(m.dispense_request.number_of_repeats_allowed);
        repeats && template_row)
        set(d, "MaxIssues", number(std::to_string(*repeats + 1)));
    if (template_row) return;
    // An issue when it rests on a template.
    bool issue = !d.cells[column(d.table, "IDRepeatTemplate")].empty();
    for (const record::Reference& r : m.based_on) {
        const auto to = item_of(r.reference);
        if (!to || !has_rows(*to) || layout_.table(routes_[*to]->rows[0].table).name != "SRRepeatTemplate")
            continue;
        set(d, "IDRepeatTemplate", key_of_item(*to, routes_[*to]->rows[0].table));
        issue = true;
    }
    set(d, "IsRepeatMedication", issue ? Text("true") : Text("false"));
    for (const char* column : {"IsOtherMedication", "IsDentalMedication", "IsHospitalMedication"})
        set(d, column, "false");
}

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
            lose("basedOn",
                 "made again by whoever reads: what it says beyond its prescription is not written",
                 "made-again");
    }
}

void Pages::immunization(const record::Immunization& im, Draft& d) {
    for (const Coding& k : im.vaccination_procedure.coding) {
        if (k.system == kSnomed || k.system == kNoSnomed)
            set(d, "ImmsSNOMEDCode", k.code);
        else if (k.system == kCtv3 || k.system == kLocal)
            set(d, "ImmsReadCode", k.code);
        else if (k.code != "UNK")
            lose("vaccinationProcedure", "a code of another system", "code-not-carried");
    }
    const record::Concept& v = im.vaccine_code;
    const Coding* own = nullptr;
    Text display;
    for (const Coding& k : v.coding) {
        if (k.system.starts_with(kIdBase)) own = &k;
        if (display.empty() && k.code != "UNK") display = k.display;
        if (k.code != "UNK" && own != &k && k.system != kSnomed && k.system != kDmd)
            lose("vaccineCode", "a code of another system: its words are written", "code-not-carried");
        // What was given, where no procedure is said.
        if (k.system == kSnomed && own == nullptr && im.vaccination_procedure.coding.empty())
            set(d, "ImmsSNOMEDCode", k.code);
    }
    const Text words = v.text.empty() ? display : v.text;
    if (own != nullptr) {
        // "Product (ANTIGEN)": the antigen stands behind the product's own words.
        Text antigen;
        if (!own->display.empty() && words.size() > own->display.size() + 3 &&
            words.starts_with(own->display))
            antigen = words.substr(own->display.size() + 2, words.size() - own->display.size() - 3);
        else if (own->display.empty())
            antigen = words;
        contents[std::string(own->code)] = {std::string(own->display), std::string(antigen)};
        set(d, "IDImmunisationContent", own->code);
    } else if (!words.empty()) {
        const std::string id = lookup_number("IDImmunisationContent", words);
        contents[id] = {std::string(words), {}};
        set(d, "IDImmunisationContent", number(id));
    }
    for (std::uint32_t n = 0; n < im.protocol_applied.size; ++n) {
        const record::ImmunizationProtocol& p = im.protocol_applied[n];
        const Text part =
            p.dose_number_positive_int.empty() ? p.dose_number_string : p.dose_number_positive_int;
        if (n == 0) set(d, "VaccPart", part);
        if (n > 0 || !p.series.empty() || !p.target_disease.empty() || !p.series_doses_positive_int.empty())
            lose("protocolApplied", "the layout has the number of one dose");
    }
}

void Pages::referral(std::uint32_t i, Draft& d) {
    if (!in(d, "SRReferralOut")) return;
    const auto& s = as<record::ServiceRequest>(record_->items[i]);
    // What stands for a row that names no kind of service is no kind of service.
    for (const Coding& k : s.code.coding)
        if (k.code == "3457005" && s.code.text.empty()) d.cells[column(d.table, "TypeOfReferral")] = {};
    if (!s.reason_code.empty()) {
        Text snomed, ctv3, text;
        words_of(s.reason_code[0], snomed, ctv3, text, from_here(s));
        set(d, "SNOMEDPrimaryDiagnosis", snomed);
        set(d, "PrimaryDiagnosis", ctv3);
        if (snomed.empty() && ctv3.empty()) lose("reasonCode", "the layout has codes here, and no words");
        if (s.reason_code.size > 1) lose("reasonCode", "the layout has room for one");
    }
    if (!s.order_detail.empty()) {
        set(d, "ServiceOffered", s.order_detail[0].text);
        if (s.order_detail.size > 1) lose("orderDetail", "the layout has room for one");
    }
    if (!s.priority.empty() && s.priority != "routine" && s.priority != "urgent")
        lose("priority", "the layout has routine and urgent");
    std::vector<std::uint32_t> rows;
    std::uint32_t of = 0;
    constexpr Text kStatus = "Status: ", kReason = "Reason: ";
    for (const record::Annotation& n : s.note) of += n.text.starts_with(kStatus) ? 1 : 0;
    for (const record::Annotation& n : s.note) {
        if (n.text.starts_with(kReason)) continue;
        if (!n.text.starts_with(kStatus) || !from_here(s)) {
            lose("note", "the layout has no free text");
            continue;
        }
        const auto at = static_cast<std::uint32_t>(rows.size());
        rows.push_back(draft("SRReferralOutStatusDetails", nth_key(i, "SRReferralOutStatusDetails", at, of)));
        Draft& row = drafts[rows.back()];
        const std::size_t comma = n.text.rfind(", ");
        const Text words =
            n.text.substr(kStatus.size(), comma == Text::npos ? Text::npos : comma - kStatus.size());
        set(row, "IDReferralOut", d.key);
        if (words != "not given") set(row, "StatusOfReferralOut", words);
        if (comma != Text::npos) set(row, "DateEvent", n.text.substr(comma + 2));
    }
    rest_of_table(i, "SRReferralOutStatusDetails", rows);
    at_ = &d;
}

void Pages::appointment(std::uint32_t i, Draft& d) {
    const auto& a = as<record::Appointment>(record_->items[i]);
    const bool visit = in(d, "SRVisit");
    for (const record::AppointmentParticipant& p : a.participant) {
        if (p.actor.reference.starts_with("Patient/")) continue;
        const char* name = visit ? "IDProfileAssigned" : "IDProfileClinician";
        const bool own = p.actor.identifier.system.starts_with(kIdBase);
        const Text key = p.actor.reference.starts_with("Practitioner") ? later(p.actor.reference)
                         : own                                         ? p.actor.identifier.value
                                                                       : Text{};
        Text& cell = d.cells[column(d.table, name)];
        if (key.empty() || (!cell.empty() && cell != key))
            lose("participant", "the layout has the patient and one clinician");
        else
            cell = key;
    }
    if (visit) {
        if (!a.comment.empty()) lose("comment", layout::kNoColumn);
        return;
    }
    if (!a.slot.empty()) shared[i] = a.slot[0].reference;
    if (a.slot.size > 1) lose("slot", "the layout has one slot for a booking");
    if (a.comment.empty()) { return; }
    std::vector<std::uint32_t> rows;
    rows.push_back(draft("SRAppointmentFlags", nth_key(i, "SRAppointmentFlags", 0, 1)));
    Draft& flag = drafts[rows[0]];
    set(flag, "IDAppointment", d.key);
    set(flag, "Flag", a.comment);
    at_ = &d;
}

}  // namespace gpswitch::tpp::write
