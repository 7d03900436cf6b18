// Entries of the record: what the column rules call part in their rows.
#include <fmt/format.h>

#include "core/system/emis/write/helpers.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::emis::write {

void Pages::encounter(const record::Encounter& e, Draft& d) {
    for (const record::EncounterParticipant& p : e.participant) {
        const auto is = [&](Text code) {
            for (const record::Concept& t : p.type)
                for (const record::Coding& c : t.coding)
                    if (c.code == code) return true;
            return false;
        };
        const char* column = is("PPRF")               ? "ClinicianUserInRoleGuid"
                             : is("ENT") || is("REC") ? "EnteredByUserInRoleGuid"
                                                      : nullptr;
        const Text key = column == nullptr ? Text{} : key_of_reference(p.individual, column);
        if (key.empty() || !d.cells[layout_.column(d.table, column)].empty())
            lose("participant", "the layout has one clinician and one who typed");
        else
            set(d, column, key);
    }
    if (!e.class_.code.empty() && e.class_.code != "AMB")
        lose("class.display", "every consultation is read as ambulatory", layout::kInstead);
    // The booking is known by its slot.
    for (const record::Reference& r : e.appointment)
        if (const auto to = item_of(r.reference); to && record_->items[*to].kind == EntityKind::Appointment)
            if (const auto& a = as<record::Appointment>(record_->items[*to]);
                !a.slot.empty() && !from_here(a))
                d.cells[layout_.column(d.table, "AppointmentSlotGuid")] = later(a.slot[0].reference);
}

void Pages::condition(const record::Condition& c, Draft& d) {
    const bool problem = tab_of(d) == Tab::CareRecord_Problem;
    for (const record::RelatedProblem& r : c.related_problem) {
        const bool plain = r.type == "parent";
        if (plain == problem) {  // the plain link is the entry's, any other the problem's
            if (routes_[at_item_]->rows.size() == 1)
                lose("relatedProblem", "the entry has no row that could lead there");
            continue;
        }
        const Text key = key_of_reference(r.target, {});
        if (key.empty()) {
            lose("relatedProblem", "leads to nothing that is written");
        } else if (const Text above = d.cells[layout_.column(
                       d.table, plain ? "ProblemGuid" : "ParentProblemObservationGuid")];
                   !above.empty() && above != key) {
            lose("relatedProblem", "the layout has one problem above another");
        } else if (plain) {
            set(d, "ProblemGuid", key);
        } else {
            set(d, "ParentProblemObservationGuid", key);
            const int values = layout_.set().values_index("problem-relationship");
            const mapping::ValueRow* back =
                values < 0 ? nullptr : layout_.set().values(values).reverse(r.type);
            if (back != nullptr) set(d, "ParentProblemRelationship", arena_.copy(back->source));
        }
    }
}

// Written for whoever reads: an item for each thing that the plain columns have no place for.
// The layout has no column for a dose: it stands in the words beside the code.
void Pages::dose_in_words(const record::Quantity& dose, Draft& d) {
    std::string parts;
    for (const Text part :
         {dose.comparator, dose.value, dose.unit.empty() ? dose.code : dose.unit, dose.quantity_text})
        if (!part.empty()) parts += " " + std::string(part);
    if (parts.empty()) return;
    const std::string words = (dose.approximate == "true" ? "Dose: about" : "Dose:") + parts;
    Text& text = d.cells[layout_.column(d.table, "AssociatedText")];
    text = text.empty() ? arena_.copy(words) : arena_.join(words, "\n", text);
    lose("doseQuantity", "written in words", "value-as-text");
}

// A code that came without words has those of the vaccine: a number is no name of a vaccination.
const Entity& Pages::as_written(std::uint32_t i) {
    const Entity& e = layout::Pages::as_written(i);
    if (record_->items[i].kind == EntityKind::Patient) registered_otherwise(i);
    if (record_->items[i].kind != EntityKind::Immunization) return e;
    const auto& im = static_cast<const record::Immunization&>(e);
    const record::Concept& done = im.vaccination_procedure;
    Text words = im.vaccine_code.text;
    for (const record::Coding& k : im.vaccine_code.coding)
        if (words.empty() && k.code != "UNK") words = k.display;
    if (words.empty() || !done.text.empty() ||
        std::ranges::any_of(done.coding, [](const record::Coding& k) { return !k.display.empty(); }))
        return e;
    auto* copy = arena_.make<record::Immunization>();
    *copy = im;
    copy->vaccination_procedure.text = words;
    return *copy;
}

void Pages::immunization(const record::Immunization& im, Draft& d) {
    dose_in_words(im.dose_quantity, d);
    if (!im.occurrence_string.empty() && im.occurrence_string != "Unknown")
        lose("occurrenceString", "the layout has a day, or nothing", layout::kInstead);
    const int column = layout_.column(d.table, "Qualifiers");
    if (!d.cells[column].empty()) return;
    std::string xml;
    const auto add = [&](Text key, Text value) {
        if (value.empty()) return;
        xml += fmt::format("<Item key=\"{}\" value=\"", key);
        for (const char c : value) switch (c) {
                case '&': xml += "&amp;"; break;
                case '<': xml += "&lt;"; break;
                case '>': xml += "&gt;"; break;
                case '"': xml += "&quot;"; break;
                default: xml += c;
            }
        xml += "\"/>";
    };
    const auto words = [](const record::Concept& c) {
        return c.text.empty() && !c.coding.empty() ? c.coding[0].display : c.text;
    };
    add("BatchNumber", im.lot_number);
    add("Manufacturer", im.manufacturer.display);
    add("ExpiryDate", im.expiration_date);
    add("Site", words(im.site));
    add("Route", words(im.route));
    if (!im.site.coding.empty()) lose("site", "the layout has words for it", "code-not-carried");
    if (!im.route.coding.empty()) lose("route", "the layout has words for it", "code-not-carried");
    if (!xml.empty()) d.cells[column] = arena_.join("<Qualifiers>", xml, "</Qualifiers>");
}

void Pages::referral(const record::ServiceRequest& s, Draft& d) {
    // This practice received it: the clinician stands where the target does.
    if (tab_of(d) != Tab::CareRecord_Observation || !inferred(s, "performer:")) return;
    for (const record::Reference& r : s.performer)
        if (r.reference.starts_with("PractitionerRole/") || !r.identifier.value.empty()) {
            const Text key = key_of_reference(r, "ClinicianUserInRoleGuid");
            if (!key.empty()) set(d, "ClinicianUserInRoleGuid", key);
        }
}

// The course that the plan or order belongs to is another organisation's: the row has no room to say so.
bool Pages::prescribed_elsewhere(std::uint32_t i) const {
    const auto& m = as<record::MedicationRequest>(record_->items[i]);
    const auto names = [&](const record::Reference& r, Text type, Text id) {
        return r.reference.size() == type.size() + 1 + id.size() && r.reference.starts_with(type) &&
               r.reference.ends_with(id);
    };
    for (const record::MedicationStatement* s : elsewhere_)
        for (const record::Reference& r : s->based_on) {
            if (names(r, "MedicationRequest", m.id)) return true;
            for (const record::Reference& own : m.based_on)
                if (!own.reference.empty() && own.reference == r.reference) return true;
        }
    return false;
}

// The day of the last issue that is there: whoever reads finds it anew.
void Pages::last_issue(const record::MedicationStatement& s) {
    if (s.last_issue_date.empty() && !say_all) return;
    Text last;
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (record_->items[i].kind != EntityKind::MedicationRequest || !has_rows(i)) continue;
        const auto& m = as<record::MedicationRequest>(record_->items[i]);
        const bool mine = m.intent != "plan" && std::ranges::any_of(m.based_on, [&](const auto& plan) {
                              return std::ranges::any_of(s.based_on, [&](const record::Reference& r) {
                                  return !r.reference.empty() && r.reference == plan.reference;
                              });
                          });
        // Dated after the moment of the data it has not been issued yet.
        const bool past = as_of_.empty() || !civil_time::is_day(m.authored_on.substr(0, 10)) ||
                          m.authored_on.substr(0, 10) <= as_of_;
        if (mine && past) last = std::max(last, m.authored_on);
    }
    if (last != s.last_issue_date)
        lose("lastIssueDate", "the layout has the day of the last issue that is there", layout::kInstead);
}

// Courses of another organisation.
void Pages::find_elsewhere() {
    elsewhere_.clear();
    for (const record::Item& item : record_->items) {
        if (item.kind != EntityKind::MedicationStatement) continue;
        const auto& s = as<record::MedicationStatement>(item);
        if (std::ranges::any_of(s.prescribing_agency.coding, [&](const record::Coding& c) {
                return layout_.set().in_list("prescribed-elsewhere", c.code);
            }))
            elsewhere_.push_back(&s);
    }
}

// Of what is not active and has no day on which it ended the layout says no more: it is over.
void Pages::over(Text status) {
    if (at_route_->rows[0].variant.ends_with("ended") && !status.empty() && status != "completed")
        lose("status", "not active is all that the layout says: it is read as over", layout::kInstead);
}

void Pages::plan(std::uint32_t i, Draft& d) {
    const auto& m = as<record::MedicationRequest>(record_->items[i]);
    over(m.status);
    if (prescribed_elsewhere(i))
        hold(i, layout::kDangerous, "it is prescribed elsewhere, and would be read as prescribed here");
    dosage(i, m.dosage_instruction, "dosageInstruction", d, "Dosage",
           tab_of(d) == Tab::Prescribing_IssueRecord);
    unit(m.dispense_request.quantity, d, "QuantityUnit");
    if (tab_of(d) == Tab::Prescribing_IssueRecord && !as_of_.empty() && m.status != "active" &&
        m.authored_on.substr(0, 10) > as_of_)
        lose("status", "dated after the moment of the data: it is read as active", layout::kInstead);
    if (tab_of(d) == Tab::Prescribing_DrugRecord) {
        const auto repeats = to_integer(m.dispense_request.number_of_repeats_allowed);
        if (repeats) set(d, "NumberOfIssuesAuthorised", arena_.copy(std::to_string(*repeats + 1)));
    } else if (d.cells[layout_.column(d.table, "DrugRecordGuid")].empty()) {
        for (const record::Reference& r : m.based_on)
            if (const auto to = item_of(r.reference);
                to && routes_[*to] != nullptr && routes_[*to]->fate == mapping::WriteRoute::Fate::rows)
                set(d, "DrugRecordGuid", key_of_reference(r, "DrugRecordGuid"));
    }
}

// When it was typed in: only a moment is read as the document's.
void Pages::document(const record::DocumentReference& r, Draft& d) {
    mapping::Civil at;
    if (r.date.empty()) return;
    if (!mapping::civil_of(r.date, arena_, at) || at.day.size() < 10 || at.time.empty() ||
        at.time == "00:00:00")
        return lose("date", "the layout has a moment with its time of day");
    const int day = layout_.column(d.table, "EnteredDate"), time = layout_.column(d.table, "EnteredTime");
    if (d.cells[day].empty() && d.cells[time].empty()) {
        d.cells[day] = at.day;
        d.cells[time] = at.time;
    } else if (d.cells[day] != at.day || d.cells[time] != at.time) {
        lose("date", layout::kOthers);
    }
}

void Pages::provenance(const record::Provenance& p, Draft& d) {
    if (tab_of(d) == Tab::Audit_PatientAudit) {
        Text key;
        bool shared_row = false;
        for (const record::Reference& r : p.target) {
            if (!key.empty()) continue;
            key = key_of_reference(r, "ItemGuid");
            const auto to = item_of(r.reference);
            const Tab tab =
                to && has_rows(*to) ? static_cast<Tab>(routes_[*to]->rows[0].table) : Tab::Audit_PatientAudit;
            shared_row = tab == Tab::Admin_Patient || tab == Tab::Appointment_Slot;
        }
        set(d, "ItemGuid", key);
        if (key.empty()) lose("target", "leads to nothing that is written");
        if (shared_row)
            lose("target", "named by the key of a row that several entries share", layout::kInstead);
    }
    if (!p.occurred_date_time.empty()) {
        // A day without a time of day: the instant was made of it.
        if (say_all) lose("recorded", "the layout has the day of the change alone", layout::kInstead);
        d.cells[layout_.column(d.table, "ModifiedDate")] = p.occurred_date_time;
        if (rest_of(p, shape(tab_of(d)).name) == nullptr)
            d.cells[layout_.column(d.table, "ModifiedTime")] = {};
        for (const record::Rest& r : p.rest)
            if (r.path.ends_with(".ModifiedTime")) d.cells[layout_.column(d.table, "ModifiedTime")] = r.value;
    }
    if (p.agent.size > 1) lose("agent", "the layout has room for one person");
}

// Reports, panels and batteries name their members; here the member names what is above it.
void Pages::parents() {
    const auto link = [&](std::uint32_t i, const record::Reference& r) {
        const auto to = item_of(r.reference);
        if (!to || item_drafts_[i].empty() || item_drafts_[*to].empty()) return;
        const std::uint32_t above = item_drafts_[i][0], below = item_drafts_[*to][0];
        Draft& child = drafts[below];
        if (tab_of(child) != Tab::CareRecord_Observation || drafts[above].table != child.table ||
            above == below)
            return;
        if (child.parent >= 0) {
            if (child.parent == static_cast<int>(above)) return;
            at_item_ = *to;
            return lose("hasMember", "the layout has one entry above another");
        }
        at_ = &child;
        set(child, "ParentObservationGuid", drafts[above].key);
        child.parent = static_cast<int>(above);
        drafts[above].children.add(arena_) = below;
    };
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        const record::Item& item = record_->items[i];
        if (item.kind == EntityKind::DiagnosticReport) {
            for (const auto& r : as<record::DiagnosticReport>(item).result) link(i, r);
            for (const auto& r : as<record::DiagnosticReport>(item).specimen) link(i, r);
        } else if (item.kind == EntityKind::Observation) {
            for (const auto& r : as<record::Observation>(item).has_member) link(i, r);
            for (const auto& r : as<record::Observation>(item).derived_from)
                if (r.reference.starts_with("DiagnosticReport/")) link(i, r);
        }
    }
    // Entries that nothing can point to keep the key of what is above them themselves.
    const int column = layout_.column(Tab::CareRecord_Observation, "ParentObservationGuid");
    const auto& index = by_key_[static_cast<std::size_t>(Tab::CareRecord_Observation)];
    for (std::uint32_t n = 0; n < drafts.size(); ++n) {
        Draft& d = drafts[n];
        if (tab_of(d) != Tab::CareRecord_Observation || d.parent >= 0 || d.cells[column].empty()) continue;
        std::string normal;
        normal_guid(d.cells[column], normal);
        if (const auto above = index.find(Text(normal)); above && *above != n) {
            d.parent = static_cast<int>(*above);
            drafts[*above].children.add(arena_) = n;
        }
    }
}

}  // namespace gpswitch::emis::write
