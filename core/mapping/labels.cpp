// How confidentiality labels go from one entity to another.
#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <unordered_map>

#include "core/mapping/safeguards.hpp"

namespace gpswitch::mapping {

using record::Coding;
using record::EntityKind;
using record::Field;
using record::Item;
using record::Record;
using record::Text;

namespace {

bool same(const Coding& a, const Coding& b) { return a.system == b.system && a.code == b.code; }

bool labelled(const Item& item) {
    if (!item.entity->meta.security.empty()) return true;
    return item.kind == EntityKind::DocumentReference &&
           !static_cast<const record::DocumentReference*>(item.entity)->security_label.empty();
}

// Fields that name what an entity is in, belongs to or is made of. `up`: the entity takes the label of what
// it names, and it stays there.
struct Link {
    std::string_view field;
    enum class Way : std::uint8_t { from, to, up } way;
};
constexpr Link kLinks[] = {
    {"encounter", Link::Way::from},    {"context", Link::Way::from},         {"partOf", Link::Way::from},
    {"problem", Link::Way::from},      {"reasonReference", Link::Way::from}, {"basedOn", Link::Way::from},
    {"derivedFrom", Link::Way::from},  {"actualProblem", Link::Way::from},   {"parent", Link::Way::from},
    {"request", Link::Way::from},      {"focus", Link::Way::from},           {"hasMember", Link::Way::to},
    {"relatedContent", Link::Way::to}, {"specimen", Link::Way::to},          {"result", Link::Way::to},
    {"target", Link::Way::up},
};

// Other things reach these by reference, but they are more than what refers to them: only their own labels
// and the patient's count.
bool takes_none(EntityKind kind) {
    return record::practice_wide(kind) || kind == EntityKind::Patient || kind == EntityKind::EpisodeOfCare ||
           kind == EntityKind::RelatedPerson;
}

struct KindLinks {
    std::vector<std::pair<const Field*, Link::Way>> fields;
};
const KindLinks& links_of(EntityKind kind) {
    static const std::array<KindLinks, record::kEntityKinds> all = [] {
        std::array<KindLinks, record::kEntityKinds> out;
        for (std::size_t k = 0; k < record::kEntityKinds; ++k)
            for (const Link& l : kLinks) {
                const Field* f = record::type_of(static_cast<EntityKind>(k)).find(l.field);
                if (f != nullptr && f->type == &record::type_of<record::Reference>())
                    out[k].fields.emplace_back(f, l.way);
            }
        return out;
    }();
    return all[static_cast<std::size_t>(kind)];
}

}  // namespace

/// The items of a record by what references call them: "Observation/<id>". Of two with one name the first.
class ItemIndex {
  public:
    explicit ItemIndex(const Record& record) : record_(record) {
        places_.resize(std::bit_ceil(2 * record.items.size() + 1));
        for (std::uint32_t i = 0; i < record.items.size(); ++i) {
            const Item& item = record.items[i];
            if (item.entity->id.empty()) continue;
            std::uint32_t& place = find(record::name_of(item.kind), item.entity->id);
            if (place == 0) place = i + 1;
        }
    }
    /// Nothing when it leads out of the record.
    std::optional<std::uint32_t> find(const record::Reference& r) {
        const std::size_t slash = r.reference.find('/');
        if (slash == Text::npos) return std::nullopt;
        const std::uint32_t place = find(r.reference.substr(0, slash), r.reference.substr(slash + 1));
        return place == 0 ? std::nullopt : std::optional(place - 1);
    }

  private:
    std::uint32_t& find(Text type, Text id) {
        const std::size_t last = places_.size() - 1;
        std::size_t at = std::hash<Text>{}(id)&last;
        while (places_[at] != 0) {
            const Item& item = record_.items[places_[at] - 1];
            if (item.entity->id == id && record::name_of(item.kind) == type) break;
            at = (at + 1) & last;
        }
        return places_[at];
    }
    const Record& record_;
    std::vector<std::uint32_t> places_;  ///< 1 + item, or 0
};

/// One record's labels on their way. Only made when there is a label at all.
class LabelFlow {
  public:
    LabelFlow(const Safeguards& rules, const Record& record)
        : rules_(rules), record_(record), index_(record) {
        has_.resize(record.items.size());
        for (std::uint32_t i = 0; i < record.items.size(); ++i)
            for (const Coding& c : record.items[i].entity->meta.security) has_[i].push_back(&c);
    }

    std::vector<MissingLabel> run() {
        for (std::uint32_t i = 0; i < record_.items.size(); ++i) edges(i);
        rows();
        patient();
        documents();
        const auto by_origin = [](const Edge& a, const Edge& b) { return a.from < b.from; };
        std::stable_sort(down_.begin(), down_.end(), by_origin);
        while (!work_.empty()) {
            const std::uint32_t from = work_.back();
            work_.pop_back();
            const auto [first, last] = std::equal_range(down_.begin(), down_.end(), Edge{from, 0}, by_origin);
            for (auto edge = first; edge != last; ++edge)
                if (give_all(from, edge->to)) work_.push_back(edge->to);
        }
        for (const Edge& edge : up_) give_all(edge.from, edge.to);
        products();
        return std::move(missing_);
    }

  private:
    void queue(std::uint32_t i) {
        if (!has_[i].empty()) work_.push_back(i);
    }
    bool give(std::uint32_t from, std::uint32_t to, const Coding& label) {
        if (!rules_.restricts(label)) return false;
        for (const Coding* c : has_[to])
            if (rules_.covers(*c, label)) return false;
        has_[to].push_back(&label);
        missing_.push_back({to, from, &label});
        return true;
    }
    bool give_all(std::uint32_t from, std::uint32_t to) {
        if (from == to || takes_none(record_.items[to].kind)) return false;
        bool given = false;
        for (std::size_t i = 0; i < has_[from].size(); ++i) given = give(from, to, *has_[from][i]) || given;
        return given;
    }
    void link(std::uint32_t from, std::uint32_t to) {
        // A consultation is more than the reason it was about; the patient's own labels go by the table.
        const EntityKind origin = record_.items[from].kind;
        if (origin != EntityKind::Patient && origin != EntityKind::EpisodeOfCare) down_.push_back({from, to});
    }
    void from(std::uint32_t i, const record::Reference& r) {
        if (const auto at = index_.find(r)) link(*at, i);
    }
    void to(std::uint32_t i, const record::Reference& r) {
        if (const auto at = index_.find(r); at && record_.items[*at].kind != EntityKind::Encounter)
            link(i, *at);
    }

    void edges(std::uint32_t i) {
        const Item& item = record_.items[i];
        for (const auto& [f, way] : links_of(item.kind).fields) {
            if (item.kind == EntityKind::Encounter && f->name == "reasonReference") continue;
            const std::uint32_t n = f->list ? record::items_at(item.entity, *f).size : 1;
            for (std::uint32_t k = 0; k < n; ++k) {
                const void* at = f->list ? record::items_at(item.entity, *f).data + k * f->type->size
                                         : record::at(item.entity, *f);
                const auto& r = *static_cast<const record::Reference*>(at);
                if (way == Link::Way::from)
                    from(i, r);
                else if (way == Link::Way::to)
                    to(i, r);
                else if (const auto origin = index_.find(r))
                    up_.push_back({*origin, i});
            }
        }
        nested(i, item);
        queue(i);
    }

    // References that stand deeper.
    void nested(std::uint32_t i, const Item& item) {
        const auto relations = [&](const List<record::RelatedProblem>& all) {
            for (const record::RelatedProblem& r : all) {
                if (r.type == "child")
                    to(i, r.target);
                else if (r.type != "sibling")
                    from(i, r.target);
            }
        };
        if (item.kind == EntityKind::List) {
            const auto& list = static_cast<const record::FhirList&>(*item.entity);
            for (const record::ListEntry& e : list.entry) to(i, e.item);
            relations(list.related_problem);
        } else if (item.kind == EntityKind::Condition) {
            relations(static_cast<const record::Condition&>(*item.entity).related_problem);
        } else if (item.kind == EntityKind::DocumentReference) {
            const auto& d = static_cast<const record::DocumentReference&>(*item.entity);
            for (const record::Reference& r : d.context.encounter) from(i, r);
            for (const record::Reference& r : d.context.related) from(i, r);
        } else if (item.kind == EntityKind::AuditEvent) {
            for (const auto& e : static_cast<const record::AuditEvent&>(*item.entity).entity_what)
                if (const auto at = index_.find(e.what)) up_.push_back({*at, i});
        }
    }

    // All that was made of one row; but not of the row that is the patient: how far its labels go, the table
    // says.
    void rows() {
        std::vector<Edge> own;  // row to item
        for (const record::Claim& c : record_.claims)
            if (c.role == record::Role::primary) own.push_back({c.row, c.item});
        const auto by_row = [](const Edge& a, const Edge& b) { return a.from < b.from; };
        if (!std::is_sorted(own.begin(), own.end(), by_row)) std::stable_sort(own.begin(), own.end(), by_row);
        for (const record::Claim& c : record_.claims) {
            const auto [first, last] = std::equal_range(own.begin(), own.end(), Edge{c.row, 0}, by_row);
            const bool person = std::any_of(
                first, last, [&](const Edge& e) { return record_.items[e.to].kind == EntityKind::Patient; });
            for (auto edge = first; edge != last && !person; ++edge)
                if (edge->to != c.item) link(edge->to, c.item);
        }
    }

    void patient() {
        for (std::uint32_t p = 0; p < record_.items.size(); ++p) {
            if (record_.items[p].kind != EntityKind::Patient) continue;
            const record::Entity& person = *record_.items[p].entity;
            for (const Coding& label : person.meta.security) {
                const bool all = rules_.reaches_record(person, label);
                for (std::uint32_t i = 0; i < record_.items.size(); ++i) {
                    const EntityKind kind = record_.items[i].kind;
                    if (i == p || record::practice_wide(kind)) continue;
                    const bool personal =
                        kind == EntityKind::EpisodeOfCare || kind == EntityKind::RelatedPerson;
                    if ((all || personal) && give(p, i, label)) queue(i);
                }
            }
        }
    }

    // What stands on a document's content counts for all of it.
    void documents() {
        for (std::uint32_t i = 0; i < record_.items.size(); ++i) {
            if (record_.items[i].kind != EntityKind::DocumentReference) continue;
            for (const auto& c :
                 static_cast<const record::DocumentReference&>(*record_.items[i].entity).security_label)
                for (const Coding& label : c.coding)
                    if (give(i, i, label)) queue(i);
        }
    }

    // A product several entries refer to is as open as the most open of them.
    void products() {
        std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> users;
        for (std::uint32_t i = 0; i < record_.items.size(); ++i) {
            const Item& item = record_.items[i];
            const record::Reference* r = nullptr;
            if (item.kind == EntityKind::MedicationRequest)
                r = &static_cast<const record::MedicationRequest&>(*item.entity).medication_reference;
            if (item.kind == EntityKind::MedicationStatement)
                r = &static_cast<const record::MedicationStatement&>(*item.entity).medication_reference;
            const auto at = r == nullptr ? std::nullopt : index_.find(*r);
            if (at && record_.items[*at].kind == EntityKind::Medication) users[*at].push_back(i);
        }
        for (std::uint32_t product = 0; product < record_.items.size(); ++product) {
            const auto it = users.find(product);
            if (it == users.end()) continue;
            for (const Coding* label : has_[it->second[0]])
                if (std::all_of(it->second.begin(), it->second.end(), [&](std::uint32_t u) {
                        return std::any_of(has_[u].begin(), has_[u].end(),
                                           [&](const Coding* c) { return rules_.covers(*c, *label); });
                    }))
                    give(it->second[0], product, *label);
        }
    }

    const Safeguards& rules_;
    const Record& record_;
    struct Edge {
        std::uint32_t from, to;
    };
    ItemIndex index_;
    std::vector<std::vector<const Coding*>> has_;
    std::vector<Edge> down_, up_;  ///< in the order in which they were found
    std::vector<std::uint32_t> work_;
    std::vector<MissingLabel> missing_;
};

const Safeguards::Label* Safeguards::find(const Coding& c) const {
    for (const Label& l : labels_)
        if (l.system == c.system && l.code == c.code) return &l;
    return nullptr;
}

Safeguards::Scope Safeguards::scope_of(const Coding& c) const {
    const Label* l = find(c);
    return l == nullptr ? Scope::record : l->scope;
}

bool Safeguards::covers(const Coding& has, const Coding& wanted) const {
    if (same(has, wanted)) return true;
    const Label *a = find(has), *b = find(wanted);
    return a != nullptr && b != nullptr && a->system == b->system && b->rank > 0 && a->rank > b->rank;
}

bool Safeguards::reaches_record(const record::Entity& patient, const Coding& label) const {
    const Scope scope = scope_of(label);
    if (scope != Scope::beside) return scope == Scope::record;
    bool other = false;
    for (const Coding& c : patient.meta.security) {
        const Scope s = scope_of(c);
        if (s == Scope::record) return true;
        other = other || s == Scope::person;
    }
    return !other;
}

std::vector<MissingLabel> Safeguards::missing_labels(const Record& record) const {
    if (std::none_of(record.items.begin(), record.items.end(), labelled)) return {};
    return LabelFlow(*this, record).run();
}

void Safeguards::inherit_labels(Record& record) const {
    for (const MissingLabel& m : missing_labels(record)) {
        // Copied before it is added: the list it stands in may be the one that grows.
        const Coding label = *m.label;
        record::Entity& entity = *record.items[m.item].entity;
        entity.meta.security.add(record.arena, label);
        const Text origin =
            m.item == m.from ? Text("its content") : record::name_of(record.items[m.from].kind);
        entity.inferred.add(record.arena) =
            record.arena.join("meta.security: ", label.code, " inherited from ", origin);
    }
}

}  // namespace gpswitch::mapping
