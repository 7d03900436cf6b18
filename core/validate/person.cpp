#include <algorithm>

#include "core/validate/context.hpp"

/// The person and the registrations, and what a record with gaps may not say.
namespace gpswitch::validate {
namespace {

const record::EpisodeOfCare& registration(const Item& i) {
    return static_cast<const record::EpisodeOfCare&>(*i.entity);
}

bool same_type(const record::EpisodeOfCare& a, const record::EpisodeOfCare& b) {
    for (const record::Concept& x : a.type)
        for (const record::Concept& y : b.type) {
            for (const record::Coding& c : x.coding)
                if (has_code(y, c.code)) return true;
            if (!x.text.empty() && x.text == y.text) return true;
        }
    return a.type.empty() && b.type.empty();
}

// Both hold on the same day; the day on which one ends and the next begins is in order.
bool overlap(const record::EpisodeOfCare& a, const record::EpisodeOfCare& b) {
    const auto before = [](const record::Period& x, const record::Period& y) {
        return !x.end.empty() && !y.start.empty() && compare_days(x.end, y.start) <= 0;
    };
    return !before(a.period, b.period) && !before(b.period, a.period);
}

bool named(const record::Patient& p) {
    return std::any_of(p.name.begin(), p.name.end(), [](const record::HumanName& n) {
        return !n.family.empty() || !n.given.empty() || !n.text.empty();
    });
}

void check_registrations(Context& c) {
    const auto& items = c.record.items;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind != EntityKind::EpisodeOfCare || registration(items[i]).period.start.empty())
            continue;
        for (std::size_t k = 0; k < i; ++k) {
            if (items[k].kind != EntityKind::EpisodeOfCare || registration(items[k]).period.start.empty() ||
                registration(items[k]).status == "entered-in-error" ||
                registration(items[i]).status == "entered-in-error")
                continue;
            if (!same_type(registration(items[i]), registration(items[k])) ||
                !overlap(registration(items[i]), registration(items[k])))
                continue;
            c.report("VAL-REG-001", items[i], "period", "see " + label(items[k]));
            break;
        }
    }
}

}  // namespace

void check_person(Context& c) {
    bool open = false, carer = false;
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::EpisodeOfCare || !registration_open(registration(item))) continue;
        open = true;
        carer = carer ||
                !record::is_empty(&registration(item).care_manager, record::type_of<record::Reference>());
        if (c.dead()) c.report("VAL-PAT-004", item, "status");
    }
    for (const Item& item : c.record.items) {
        if (item.kind != EntityKind::Patient) continue;
        const auto& p = static_cast<const record::Patient&>(*item.entity);
        if (open && !carer && !c.dead() && p.general_practitioner.empty())
            c.report("VAL-PAT-002", item, "generalPractitioner");
        if (p.birth_date.empty() || !named(p)) c.report("VAL-PAT-003", item, named(p) ? "birthDate" : "name");
    }
    check_registrations(c);
}

void check_gaps(Context& c) {
    for (const Item& item : c.record.items) {
        if (item.kind == EntityKind::Patient && c.record.incomplete)
            c.report("VAL-INC-001", item, "meta.tag");
        if (item.kind != EntityKind::List) continue;
        const auto& list = static_cast<const record::FhirList&>(*item.entity);
        if (c.record.incomplete && c.safeguards().says_none(list))
            c.report("VAL-INC-002", item, "emptyReason");
        if (!list.entry.empty() && said(list.empty_reason)) c.report("VAL-LST-001", item, "emptyReason");
    }
}

}  // namespace gpswitch::validate
