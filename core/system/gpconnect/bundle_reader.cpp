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

constexpr std::string_view kEnded = "1103671000000101";

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
        plan();
        if (!info_.held.empty() || bundle_.patients.empty()) return hold_all();
        const std::uint32_t patient = bundle_.patients[0];
        record().patient_id = ids_[patient];
        resource(patient);
        for (std::uint32_t i = 0; i < bundle_.resources.size(); ++i)
            if (i != patient) resource(i);
        for (const auto& [code, n] : warnings_)
            issue(Severity::information, "GPC-WARN-002", 0, "List.extension(ListWarningCode)",
                  "the source says that items are missing (" + code + ") in " + std::to_string(n) + " lists");
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
        if (r.rules == nullptr || r.rules->lookup || foreign_[at]) return to;
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
        ids_.resize(n);
        foreign_.resize(n);
        ended_.resize(n);
        for (std::uint32_t i = 0; i < n; ++i) {
            const Resource& r = bundle_.resources[i];
            if (r.rules == nullptr || r.rules->lookup) continue;
            std::string part = info_.part;
            if (r.clash) part += "#" + std::to_string(r.ordinal);
            const UuidText id = uuid_v5({"gpconnect", info_.practice, r.type, info_.patient + "/" + r.key,
                                         record::name_of(r.rules->entity), part});
            ids_[i] = record().arena.copy({id.data(), id.size()});
            foreign_[i] = is_foreign(i);
        }
        for (std::uint32_t i = 0; i < n; ++i)
            if (bundle_.resources[i].type == "List" &&
                has_code(bundle_.resources[i].tree->find("code"), kEnded))
                note_ended(i);
    }

    bool is_foreign(std::uint32_t i) const {
        if (bundle_.patients.empty()) return false;
        for (Text name : {Text("subject"), Text("patient")}) {
            const Value* whose = bundle_.resources[i].tree->find(name);
            const Text reference = whose == nullptr ? Text{} : trim(whose->text_of("reference"));
            if (reference.empty() || record::practice_wide(bundle_.resources[i].rules->entity)) continue;
            const std::uint32_t at = bundle_.find(reference, i);
            if (at == kNone ||
                (at != bundle_.patients[0] && bundle_.resources[at].same_as != bundle_.patients[0]))
                return true;
        }
        return false;
    }

    void note_ended(std::uint32_t list) {
        const Value* entries = bundle_.resources[list].tree->find("entry");
        if (entries == nullptr) return;
        for (const Value* e : entries->items) {
            const Value* item = e->find("item");
            const Text reference = item == nullptr ? Text{} : trim(item->text_of("reference"));
            std::uint32_t at = reference.empty() ? kNone : bundle_.find(reference, list);
            if (at == kNone) continue;
            if (bundle_.resources[at].same_as != kNone) at = bundle_.resources[at].same_as;
            ended_[at] = true;
        }
        for (std::uint32_t i = list + 1; i < bundle_.resources.size(); ++i)
            if (bundle_.resources[i].parent == list)
                ended_[bundle_.resources[i].same_as == kNone ? i : bundle_.resources[i].same_as] = true;
    }

    void ended(record::AllergyIntolerance& a) {
        if (!ended_[current_]) return;
        Arena& arena = record().arena;
        if (a.clinical_status.coding.empty()) {
            auto& coding = a.clinical_status.coding.add(arena);
            coding.system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
            coding.code = "resolved";
            a.inferred.add(arena, "clinicalStatus: stands in the list of ended allergies");
        } else if (a.clinical_status.coding[0].code == "active") {
            issue(Severity::warning, "GPC-ALL-001", bundle_.resources[current_].offset, "clinicalStatus",
                  "an active allergy stands in the list of ended allergies: kept active");
        }
    }

    bool stays_inside(Text id) const {
        const Value* contained = bundle_.resources[current_].tree->find("contained");
        if (contained == nullptr) return false;
        return std::any_of(contained->items.begin(), contained->items.end(),
                           [&](const Value* c) { return c->text_of("id") == id && !hoisted(*c); });
    }

    std::uint32_t row(std::uint32_t i) {
        const Resource& r = bundle_.resources[i];
        record::Row row;
        row.table = opened_.index.tables.at(r.table);
        row.slot = slot_of(i);
        row.line = info_.extent.quoted ? info_.line : info_.line + lines_.line(r.offset) - 1;
        row.key = record().arena.copy(r.key);
        row.raw = text_.substr(r.offset, r.length);
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
        if (r.rules == nullptr) {
            unknown_resource(r);
            return record().settle(at, Fate::held, "unknown-resource");
        }
        if (r.rules->lookup) {
            outcome(r);
            return record().settle(at, Fate::lookup, r.rules->rule);
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
        make(*r.rules, *r.tree, record().arena.copy(r.key), ids_[i]);
        record().claim(at, record::Role::primary, record().arena.copy(r.table));
    }

    // Of a type that cannot be made out it may be an allergy or a medication: nobody may say then that there
    // is none.
    void unknown_resource(const Resource& r) {
        const bool named = !r.type.empty() && r.type[0] >= 'A' && r.type[0] <= 'Z';
        Issue& i =
            issue(Severity::error, named ? "GPC-RES-001" : "GPC-RES-002", r.offset, {},
                  named ? "a resource type that is no part of GP Connect Structured: held back"
                        : "a resource without a type that can be read: the whole patient is held back");
        i.hint = "kept under held/; ask the supplier what it is";
        record().incomplete = true;
        if (named) return about(i, r);
        record().held = "GPC-RES-002";
    }

    static void about(Issue& i, const Resource& r) { i.resource = std::string(r.type) + "/" + r.key; }

    void list_warnings(const Value& list) {
        if (const Value* extensions = list.find("extension"))
            for (const Value* e : extensions->items)
                if (tail_of(e->text_of("url")) == "ListWarningCode")
                    ++warnings_[shown(trim(e->text_of("valueCode")), 40)];
    }

    void outcome(const Resource& r) {
        const Value* issues = r.tree->find("issue");
        if (issues == nullptr) return;
        for (const Value* i : issues->items) {
            const Text severity = i->text_of("severity");
            const Value* details = i->find("details");
            Text text = details == nullptr ? Text{} : details->text_of("text");
            if (text.empty()) text = i->text_of("diagnostics");
            if (text.empty()) text = i->text_of("code");
            about(issue(severity == "information" ? Severity::information : Severity::warning, "GPC-WARN-001",
                        i->offset, {}, "the source says: " + shown(text, 200)),
                  r);
        }
    }

    const Opened& opened_;
    const BundleInfo& info_;
    const Bundle& bundle_;
    std::string_view text_;
    Lines lines_;
    std::uint32_t current_ = 0;
    std::vector<Text> ids_;
    std::vector<bool> foreign_, ended_;
    std::vector<std::uint64_t> slots_;
    std::map<std::string, std::uint64_t> warnings_;
};

class SharedReader : public Maker {
  public:
    SharedReader(const Opened& opened, const Shared& shared, record::Record& record, std::string_view text)
        : Maker(*opened.tables, record), opened_(opened), shared_(shared), lines_(text) {}

  protected:
    Resolved resolve(Text reference) override {
        Resolved to;
        const auto it = shared_.links.find(std::string(reference));
        if (it == shared_.links.end()) return to;
        const Shared& other = opened_.index.shared[it->second];
        to.found = true;
        to.kind = other.rules->entity;
        to.id = record().arena.copy(other.id);
        to.shared = it->second;
        return to;
    }
    void locate(Issue& i, std::uint64_t offset) const override {
        const BundleInfo& b = opened_.index.bundles[shared_.bundle];
        i.member = opened_.place->members()[b.member].origin;
        i.line = shared_.line + (b.extent.quoted ? 0 : lines_.line(offset) - 1);
    }
    void finish(EntityKind, Entity&) override {}

  private:
    const Opened& opened_;
    const Shared& shared_;
    Lines lines_;
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

void read_shared(const Opened& opened, std::uint32_t handle, record::Record& record, json::Parser& parser,
                 bool follow) {
    const Shared& s = opened.index.shared[handle];
    const BundleInfo& info = opened.index.bundles[s.bundle];
    const std::string_view text = text_of(*opened.place, info, record.arena).substr(s.offset, s.length);
    json::Error error;
    const Value* tree = parser.parse(text, record.arena, error);
    if (tree == nullptr)
        throw InputError(opened.place->members()[info.member].origin +
                         ": changed while it was read: " + error.message);
    const std::size_t needs = record.needs.size();
    SharedReader(opened, s, record, text)
        .make(*s.rules, *tree, record.arena.copy(s.key), record.arena.copy(s.id));
    if (!follow) record.needs.resize(needs);
    record::Row row;
    row.table = s.table;
    row.slot = s.slot;
    row.line = s.line;
    row.key = record.arena.copy(s.key);
    row.raw = text;
    record.rows.push_back(row);
    record.claim(static_cast<std::uint32_t>(record.rows.size() - 1), record::Role::primary,
                 record.arena.copy(s.rules->name));
}

}  // namespace gpswitch::gpconnect
