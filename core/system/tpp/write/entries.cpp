// Entries of the record: what the column rules call part in their rows.
#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/rows.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/civil_time.hpp"
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
    if (say_all && e.class_.code != "AMB" && !e.class_.display.empty())
        lose("class.display", "the layout has one sort of consultation", layout::kInstead);
    places(e, d);
    links(i, e, d);
    at_ = &d;
}

// Words for where it happened are a place of their own beside the branch.
void Pages::places(const record::Encounter& e, Draft& d) {
    std::uint32_t branches = 0;
    for (const record::EncounterLocation& l : e.location) {
        if (!l.status.empty() || !l.period.start.empty() || !l.period.end.empty())
            lose("location", "the layout has the place alone");
        if (!l.location.reference.empty()) {
            if (++branches > 1 || !l.location.reference.starts_with("Location/"))
                lose("location", "the layout has room for one branch");
            continue;
        }
        const Text words = d.cells[column(d.table, "ContactEventLocation")];
        if (!words.empty() && words != l.location.display)
            lose("location", "the layout has room for one place in words");
        set(d, "ContactEventLocation", l.location.display);
    }
    const record::Reference& provider = e.service_provider;
    if (provider.reference.starts_with("Organization/"))
        set(d, "IDOrganisationDoneAt", later(provider.reference));
    else if (!provider.identifier.value.empty() || !provider.display.empty())
        lose("serviceProvider", "named in words only: the layout has room for a key");
}

// As many rows as there were; one that led to nothing is a row of the consultation still.
void Pages::links(std::uint32_t i, const record::Encounter& e, Draft& d) {
    std::uint32_t kept = 0;
    for (const record::SourceRow& r : e.source) kept += r.table == "SREventLink" ? 1 : 0;
    std::vector<std::uint32_t> rows;
    const auto add = [&](std::uint32_t of) {
        rows.push_back(
            draft("SREventLink", nth_key(i, "SREventLink", static_cast<std::uint32_t>(rows.size()), of)));
        set(drafts[rows.back()], "IDEvent", d.key);
    };
    while (rows.size() < kept) add(kept);
    rest_of_table(i, "SREventLink", rows);
    std::size_t at = 0;
    for (const record::Reference& r : e.appointment) {
        const auto to = item_of(r.reference);
        if (!to || !has_rows(*to)) {
            at_ = &d;
            lose("appointment", "leads to nothing that is written");
            continue;
        }
        const auto taken = [&](const Draft& link) {
            return !link.cells[column(link.table, "IDAppointment")].empty() ||
                   !link.cells[column(link.table, "IDVisit")].empty();
        };
        while (at < rows.size() && taken(drafts[rows[at]])) ++at;
        if (at == rows.size()) {
            add(~0u);
            set(drafts[rows[at]], "DateEvent", d.cells[column(d.table, "DateEvent")]);
        }
        Draft& link = drafts[rows[at]];
        const std::size_t table = routes_[*to]->rows[0].table;
        const bool visit = layout_.table(table).name == "SRVisit";
        set(link, visit ? "IDVisit" : "IDAppointment", key_of_item(*to, table));
    }
}

namespace {

// "28.000" as "28": words are for people, who take the one for twenty-eight thousand.
Text without_zeros(Text number) {
    if (!is_decimal(number) || number.find('.') == Text::npos || number.find_first_of("eE") != Text::npos)
        return number;
    while (number.ends_with('0')) number.remove_suffix(1);
    if (number.ends_with('.')) number.remove_suffix(1);
    return number;
}

bool same_amount(Text a, Text b) { return without_zeros(a) == without_zeros(b); }

}  // namespace

void Pages::drug(const record::Concept& c, Draft& d) {
    Text name = c.text, display;
    bool other = false;
    for (const Coding& k : c.coding) {
        if (display.empty() && k.code != "UNK") display = k.display;
        if (k.system == kDmd || k.system == kSnomed || k.system == kNoSnomed)
            set(d, "IDMultiLexDMD", k.code);
        else if (k.system == kMultilexProduct)
            set(d, "IDMultiLexProduct", k.code);
        else if (k.system == kMultilexPack)
            set(d, "IDMultiLexPack", k.code);
        else if (k.code != "UNK")
            other = true;
    }
    if (name.empty()) {
        name = display;
        if (say_all && !name.empty())
            lose("medicationCodeableConcept.text", "the words of its code are its name", layout::kInstead);
    }
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
        if (template_row) set(d, "DateEvent", d.cells[column(d.table, "DateMedicationTemplateStart")]);
        if (!from_here(s)) {
            if (!s.based_on.empty()) lose("basedOn", "what is prescribed elsewhere rests on nothing here");
            if (!s.last_issue_date.empty()) lose("lastIssueDate", layout::kNoColumn);
        }
        Text& end =
            d.cells[column(d.table, template_row ? "DateMedicationTemplateEnd" : "DateMedicationEnd")];
        if (s.status == "active" && !end.empty() && (as_of_.empty() || end.substr(0, 10) <= as_of_)) {
            end = {};
            lose("effectivePeriod.end", "of a course that goes on: the layout would say that it has ended");
        }
        if (!in(d, "SRPrimaryCareMedication")) return;
        set(d, "DateEvent", d.cells[column(d.table, "DateMedicationStart")]);
        const bool said = !d.cells[column(d.table, "IsOtherMedication")].empty() ||
                          !d.cells[column(d.table, "IsDentalMedication")].empty() ||
                          !d.cells[column(d.table, "IsHospitalMedication")].empty();
        if (!said) set(d, "IsOtherMedication", "true");
        return;
    }
    const auto& m = static_cast<const record::MedicationRequest&>(written);
    if (say_all && as<record::MedicationRequest>(item).medication_codeable_concept.text.empty())
        lose("medicationCodeableConcept.text", "the words of its drug are its name", layout::kInstead);
    drug(m.medication_codeable_concept, d);
    dosage(i, m.dosage_instruction, "dosageInstruction", d, "MedicationDosage", false);
    const record::Quantity& q = m.dispense_request.quantity;
    const Text unit = q.unit.empty() ? q.code : q.unit;
    if (!q.quantity_text.empty())
        set(d, "MedicationQuantity", q.quantity_text);
    else if (!m.dispense_request.quantity_text.empty())
        set(d, "MedicationQuantity", m.dispense_request.quantity_text);
    else if (!q.value.empty())
        set(d, "MedicationQuantity",
            unit.empty() ? without_zeros(q.value) : arena_.join(without_zeros(q.value), " ", unit));
    const Amount read = amount(d.cells[column(d.table, "MedicationQuantity")]);
    if ((!q.value.empty() && !same_amount(read.value, q.value)) || (!unit.empty() && read.unit != unit))
        lose("dispenseRequest.quantity", "the layout has one text for a quantity");
    if (q.quantity_text.empty() && !m.dispense_request.quantity_text.empty())
        lose("dispenseRequest.quantity", "the layout has one text for a quantity");
    if (const auto repeats = to_integer(m.dispense_request.number_of_repeats_allowed);
        repeats && template_row)
        set(d, "MaxIssues", number(std::to_string(*repeats + 1)));
    set(d, "DateEvent",
        d.cells[column(d.table, template_row ? "DateMedicationTemplateStart" : "DateMedicationStart")]);
    status_word(m, d);
    if (template_row) counted(i, m.repeat_information.number_of_prescriptions_issued);
    if (template_row) return ended(i, m, d);
    supply(i, m, d);
    // An issue when it rests on a template.
    bool issue = !d.cells[column(d.table, "IDRepeatTemplate")].empty();
    for (const record::Reference& r : m.based_on) {
        const auto to = item_of(r.reference);
        if (!to) {
            lose("basedOn", "its plan is not written: whoever reads makes one", layout::kInstead);
            continue;
        }
        // The plan of an issue whose template is not there is made again of the issue.
        if (routes_[*to] != nullptr && routes_[*to]->fate == mapping::WriteRoute::Fate::derived)
            issue = issue || !acute(as<record::MedicationRequest>(record_->items[*to]));
        if (!has_rows(*to) || layout_.table(routes_[*to]->rows[0].table).name != "SRRepeatTemplate") continue;
        set(d, "IDRepeatTemplate", key_of_item(*to, routes_[*to]->rows[0].table));
        issue = true;
    }
    set(d, "IsRepeatMedication", issue ? Text("true") : Text("false"));
    for (const char* column : {"IsOtherMedication", "IsDentalMedication", "IsHospitalMedication"})
        set(d, column, "false");
}

bool Pages::acute(const record::MedicationRequest& m) {
    for (const Coding& c : m.prescription_type.coding)
        if (c.code == "acute") return true;
    return false;
}

// A plan that is over must have a day on which it ended: else it would be read as authorised.
void Pages::ended(std::uint32_t i, const record::MedicationRequest& m, Draft& d) {
    Text& end = d.cells[column(d.table, "DateMedicationTemplateEnd")];
    if (m.status == "active") {
        // It would be read as stopped.
        if (end.empty() || (!as_of_.empty() && end.substr(0, 10) > as_of_)) return;
        end = {};
        for (const char* path : {"statusReasonDate", "dispenseRequest.validityPeriod"})
            lose(path, "of a plan that is authorised: the layout would say that it has ended");
        return;
    }
    mapping::Civil c;
    if (end.empty() && mapping::civil_of(m.dispense_request.validity_period.end, arena_, c) &&
        c.day.size() == 10)
        end = c.time.empty() ? c.day : arena_.join(c.day, " ", c.time);
    if (end.empty() || (!as_of_.empty() && end.substr(0, 10) > as_of_))
        hold(i, layout::kDangerous,
             "Without an end that has come the layout would say that it is authorised");
}

// Only some kinds of prescription have a word of their own.
void Pages::status_word(const record::MedicationRequest& m, Draft& d) {
    const auto& types = layout_.set().values(layout_.set().values_index("prescription-type"));
    for (const Coding& c : m.prescription_type.coding)
        if (const mapping::ValueRow* back = types.reverse(c.code); back != nullptr)
            set(d, "DrugStatus", arena_.copy(back->source));
}

// The end is the first day and the days of the supply; of a course that is made again of the row, its own.
void Pages::supply(std::uint32_t i, const record::MedicationRequest& m, Draft& d) {
    const record::Quantity& q = m.dispense_request.expected_supply_duration;
    const Text start = d.cells[column(d.table, "DateMedicationStart")];
    const auto days = to_integer(q.value);
    const bool whole = days && *days > 0 && *days < 100'000 && start.size() >= 10 &&
                       (q.code == "d" || (q.code.empty() && (q.unit.empty() || q.unit.starts_with("day"))));
    Text end = whole ? number(civil_time::add_days(start.substr(0, 10), static_cast<int>(*days))) : Text{};
    for (const record::Reference& r : m.based_on) {
        const auto course = courses_.find(r.reference);
        const auto plan = item_of(r.reference);
        if (course == courses_.end() || !plan || has_rows(*plan)) continue;
        const auto& s = as<record::MedicationStatement>(record_->items[course->second]);
        mapping::Civil c;
        if (s.effective_period.end.empty() || !mapping::civil_of(s.effective_period.end, arena_, c)) continue;
        if (c.day.size() == 10 && (end.empty() || end == c.day))
            end = c.time.empty() ? c.day : arena_.join(c.day, " ", c.time);
    }
    if (!q.value.empty() && !whole)
        lose("dispenseRequest.expectedSupplyDuration", "the layout has a first and a last day");
    at_item_ = i;
    if (say_all && q.value.empty() && !end.empty())
        lose("dispenseRequest.expectedSupplyDuration", "the days of its course", layout::kInstead);
    set(d, "DateMedicationEnd", end);
}

// In words: a number with its unit is read as what it is.
void Pages::dose(const record::Quantity& q, Draft& d) {
    const Text unit = q.unit.empty() ? q.code : q.unit;
    Text parts;
    for (const Text part : {q.approximate == "true" ? Text("about") : Text(), q.comparator, q.value,
                            q.value.empty() && !unit.empty() ? Text("unit") : Text(), unit})
        if (!part.empty()) parts = parts.empty() ? part : arena_.join(parts, " ", part);
    if (q.code != unit && !q.code.empty() && plain_amount(parts).value != q.value)
        parts = arena_.join(parts, ", code ", q.code);
    Text words = q.quantity_text.empty() ? parts : q.quantity_text;
    const auto plain = [&] {
        const Amount read = plain_amount(words);
        return same_amount(read.value, q.value) && read.unit == unit && q.comparator.empty();
    };
    if (!plain() && words.find(parts) == Text::npos) words = arena_.join(words, " (", parts, ")");
    set(d, "Dose", words);
    if (!plain()) lose("doseQuantity", "written in words", "value-as-text");
}

void Pages::immunization(const record::Immunization& im, Draft& d) {
    if (!im.vaccination_procedure.text.empty() && !from_here(im))
        lose("vaccinationProcedure", "the layout has the code, and no words for it");
    for (const Coding& k : im.vaccination_procedure.coding) {
        if (k.system == kSnomed || k.system == kNoSnomed)
            set(d, "ImmsSNOMEDCode", k.code);
        else if (k.system == kCtv3 || k.system == kLocal)
            set(d, "ImmsReadCode", k.code);
        else if (k.code != "UNK")
            lose("vaccinationProcedure", "a code of another system", "code-not-carried");
        if (!k.display.empty() && !from_here(im))
            lose("vaccinationProcedure", "the layout has the code, and no words for it");
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
    Text words = v.text.empty() ? display : v.text;
    if (say_all && !words.empty())
        for (const Coding& k : v.coding)
            if (k.code == "UNK")
                lose("vaccineCode.coding", "words that are there stand for the vaccine", layout::kInstead);
    // The codes come without words: what was given is said by the name of its content.
    if (words.empty() && !from_here(im)) {
        if (!v.coding.empty())
            lose("vaccineCode.coding", "what was given is said by the words of the vaccination");
        words = im.vaccination_procedure.text;
        for (const Coding& k : im.vaccination_procedure.coding)
            if (words.empty()) words = k.display;
    }
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
    dose(im.dose_quantity, d);
    if (!im.occurrence_string.empty() && im.occurrence_string != "Unknown")
        lose("occurrenceString", "the layout has a day, or nothing", layout::kInstead);
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
    const auto& s = as<record::ServiceRequest>(record_->items[i]);
    if (in(d, "SRReferralIn"))
        return statuses(i, s, d, "SRReferralInStatusDetails", "IDReferralIn", "StatusOfReferralIn");
    if (!in(d, "SRReferralOut")) return;
    // What stands for a row that names no kind of service is no kind of service.
    for (const Coding& k : s.code.coding)
        if (k.code == "3457005" && s.code.text.empty()) d.cells[column(d.table, "TypeOfReferral")] = {};
    // What was inferred of another layout is not inferred of this one.
    if (!from_here(s) && layout::inferred(s, "performer"))
        for (const record::Reference& r : s.performer)
            if (!r.reference.empty())
                lose("performer", "the layout has words for who is asked", layout::kNotCarried);
    if (!s.reason_code.empty()) {
        Text snomed, ctv3, text;
        words_of(s.reason_code[0], snomed, ctv3, text, from_here(s), "reasonCode");
        set(d, "SNOMEDPrimaryDiagnosis", snomed);
        set(d, "PrimaryDiagnosis", ctv3);
        if (snomed.empty() && ctv3.empty()) lose("reasonCode", "the layout has codes here, and no words");
        if (s.reason_code.size > 1) lose("reasonCode", "the layout has room for one");
    }
    if (!s.code.coding.empty() && !from_here(s))
        lose("code.coding", "the layout has words for what is asked for");
    if (!s.order_detail.empty()) {
        const record::Concept& first = s.order_detail[0];
        set(d, "ServiceOffered",
            first.text.empty() && !first.coding.empty() ? first.coding[0].display : first.text);
        if (!first.coding.empty()) lose("orderDetail.coding", "the layout has words for the service");
        if (s.order_detail.size > 1) lose("orderDetail", "the layout has room for one");
    }
    if (!s.priority.empty() && s.priority != "routine" && s.priority != "urgent")
        lose("priority", "the layout has routine and urgent");
    statuses(i, s, d, "SRReferralOutStatusDetails", "IDReferralOut", "StatusOfReferralOut");
}

// Each status of a referral is a row of its own.
void Pages::statuses(std::uint32_t i, const record::ServiceRequest& s, Draft& d, const char* table,
                     const char* of_column, const char* word_column) {
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
        rows.push_back(draft(table, nth_key(i, table, at, of)));
        Draft& row = drafts[rows.back()];
        const std::size_t comma = n.text.rfind(", ");
        const Text words =
            n.text.substr(kStatus.size(), comma == Text::npos ? Text::npos : comma - kStatus.size());
        set(row, of_column, d.key);
        if (words != "not given") set(row, word_column, words);
        if (comma != Text::npos) set(row, "DateEvent", n.text.substr(comma + 2));
    }
    rest_of_table(i, table, rows);
    at_ = &d;
}

void Pages::appointment(std::uint32_t i, Draft& d) {
    const auto& a = as<record::Appointment>(record_->items[i]);
    const bool visit = in(d, "SRVisit");
    for (const record::AppointmentParticipant& p : a.participant) {
        if (p.actor.reference.empty() || !p.type.empty() || !p.required.empty() || !p.period.start.empty() ||
            !p.period.end.empty())
            lose("participant", "the layout has the patient and one clinician", layout::kInstead);
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
    booked(a.delivery_channel, a.description, d);
    flags(i, a, d);
}

// Held by telephone, and the name of the rota as the booking has it.
void Pages::booked(const record::Concept& channel, Text words, Draft& d) {
    const auto& values = layout_.set().values(layout_.set().values_index("telephone"));
    for (const Coding& c : channel.coding)
        if (const mapping::ValueRow* back = values.reverse(c.code); back != nullptr)
            set(d, "TelephoneAppointment", "true");
        else
            lose("deliveryChannel", "the layout has the telephone only");
    if (channel.coding.empty() && !channel.text.empty())
        lose("deliveryChannel", "the layout has the telephone only");
    set(d, "RotaName", words);
}

// A flag is a row: as many as there were when the words can be told apart, else one.
void Pages::flags(std::uint32_t i, const record::Appointment& a, Draft& d) {
    if (a.comment.empty()) return;
    std::uint32_t kept = 0;
    for (const record::SourceRow& r : a.source) kept += r.table == "SRAppointmentFlags" ? 1 : 0;
    constexpr Text kBetween = "; ";
    std::vector<Text> words;
    for (Text left = a.comment;;) {
        const std::size_t end = left.find(kBetween);
        words.push_back(left.substr(0, end));
        if (end == Text::npos) break;
        left.remove_prefix(end + kBetween.size());
    }
    if (words.size() != kept) words = {a.comment};
    std::vector<std::uint32_t> rows;
    const auto of = static_cast<std::uint32_t>(words.size());
    for (const Text one : words) {
        const auto n = static_cast<std::uint32_t>(rows.size());
        rows.push_back(draft("SRAppointmentFlags", nth_key(i, "SRAppointmentFlags", n, of)));
        Draft& flag = drafts[rows.back()];
        set(flag, "IDAppointment", d.key);
        set(flag, "Flag", one);
    }
    rest_of_table(i, "SRAppointmentFlags", rows);
    at_ = &d;
}

}  // namespace gpswitch::tpp::write
