// Prescriptions: an acute one and its issue in one row, a repeat and its course in one, each issue in its
// own.
#include <algorithm>

#include "core/system/vision/repeats.hpp"
#include "core/system/vision/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision::write {

using layout::as;

// Which issue and which course stands on which authorisation.
void Pages::relate() {
    if (related_) return;
    related_ = true;
    const auto n = static_cast<std::uint32_t>(record_->items.size());
    plan_.assign(n, -1);
    first_order_.assign(n, -1);
    abroad_.assign(n, false);
    const auto plan_of = [&](const List<record::Reference>& list) {
        for (const record::Reference& r : list)
            if (const auto to = item_of(r.reference);
                to && record_->items[*to].kind == EntityKind::MedicationRequest &&
                as<record::MedicationRequest>(record_->items[*to]).intent == "plan")
                return static_cast<int>(*to);
        return -1;
    };
    for (std::uint32_t i = 0; i < n; ++i) {
        const record::Item& item = record_->items[i];
        if (item.kind == EntityKind::MedicationStatement) {
            const auto& s = as<record::MedicationStatement>(item);
            plan_[i] = plan_of(s.based_on);
            for (const record::Coding& k : s.prescribing_agency.coding)
                if (plan_[i] >= 0 && k.code == "prescribed-by-another-organisation")
                    abroad_[static_cast<std::size_t>(plan_[i])] = true;
        } else if (item.kind == EntityKind::MedicationRequest) {
            const auto& m = as<record::MedicationRequest>(item);
            if (m.intent == "plan") {
                if (m.reported_boolean == "true") abroad_[i] = true;
                continue;
            }
            plan_[i] = plan_of(m.based_on);
            if (plan_[i] < 0 || !has_rows(i)) continue;
            const auto p = static_cast<std::uint32_t>(plan_[i]);
            if (acute(p) && first_order_[p] < 0) first_order_[p] = static_cast<int>(i);
        }
    }
}

// An acute authorisation has no row: its issue says it.
bool Pages::acute(std::uint32_t i) const {
    const record::Item& item = record_->items[i];
    if (item.kind != EntityKind::MedicationRequest || routes_[i] == nullptr ||
        routes_[i]->fate != mapping::WriteRoute::Fate::derived)
        return false;
    const auto& m = as<record::MedicationRequest>(item);
    if (!layout::inferred(m, "the whole entry")) return true;
    // Made of its issue: unless that is acute, it is an issue without a repeat here, too.
    const auto is = [](const record::Concept& c) {
        return std::any_of(c.coding.begin(), c.coding.end(),
                           [](const record::Coding& k) { return k.code == "acute"; });
    };
    return is(m.course_of_therapy_type) || is(m.prescription_type);
}

// Who names the drug by reference gets its words in the entry.
void Pages::named_by(const record::Concept& own) {
    if (say_all && own.text.empty() && !drug_->text.empty())
        lose("medicationCodeableConcept.text", "the words of its medication stand there", layout::kInstead);
}

// Neither words nor a code of the drug.
bool Pages::nameless(const Draft& d) const {
    const auto& at = at_place_.j;
    return d.cells[at.rubric].empty() && d.cells[at.dmd].empty() && d.cells[at.snomed].empty() &&
           d.cells[at.code].empty();
}

void Pages::request(std::uint32_t i, Draft& d) {
    const auto& at = at_place_.j;
    const auto& m = as<record::MedicationRequest>(record_->items[i]);
    const bool plan = m.intent == "plan";
    if (drug_ != nullptr) drug(*drug_, d), named_by(m.medication_codeable_concept);
    if (nameless(d) && !from_here(m)) return hold(i, layout::kDangerous, "which drug it is cannot be said");
    dosage(i, m.dosage_instruction, "dosageInstruction", d, "TEXT", false);
    if (m.recorded.size() > 10 && !from_here(m)) lose("recorded", "the time of day has no column");
    const record::Quantity& q = m.dispense_request.quantity;
    if (!q.value.empty() && d.cells[at.value1].empty()) {
        d.cells[at.value1] = arena_.join(q.comparator, q.value);
        d.cells[at.value1_name] = "QUANTITY";
        set(d, "DRUG_PACKSIZE", q.code);
    } else if (d.cells[at.value1].empty() && !m.dispense_request.quantity_text.empty()) {
        d.cells[at.value1] = m.dispense_request.quantity_text;
        d.cells[at.value1_name] = "QUANTITY";
    }
    const std::uint32_t p = plan_[i] < 0 ? i : static_cast<std::uint32_t>(plan_[i]);
    if (abroad_[p])
        return hold(
            i, layout::kNoPlace,
            "prescribed elsewhere: the layout has no word for it and would say that it is ours to issue");
    const auto type_of = [](const record::Concept& c) {
        return c.coding.empty() ? Text{} : c.coding[0].code;
    };
    const Text type = type_of(m.prescription_type);
    if (!type.empty() && type != "acute" && type != "repeat" && type != "A" && type != "R" && type != "S")
        lose("prescriptionType", "the layout has acute and repeat", layout::kInstead);
    const Text course = type_of(m.course_of_therapy_type);
    if (!course.empty() && course != "acute" && course != "continuous" && course != "A" && course != "R" &&
        course != "S")
        lose("courseOfTherapyType", "the layout has acute and repeat", layout::kInstead);
    if (plan || plan_[i] < 0) return;
    if (!acute(p)) return;  // repeats()
    // An issue is of the kind of what it stands on.
    // The first line for an issue is that of acute ones.
    for (const mapping::WriteRoute& route : layout_.write().routes(EntityKind::MedicationRequest)) {
        if (route.fate != mapping::WriteRoute::Fate::rows ||
            route.rows[0].variant != "MedicationRequest:order")
            continue;
        for (const auto& s : route.rows[0].sets)
            if ((d.from_rest >> s.cell & 1) == 0) d.cells[s.cell] = s.value;
        break;
    }
    if (first_order_[p] == static_cast<int>(i)) authorised(p, i);
}

// What the authorisation of an acute prescription says and its issue does not.
void Pages::authorised(std::uint32_t p, std::uint32_t i) {
    const auto& plan = as<record::MedicationRequest>(record_->items[p]);
    const auto& order = as<record::MedicationRequest>(record_->items[i]);
    if (from_here(plan) || layout::inferred(plan, "the whole entry")) return;
    if (!plan.status_reason_date.empty()) put(at_place_.j.end, plan.status_reason_date.substr(0, 10));
    static constexpr Text kSaid[] = {
        "id",     "meta",    "identifier", "sourceRow",           "inferred",         "subject",
        "intent", "basedOn", "rest",       "courseOfTherapyType", "prescriptionType", "statusReasonDate"};
    at_item_ = p;
    for (const record::Field& f : record::type_of<record::MedicationRequest>().fields) {
        if (record::is_empty(&plan, f) || std::ranges::find(kSaid, f.name) != std::end(kSaid)) continue;
        if (!record::equal(&plan, &order, f))
            lose(f.name, "an acute prescription is one row with its issue", layout::kInstead);
    }
    at_item_ = i;
}

void Pages::statement(std::uint32_t i, Draft& d) {
    const auto& s = as<record::MedicationStatement>(record_->items[i]);
    if (drug_ != nullptr) drug(*drug_, d), named_by(s.medication_codeable_concept);
    if (nameless(d) && !from_here(s)) return hold(i, layout::kDangerous, "which drug it is cannot be said");
    dosage(i, s.dosage, "dosage", d, "TEXT", false);
    const Text variant = routes_[i]->rows[0].variant;
    if (s.date_asserted.size() > 10) lose("dateAsserted", "the layout has the day only");
    if (variant == "MedicationStatement:degraded") return;
    const auto p = static_cast<std::uint32_t>(plan_[i]);
    const bool stands = plan_[i] >= 0 && (acute(p) ? first_order_[p] >= 0 : has_rows(p));
    if (!stands && !from_here(s))
        return hold(i, layout::kNoPlace, "the layout has a course with its prescription only");
    const std::uint32_t of = stands && acute(p) ? static_cast<std::uint32_t>(first_order_[p]) : p;
    if (stands && has_rows(of) && !acute(p))
        for (const auto& set : routes_[of]->rows[0].sets) put(set.cell, set.value);
    if (stands && acute(p) && d.cells[at_place_.j.end].empty() && s.status != "unknown")
        lose("status", "the layout does not say whether an acute prescription is still taken");
}

// A prescription and its course have one day of their beginning, and one of their end: the prescription's,
// whichever of them came first.
void Pages::same_course(Draft& d) {
    const auto& at = at_place_.j;
    const record::MedicationRequest* request = nullptr;
    const record::MedicationStatement* statement = nullptr;
    std::uint32_t ours = 0, course = 0;
    for (const std::uint32_t i : d.items) {
        const record::Item& item = record_->items[i];
        if (item.kind == EntityKind::MedicationRequest)
            request = &as<record::MedicationRequest>(item), ours = i;
        if (item.kind == EntityKind::MedicationStatement)
            statement = &as<record::MedicationStatement>(item), course = i;
    }
    if (request == nullptr || statement == nullptr || from_here(*request)) return;
    const record::MedicationRequest& plan =
        request->intent == "plan" || plan_[ours] < 0
            ? *request
            : as<record::MedicationRequest>(record_->items[static_cast<std::uint32_t>(plan_[ours])]);
    const auto one = [&](int column, Text chosen, Text own, Text path) {
        Text& cell = d.cells[column];
        if (chosen.size() >= 10 && (d.from_rest >> column & 1) == 0) cell = chosen.substr(0, 10);
        at_item_ = course;
        if (!own.empty() && own.substr(0, 10) != cell.substr(0, 10))
            lose(path, layout::kOthers, layout::kInstead);
    };
    one(at.date, request->authored_on, statement->effective_period.start, "effectivePeriod.start");
    one(at.end, plan.status_reason_date, statement->effective_period.end, "effectivePeriod.end");
    one(column(at_place_.journal, "RECORDED_DATE"), request->recorded, statement->date_asserted,
        "dateAsserted");
    at_item_ = ours;
    if (request->authored_on.size() > 10 && d.cells[at.time].empty())
        lose("authoredOn", "the time of day has no column");
}

// Whoever reads takes for an issue's repeat what master_of() says. Where that is another one, or there is
// none, it is said.
void Pages::repeats() {
    const auto& at = at_place_.j;
    std::vector<std::uint32_t> masters;
    std::vector<Prescribed> prescribed;
    const auto said = [&](const Draft& d) {
        return Prescribed{d.cells[at.dmd], d.cells[at.code], d.cells[at.rubric],
                          d.cells[at.date].substr(0, 10), d.cells[at.end].substr(0, 10)};
    };
    for (std::uint32_t n = 0; n < drafts.size(); ++n) {
        if (drafts[n].table != at_place_.journal || drafts[n].written || drafts[n].cells[at.subset] != "R")
            continue;
        masters.push_back(n);
        prescribed.push_back(said(drafts[n]));
    }
    std::vector<Text> last(drafts.size());
    const auto master_of = [&](const Draft& issue) {
        const int n = vision::master_of(said(issue), prescribed);
        return n < 0 ? -1 : static_cast<int>(masters[static_cast<std::size_t>(n)]);
    };
    for (const Draft& d : drafts) {
        if (d.table != at_place_.journal || d.items.empty() || d.written || d.cells[at.subset] != "S")
            continue;
        const int master = master_of(d);
        at_item_ = d.items[0];
        if (master >= 0) {
            Text& day = last[static_cast<std::uint32_t>(master)];
            day = std::max(day, d.cells[at.date].substr(0, 10));
        }
        const record::Item& issue = record_->items[at_item_];
        if (plan_[at_item_] < 0) {
            // What it stood on is held.
            if (issue.kind == EntityKind::MedicationRequest && !from_here(*issue.entity) &&
                !as<record::MedicationRequest>(issue).based_on.empty())
                lose("basedOn", "its repeat is not written: whoever reads makes one, or takes another",
                     layout::kInstead);
            continue;
        }
        const auto plan = static_cast<std::uint32_t>(plan_[at_item_]);
        if (master < 0)
            lose("basedOn", "no repeat of its drug had begun by then: whoever reads makes one",
                 layout::kInstead);
        else if (std::ranges::find(item_drafts_[plan], static_cast<std::uint32_t>(master)) ==
                 item_drafts_[plan].end())
            lose("basedOn", "whoever reads takes another repeat of the same drug for its own",
                 layout::kInstead);
        else if (!from_here(*record_->items[at_item_].entity))
            lose("basedOn", "the layout has no link from an issue to its repeat");
    }
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (record_->items[i].kind != EntityKind::MedicationStatement || item_drafts_[i].empty()) continue;
        const Draft& d = drafts[item_drafts_[i][0]];
        const Text own = as<record::MedicationStatement>(record_->items[i]).last_issue_date.substr(0, 10);
        const Text read =
            d.cells[at.subset] == "R" ? last[item_drafts_[i][0]] : d.cells[at.date].substr(0, 10);
        at_item_ = i;
        if (!own.empty() && own != read)
            lose("lastIssueDate", "whoever reads takes the last issue that it finds", layout::kInstead);
    }
}

// An authorisation without a row of its own must have an issue that says it.
void Pages::unissued() {
    relate();
    for (std::uint32_t i = 0; i < record_->items.size() && say_all; ++i) {
        const record::Item& item = record_->items[i];
        at_item_ = i;
        if (item.kind == EntityKind::MedicationStatement && routes_[i] != nullptr &&
            routes_[i]->fate == mapping::WriteRoute::Fate::derived &&
            as<record::MedicationStatement>(item).date_asserted.size() > 10)
            lose("dateAsserted", "the layout has the day only");
    }
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (!acute(i) || first_order_[i] >= 0) continue;
        const auto& m = as<record::MedicationRequest>(record_->items[i]);
        if (!from_here(m) && !layout::inferred(m, "the whole entry"))
            hold(i, layout::kNoPlace, "the layout has an acute prescription with its issue only");
    }
    // What the issue loses its authorisation loses with it.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> lost;  // of an issue: its losses, in their order
    std::vector<bool> issue(record_->items.size());
    for (std::uint32_t i = 0; i < record_->items.size(); ++i)
        if (acute(i) && first_order_[i] >= 0) issue[static_cast<std::size_t>(first_order_[i])] = true;
    for (std::uint32_t n = 0; n < losses.size(); ++n)
        if (issue[losses[n].item]) lost.emplace_back(losses[n].item, n);
    std::ranges::sort(lost);
    for (std::uint32_t i = 0; i < record_->items.size(); ++i) {
        if (!acute(i) || first_order_[i] < 0) continue;
        at_item_ = i;
        const auto order = static_cast<std::uint32_t>(first_order_[i]);
        for (auto l = std::ranges::lower_bound(lost, std::pair{order, 0u});
             l != lost.end() && l->first == order; ++l) {
            const layout::Loss one = losses[l->second];
            lose(one.path, one.why, one.reason);
        }
    }
}

// What has ended must have an end: without one a repeat could be issued again. What has not must have none.
void Pages::check_course(Draft& d) {
    Text& end = d.cells[at_place_.j.end];
    for (const std::uint32_t i : d.items) {
        const record::Item& item = record_->items[i];
        const Text wanted = routes_[i]->rows[0].variant;
        const bool plan =
            wanted == "MedicationRequest:plan-ended" || wanted == "MedicationRequest:plan-active";
        const bool problem = wanted == "Condition:problem-ended";
        if (!plan && !problem) continue;
        at_item_ = i;
        if (wanted == "MedicationRequest:plan-active") {
            if (end.empty() || (!as_of_.empty() && end > as_of_)) continue;
            end = {};
            lose("effectivePeriod.end", "the prescription is active: an end would stop it");
            continue;
        }
        const Text wished =
            plan ? as<record::MedicationRequest>(item).dispense_request.validity_period.end.substr(0, 10)
                 : Text{};
        const auto past = [&](Text day) {
            return day.size() >= 4 && (as_of_.empty() || day <= as_of_.substr(0, day.size()));
        };
        if (past(end)) continue;
        const Text day = past(wished) ? wished : as_of_;
        if (day.empty() || (!end.empty() && !past(end))) {
            hold(i, layout::kDangerous,
                 "it has ended, and the layout cannot say so without a day that has come");
            continue;
        }
        end = day;
        lose(plan ? "statusReasonDate" : "abatementDateTime",
             "ended on a day that is not known: the last that is possible is written");
    }
}

}  // namespace gpswitch::vision::write
