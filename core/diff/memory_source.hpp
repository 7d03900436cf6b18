#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/record/system.hpp"

/// For tests: a Source of records made by functions.
namespace gpswitch::diff::test {

using Build = std::function<void(record::Record&)>;

class MemorySource : public record::Source {
  public:
    void add(const std::string& key, Build build) {
        census_.patients.push_back({key, 1});
        patients_.push_back(std::move(build));
    }
    /// Changes what was added: `change` sees the finished record.
    void change(std::size_t patient, Build change) {
        patients_[patient] = [first = patients_[patient], change](record::Record& r) {
            first(r);
            change(r);
        };
    }
    void change_all(const Build& change_one) {
        for (std::size_t i = 0; i < patients_.size(); ++i) change(i, change_one);
    }
    void reverse() {
        std::reverse(census_.patients.begin(), census_.patients.end());
        std::reverse(patients_.begin(), patients_.end());
    }
    void practice(record::EntityKind kind, const std::string& id, Build build) {
        practice_[{kind, id}] = std::move(build);
    }
    void leftover(Build build) { leftovers_.push_back(std::move(build)); }

    const record::Census& census() const override { return census_; }
    std::unique_ptr<record::Cursor> read(std::span<const std::uint32_t> patients) override {
        auto c = std::make_unique<Cursor>();
        for (std::uint32_t i : patients) {
            c->keys.push_back(census_.patients[i].key);
            c->builds.push_back(patients_[i]);
        }
        c->count = &reads;
        return c;
    }
    std::unique_ptr<record::Cursor> leftovers() override {
        auto c = std::make_unique<Cursor>();
        c->builds = leftovers_;
        c->keys.resize(leftovers_.size());
        c->count = &leftover_reads;
        return c;
    }
    bool find(const record::Need& need, record::Record& record) override {
        const auto it = practice_.find({need.kind, std::string(need.id)});
        if (it == practice_.end()) return false;
        it->second(record);
        return true;
    }
    const std::vector<Issue>& issues() const override { return issues_; }

    int reads = 0, leftover_reads = 0;

  private:
    struct Cursor : record::Cursor {
        std::vector<std::string> keys;
        std::vector<Build> builds;
        std::size_t at = 0;
        int* count = nullptr;
        bool next(record::Record& record) override {
            record.clear();
            if (at == builds.size()) return false;
            record.key = record.arena.copy(keys[at]);
            builds[at++](record);
            ++*count;
            return true;
        }
    };
    record::Census census_;
    std::vector<Build> patients_, leftovers_;
    std::map<std::pair<record::EntityKind, std::string>, Build> practice_;
    std::vector<Issue> issues_;
};

/// The item of that kind, the n-th of them.
template <class T>
T& nth(record::Record& record, std::size_t n = 0) {
    for (const record::Item& i : record.items)
        if (i.kind == record::kind_of_type<T>() && n-- == 0) return static_cast<T&>(*i.entity);
    throw std::logic_error("test: no such entity");
}
template <class T>
void remove_nth(record::Record& record, std::size_t n = 0) {
    const record::Entity* e = &nth<T>(record, n);
    std::erase_if(record.items, [e](const record::Item& i) { return i.entity == e; });
}

/// Patient number n: one of everything that matters, ids like "obs-3". The NHS number is of the test range.
inline void clinic_patient(record::Record& r, int n) {
    using namespace record;
    const auto id = [&](const char* what) {
        return r.arena.copy(std::string(what) + "-" + std::to_string(n));
    };
    const auto ref = [&](const char* type, const char* what) {
        return Reference{r.arena.copy(std::string(type) + "/" + what + "-" + std::to_string(n)), {}, {}, {}};
    };
    const auto code = [&](Text system, Text value) {
        Concept c;
        c.coding.add(r.arena) = Coding{system, {}, value, {}, {}, {}, {}};
        return c;
    };
    const auto begin = [&](Entity& e, const char* what, Text table) {
        e.id = id(what);
        e.source.add(r.arena) = {table, id(what), "primary"};
    };
    static const char* const kNumbers[] = {"9990000018", "9990000026", "9990000034",
                                           "9990000042", "9990000050", "9990000069"};
    auto& p = r.add<Patient>();
    begin(p, "pat", "Patient");
    r.patient_id = p.id;
    auto& number = p.identifier.add(r.arena);
    number.system = "https://fhir.nhs.uk/Id/nhs-number";
    number.value = kNumbers[n % 6];
    p.name.add(r.arena).family = "SECRETNAME";
    p.birth_date = r.arena.copy("19" + std::to_string(50 + n) + "-03-01");
    auto& e = r.add<Encounter>();
    begin(e, "enc", "Consultation");
    e.subject = ref("Patient", "pat");
    e.period.start = "2020-01-02";
    for (int i = 0; i < 2; ++i) {
        auto& o = r.add<Observation>();
        begin(o, i == 0 ? "obs" : "bp", "Observation");
        o.subject = ref("Patient", "pat");
        o.encounter = ref("Encounter", "enc");
        o.code = code("http://snomed.info/sct", i == 0 ? "27113001" : "75367002");
        o.effective_date_time = "2020-01-02";
        if (i == 0) o.value_quantity.value = "81.50";
        for (int k = 0; i == 1 && k < 2; ++k) {
            auto& c = o.component.add(r.arena);
            c.code = code("http://snomed.info/sct", k == 0 ? "271649006" : "271650006");
            c.value_quantity.value = k == 0 ? "120" : "80";
        }
        o.note.add(r.arena).text = "SECRETNOTE";
    }
    auto& c = r.add<Condition>();
    begin(c, "con", "Problem");
    c.subject = ref("Patient", "pat");
    c.category.add(r.arena) =
        code("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item");
    c.clinical_status = code("http://terminology.hl7.org/CodeSystem/condition-clinical", "active");
    c.code = code("http://snomed.info/sct", "73211009");
    c.meta.security.add(r.arena).code = "R";
    auto& a = r.add<AllergyIntolerance>();
    begin(a, "alg", "Allergy");
    a.patient = ref("Patient", "pat");
    a.code = code("http://snomed.info/sct", "91936005");
    auto& m = r.add<MedicationRequest>();
    begin(m, "med", "DrugRecord");
    m.status = "active";
    m.intent = "plan";
    m.subject = ref("Patient", "pat");
    m.medication_codeable_concept = code("https://dmd.nhs.uk", "322236009");
    m.dosage_instruction.add(r.arena).text = "one daily";
    auto& l = r.add<FhirList>();
    begin(l, "lst", "List");
    l.subject = ref("Patient", "pat");
    l.entry.add(r.arena).item = ref("Observation", "obs");
    l.entry.add(r.arena).item = ref("Observation", "bp");
    l.entry.add(r.arena).item = ref("Condition", "con");
    auto& flag = r.add<Flag>();
    begin(flag, "flag", "Warning");
    flag.subject = ref("Patient", "pat");
    flag.code.text = "SECRETWARNING";
    r.needs.push_back({EntityKind::Practitioner, "dr-1", 0});
}

inline void clinic_practitioner(record::Record& r, const char* id) {
    auto& d = r.add<record::Practitioner>();
    d.id = r.arena.copy(id);
    d.name.add(r.arena).family = "SECRETDOCTOR";
}

/// A practice of so many patients.
inline void fill_clinic(MemorySource& source, int patients) {
    for (int n = 0; n < patients; ++n)
        source.add("key-" + std::to_string(n), [n](record::Record& r) { clinic_patient(r, n); });
    source.practice(record::EntityKind::Practitioner, "dr-1",
                    [](record::Record& r) { clinic_practitioner(r, "dr-1"); });
    source.leftover([](record::Record& r) {
        auto& s = r.add<record::Slot>();
        s.id = "slot-1";
        s.status = "free";
    });
}
inline constexpr std::uint64_t kClinicEntities = 9;  ///< of each patient

}  // namespace gpswitch::diff::test
