#include <algorithm>

#include "core/system/gpconnect/readers.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Entity;
using record::EntityKind;
using record::Fate;

namespace {

bool none_of(Text name, std::initializer_list<Text> names) {
    return std::find(names.begin(), names.end(), name) == names.end();
}

class BundleReader : public Maker {
  public:
    BundleReader(const Opened& opened, const BundleInfo& info, record::Record& record, const Bundle& bundle,
                 std::string_view text)
        : Maker(*opened.tables, record),
          opened_(opened),
          info_(info),
          bundle_(bundle),
          text_(text),
          lines_(text) {}

    void run() {
        if (!info_.settled.empty()) return settle_all();
        plan();
        if (!info_.held.empty() || bundle_.patients.empty()) return hold_all();
        const std::uint32_t patient = bundle_.patients[0];
        record().patient_id = ids_[patient];
        resource(patient);
        envelope();
        for (std::uint32_t i = 0; i < bundle_.resources.size(); ++i)
            if (i != patient) resource(i);
        for (const auto& [code, n] : warnings_)
            issue(Severity::information, "GPC-WARN-002", 0, "List",
                  "the source says that items are missing (" + code + ") in " + std::to_string(n) +
                      (n == 1 ? " list" : " lists"));
        if (record().incomplete) no_list_says_none();
        if (!record().held.empty()) record().needs.clear();
    }

  protected:
    Resolved resolve(Text reference) override {
        Resolved to;
        std::uint32_t at = bundle_.find(reference, current_);
        if (at == kNone) {
            to.inside = reference.starts_with("#") && stays_inside(reference.substr(1));
            return to;
        }
        if (bundle_.resources[at].same_as != kNone) at = bundle_.resources[at].same_as;
        const Resource& r = bundle_.resources[at];
        if (r.rules == nullptr || r.rules->part || foreign_[at]) return to;
        to.kind = r.rules->entity;
        if (record::practice_wide(to.kind)) {
            const std::uint32_t shared = opened_.index.shared_of(info_, r);
            if (shared == kNone) return to;
            to.shared = shared;
            to.id = opened_.index.shared[shared].id;
        } else {
            to.id = ids_[at];
        }
        to.found = true;
        return to;
    }

    void locate(Issue& i, std::uint64_t offset) const override {
        gpconnect::locate(i, *opened_.place, info_, lines_, offset);
    }

    void finish(EntityKind kind, Entity& entity) override {
        Arena& arena = record().arena;
        inherit(entity, bundle_.tree->find("meta"));
        if (const std::uint32_t parent = bundle_.resources[current_].parent; parent != kNone)
            inherit(entity, bundle_.resources[parent].tree->find("meta"));
        if (kind == EntityKind::EpisodeOfCare) episode(static_cast<record::EpisodeOfCare&>(entity));
        if (kind == EntityKind::AllergyIntolerance) ended(static_cast<record::AllergyIntolerance&>(entity));
        const record::Field* whose = record::patient_field(kind);
        if (whose == nullptr) return;
        auto& patient = *static_cast<record::Reference*>(record::at(&entity, *whose));
        if (!patient.reference.empty()) return;
        patient.reference = arena.join("Patient/", record().patient_id);
        if (kind != EntityKind::Medication)
            entity.inferred.add(arena, arena.join(whose->name, ": the bundle's patient"));
    }

  private:
    // Ids of all entities and whose they are, before any reference is followed.
    void plan() {
        const std::size_t n = bundle_.resources.size();
        if (!bundle_.patients.empty())
            for (const Value* i : items_of(bundle_.resources[bundle_.patients[0]].tree->find("identifier")))
                if (i->text_of("system").ends_with("/nhs-number")) number_ = trim(i->text_of("value"));
        ids_.resize(n);
        foreign_.resize(n);
        ended_.resize(n);
        for (std::uint32_t i = 0; i < n; ++i) {
            const Resource& r = bundle_.resources[i];
            if (r.rules == nullptr || r.rules->part) continue;
            std::string part = info_.part;
            if (r.clash) part += "#" + std::to_string(r.ordinal);
            const UuidText id = uuid_v5({"gpconnect", info_.practice, r.type, info_.patient + "/" + r.key,
                                         record::name_of(r.rules->entity), part});
            ids_[i] = record().arena.copy({id.data(), id.size()});
            foreign_[i] = is_foreign(i);
        }
        for (std::uint32_t i = 0; i < n; ++i) {
            if (bundle_.resources[i].type != "List") continue;
            const ValueRow* row =
                row_for(tables().values("ended-lists"), bundle_.resources[i].tree->find("code"));
            if (row != nullptr) note_ended(i, *row);
        }
    }

    bool is_foreign(std::uint32_t i) const {
        if (bundle_.patients.empty() || i == bundle_.patients[0]) return false;
        if (record::practice_wide(bundle_.resources[i].rules->entity)) return false;
        for (Text name : {Text("subject"), Text("patient")}) {
            const Value* whose = bundle_.resources[i].tree->find(name);
            if (whose == nullptr) continue;
            if (const Text number = nhs_number_of(*whose);
                !number.empty() && !number_.empty() && number != number_)
                return true;
            const Text reference = trim(whose->text_of("reference"));
            if (reference.empty()) continue;
            const std::uint32_t at = bundle_.find(reference, i);
            if (at == kNone ||
                (at != bundle_.patients[0] && bundle_.resources[at].same_as != bundle_.patients[0]))
                return true;
        }
        return false;
    }

    // The NHS number by which a reference names its patient; empty when it does not.
    static Text nhs_number_of(const Value& reference) {
        const Value* identifier = reference.find("identifier");
        const bool nhs = identifier != nullptr && identifier->text_of("system").ends_with("/nhs-number");
        return nhs ? trim(identifier->text_of("value")) : Text{};
    }

    void note_ended(std::uint32_t list, const ValueRow& row) {
        for (const Value* e : items_of(bundle_.resources[list].tree->find("entry"))) {
            const Value* item = e->find("item");
            const Text reference = item == nullptr ? Text{} : trim(item->text_of("reference"));
            std::uint32_t at = reference.empty() ? kNone : bundle_.find(reference, list);
            if (at == kNone) continue;
            if (bundle_.resources[at].same_as != kNone) at = bundle_.resources[at].same_as;
            ended_[at] = &row;
        }
        for (std::uint32_t i = list + 1; i < bundle_.resources.size(); ++i)
            if (bundle_.resources[i].parent == list)
                ended_[bundle_.resources[i].same_as == kNone ? i : bundle_.resources[i].same_as] = &row;
    }

    void ended(record::AllergyIntolerance& a) {
        if (ended_[current_] == nullptr) return;
        Arena& arena = record().arena;
        if (a.clinical_status.coding.empty()) {
            auto& coding = a.clinical_status.coding.add(arena);
            coding.system = tables().values("ended-lists").target_system;
            coding.code = ended_[current_]->target;
            a.inferred.add(arena, "clinicalStatus: stands in the list of ended allergies");
        } else if (a.clinical_status.coding[0].code == "active") {
            issue(Severity::warning, "GPC-ALL-001", bundle_.resources[current_].offset, "clinicalStatus",
                  "an active allergy stands in the list of ended allergies: kept active");
        }
    }

    // What R4 demands of a registration and the source does not say.
    void episode(record::EpisodeOfCare& e) {
        if (!e.status.empty()) return;
        e.status = e.period.end.empty() ? Text("active") : Text("finished");
        e.inferred.add(record().arena, e.period.end.empty() ? Text("status: the registration has no end")
                                                            : Text("status: the registration has an end"));
    }

    // The bundle's own members and those of its entries, as far as they say anything: with the patient.
    void envelope() {
        Entity& patient = *record().items[0].entity;
        Arena& arena = record().arena;
        // Whatever holds a resource may hold an allergy: that nobody finds in the words kept with the
        // patient.
        const auto aside = [&](Text path, const Value& value, bool known) {
            if (holds_resource(value)) {
                issue(Severity::error, "GPC-RES-002", value.offset, path,
                      "a resource where no resource belongs: the whole patient is held back")
                    .hint = "ask the supplier what it is";
                record().held = "GPC-RES-002";
            } else if (!known) {
                keep(patient, path, value);
            }
        };
        for (const json::Member& m : bundle_.tree->members)
            if (m.name != "entry")
                aside(arena.join("Bundle.", m.name), *m.value,
                      !none_of(m.name, {"resourceType", "id", "meta", "type", "total", "link"}));
        const Value* entries = bundle_.tree->find("entry");
        for (std::size_t i = 0; entries != nullptr && i < entries->items.size; ++i)
            for (const json::Member& m : entries->items[i]->members)
                if (m.name == "response" && holds_resource(*m.value))  // what the server said of the entry
                    keep(patient, arena.join("Bundle.entry[", std::to_string(i), "].response"), *m.value);
                else if (entries->items[i]->find("resource") != nullptr && m.name != "resource")
                    aside(arena.join("Bundle.entry[", std::to_string(i), "].", m.name), *m.value,
                          !none_of(m.name, {"id", "fullUrl", "search", "request", "response", "link"}));
    }

    // Something of this patient could not be read: an empty list may be empty for that reason.
    void no_list_says_none() {
        Arena& arena = record().arena;
        const Values& reasons = tables().values("list-incomplete");
        const ValueRow* row = reasons.find("incomplete");
        for (const record::Item& item : record().items) {
            if (item.kind != EntityKind::List || row == nullptr) continue;
            auto& list = static_cast<record::FhirList&>(*item.entity);
            if (record::is_empty(&list.empty_reason, record::type_of<record::Concept>())) continue;
            std::string before;
            record::append_json(before, &list.empty_reason, record::type_of<record::Concept>());
            list.rest.add(arena, {"emptyReason", arena.copy(before)});
            list.empty_reason = {};
            record::Coding& c = list.empty_reason.coding.add(arena);
            c.system = reasons.target_system;
            c.code = row->target;
            c.display = row->display;
            list.inferred.add(arena, "emptyReason: part of the record could not be read");
            record().degradations.push_back({"list-may-be-incomplete", EntityKind::List});
        }
    }

    bool stays_inside(Text id) const {
        const std::vector<Value*> contained = items_of(bundle_.resources[current_].tree->find("contained"));
        return std::any_of(contained.begin(), contained.end(),
                           [&](const Value* c) { return c->text_of("id") == id && !hoisted(*c); });
    }

    // The Patient of a second record of one patient: it has a source key of its own, because stores keep
    // patients by that.
    bool again(const Resource& r) const { return r.type == "Patient" && !info_.part.empty(); }

    std::uint32_t row(std::uint32_t i) {
        const Resource& r = bundle_.resources[i];
        record::Row row;
        row.table = opened_.index.tables.at(r.table);
        row.slot = slot_of(i);
        row.line = info_.extent.quoted ? info_.line : info_.line + lines_.line(r.offset) - 1;
        row.key = record().arena.copy(again(r) ? info_.key : r.key);
        row.raw = text_.substr(r.offset, r.length);
        row.part = opened_.index.part_of(info_.member);
        record().rows.push_back(row);
        return static_cast<std::uint32_t>(record().rows.size() - 1);
    }

    std::uint64_t slot_of(std::uint32_t i) {
        if (slots_.empty()) {
            std::map<std::string, std::uint64_t> next = info_.slots;
            for (const Resource& r : bundle_.resources) slots_.push_back(next[r.table]++);
        }
        return slots_[i];
    }

    bool handed_out(std::uint32_t i) const {
        const std::uint32_t shared = opened_.index.shared_of(info_, bundle_.resources[i]);
        if (shared == kNone) return false;
        const Shared& s = opened_.index.shared[shared];
        return &opened_.index.bundles[s.bundle] == &info_ && s.offset == bundle_.resources[i].offset;
    }

    // A bundle that is not read at all: another practice's, or the same as one before it.
    void settle_all() {
        const bool same = info_.settled == "same-bundle";
        for (std::uint32_t i = 0; i < bundle_.resources.size(); ++i)
            record().settle(row(i), same ? Fate::superseded : Fate::excluded, info_.settled);
    }

    void hold_all() {
        const bool no_patient = bundle_.patients.empty();
        if (no_patient)
            issue(Severity::error, "GPC-PAT-001", 0, {},
                  "a bundle without a Patient: its resources are held back")
                .hint = "ask the supplier for the whole record again";
        else if (info_.held == "GPC-PAT-002")
            issue(Severity::error, "GPC-PAT-002", bundle_.resources[bundle_.patients[1]].offset, {},
                  "more than one Patient in the bundle: all of it is held back")
                .hint = "ask the supplier for one bundle for each patient";
        else
            issue(Severity::error, info_.held.c_str(), 0, {},
                  "another bundle has the same patient id with other facts: held back")
                .hint = "a person must decide which of them is right";
        if (!no_patient) record().held = info_.held;
        for (std::uint32_t i = 0; i < bundle_.resources.size(); ++i) {
            if (handed_out(i)) continue;
            const std::uint32_t at = row(i);
            record().settle(at, Fate::held, no_patient ? Text("no-patient") : Text(info_.held));
        }
    }

    void resource(std::uint32_t i) {
        const Resource& r = bundle_.resources[i];
        current_ = i;
        if (r.same_as == kNone && handed_out(i)) return;
        const std::uint32_t at = row(i);
        if (r.same_as != kNone) return record().settle(at, Fate::superseded, "same-resource");
        if (r.bare) {
            bare_entry(r);
            return record().settle(at, Fate::held, "no-resource");
        }
        if (r.rules == nullptr) {
            unknown_resource(r);
            return record().settle(at, Fate::held, "unknown-resource");
        }
        if (r.rules->part) {
            outcome(r);
            keep(*record().items[0].entity, record().arena.join(r.type, "/", r.key), *r.tree);
            return record().claim(at, 0, record::Role::part, record().arena.copy(r.table));
        }
        if (record::practice_wide(r.rules->entity))
            return record().settle(at, Fate::superseded, "same-resource");
        if (foreign_[i]) {
            Issue& foreign = issue(Severity::error, "GPC-PAT-003", r.offset, {},
                                   "it says that it is about another patient: the resource is held back");
            foreign.hint = "find out whose it is; it is kept under held/";
            about(foreign, r);
            record().incomplete = true;
            return record().settle(at, Fate::held, "other-patient");
        }
        if (r.clash && !r.id.empty())
            about(issue(Severity::warning, "GPC-DUP-002", r.offset, {},
                        "a resource with the id of another one before it but other content: both are kept"),
                  r);
        if (r.type == "List") list_warnings(*r.tree);
        Entity& made = make(*r.rules, *r.tree, record().arena.copy(again(r) ? info_.key : r.key), ids_[i]);
        if (again(r) && !r.id.empty()) keep(made, "id", *r.tree->find("id"));
        record().claim(at, record::Role::primary, record().arena.copy(r.table));
        if (r.rules->also != nullptr) second(*r.rules->also, r, at);
    }

    // Another entity of the same row: one for each extension that the second table makes something of.
    void second(const Table& table, const Resource& r, std::uint32_t at) {
        Arena& arena = record().arena;
        std::uint32_t n = 0;
        for (Value* e : items_of(r.tree->find("extension"))) {
            const Element* known = table.root.extension(e->text_of("url"));
            if (known == nullptr || !says_anything(*known, *e)) continue;
            Value* cut = new_object(arena);
            for (const json::Member& m : r.tree->members)
                if (m.name != "extension" && table.root.find(m.name) != nullptr)
                    set(arena, *cut, m.name, m.value);
            auto* one = arena.make<Value>();
            one->kind = json::Kind::array;
            one->items.add(arena, e);
            set(arena, *cut, "extension", one);
            cut->offset = r.tree->offset;
            const std::string part = n == 0 ? info_.part : info_.part + "#" + std::to_string(n);
            const UuidText id = uuid_v5({"gpconnect", info_.practice, r.type, info_.patient + "/" + r.key,
                                         record::name_of(table.entity), part});
            Entity& made = make(table, *cut, arena.copy(r.key), arena.copy({id.data(), id.size()}));
            inherit(made, r.tree->find("meta"));
            record().claim(at, record::Role::primary, arena.copy(r.table));
            ++n;
        }
    }

    static bool says_anything(const Element& known, const Value& extension) {
        const std::vector<Value*> parts = items_of(extension.find("extension"));
        return std::any_of(parts.begin(), parts.end(), [&](const Value* part) {
            const Element* rules = known.extension(part->text_of("url"));
            return rules != nullptr && !rules->rules.empty() &&
                   rules->rules[0]->transform != Transform::ignore;
        });
    }

    void bare_entry(const Resource& r) {
        const bool envelope_only =
            r.tree->kind == json::Kind::object &&
            std::all_of(r.tree->members.begin(), r.tree->members.end(), [](const json::Member& m) {
                return !none_of(m.name, {"id", "fullUrl", "search", "request", "response", "link"});
            });
        issue(Severity::error, envelope_only ? "GPC-RES-003" : "GPC-RES-002", r.offset, "Bundle.entry",
              envelope_only ? "an entry without a resource: held back"
                            : "an entry without a resource that can be read: the whole patient is held back")
            .hint = "kept under held/; ask the supplier what it is";
        record().incomplete = true;
        if (!envelope_only) record().held = "GPC-RES-002";
    }

    // Of a type that cannot be made out it may be an allergy or a medication: nobody may say then that there
    // is none.
    void unknown_resource(const Resource& r) {
        const bool named = could_be_a_type(r.type);
        Issue& i =
            issue(Severity::error, named ? "GPC-RES-001" : "GPC-RES-002", r.offset, {},
                  named ? "a resource type that is no part of GP Connect Structured: held back"
                        : "a resource without a type that can be read: the whole patient is held back");
        i.hint = "kept under held/; ask the supplier what it is";
        record().incomplete = true;
        if (named) return about(i, r);
        record().held = "GPC-RES-002";
    }

    // By id; what has none, by its place: a list's title may be a diagnosis.
    static void about(Issue& i, const Resource& r) {
        i.resource = std::string(r.type) + "/" + (r.id.empty() ? "#" + std::to_string(r.ordinal) : r.key);
    }

    void list_warnings(const Value& list) {
        for (const std::string& code : list_warning_codes(tables(), list)) ++warnings_[code];
    }

    // The source's own words may name the patient: they stay in the record, the finding has the codes.
    void outcome(const Resource& r) {
        for (const Value* i : items_of(r.tree->find("issue")))
            about(issue(i->text_of("severity") == "information" ? Severity::information : Severity::warning,
                        "GPC-WARN-001", i->offset, {},
                        "the source says of this record: " + outcome_code(*i) +
                            "; its words are kept with the Patient"),
                  r);
    }

    const Opened& opened_;
    const BundleInfo& info_;
    const Bundle& bundle_;
    std::string_view text_;
    Lines lines_;
    std::uint32_t current_ = 0;
    std::vector<Text> ids_;
    std::vector<bool> foreign_;
    std::vector<const ValueRow*> ended_;
    Text number_;  ///< the patient's NHS number
    std::vector<std::uint64_t> slots_;
    std::map<std::string, std::uint64_t> warnings_;
};

}  // namespace

void read_bundle(const Opened& opened, const BundleInfo& info, record::Record& record, json::Parser& parser) {
    record.clear();
    record.key = record.arena.copy(info.key);
    const std::string_view text = text_of(*opened.place, info, record.arena);
    json::Error error;
    const Value* tree = parser.parse(text, record.arena, error);
    if (tree == nullptr)
        throw InputError(opened.place->members()[info.member].origin +
                         ": changed while it was read: " + error.message);
    const Bundle bundle(*tree, text, *opened.tables);
    BundleReader(opened, info, record, bundle, text).run();
    opened.place->check();
}

}  // namespace gpswitch::gpconnect
