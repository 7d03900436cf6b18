#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/record/json.hpp"
#include "core/system/gpconnect/source.hpp"

/// Fixtures: members in memory, a bundle around resources, everything a source gives.
namespace gpswitch::gpconnect::test {

struct MemoryPlace : archive::Place {
    std::vector<archive::Member> list;
    std::vector<std::string> texts;
    std::vector<Refused> none;
    MemoryPlace(std::vector<std::pair<std::string, std::string>> files) {
        for (auto& [name, text] : files) {
            list.push_back({name, "box/" + name, text.size()});
            texts.push_back(std::move(text));
        }
    }
    const std::vector<archive::Member>& members() const override { return list; }
    std::string_view bytes(std::size_t m) const override { return texts[m]; }
    const std::vector<Refused>& refused() const override { return none; }
    void check() const override {}
};

inline std::shared_ptr<const Tables> tables() {
    static const auto t = Tables::load(GPSWITCH_SOURCE_DIR "/mappings/gpconnect/1.0.0");
    return t;
}

inline std::string patient(const std::string& more = {}) {
    return R"({"resourceType":"Patient","id":"P1","meta":{"profile":["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Patient-1"]},)"
           R"("identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9990000018"}],"birthDate":"1980-02-29")" +
           more + "}";
}

inline std::string bundle(const std::vector<std::string>& resources, bool with_patient = true) {
    std::string out = R"({"resourceType":"Bundle","type":"collection","entry":[)";
    if (with_patient) out += "{\"resource\":" + patient() + "}";
    for (const auto& r : resources) {
        if (out.back() != '[') out += ',';
        out += "{\"resource\":" + r + "}";
    }
    return out + "]}";
}

/// Reads the first (or only) patient.
struct Read {
    std::unique_ptr<record::Source> source;
    record::Record record;

    using Files = std::vector<std::pair<std::string, std::string>>;

    explicit Read(Files files, std::uint32_t patient_index = 0)
        : source(open_source(std::make_shared<MemoryPlace>(std::move(files)), tables())) {
        if (source->census().patients.empty()) return;
        CHECK(source->read(std::vector<std::uint32_t>{patient_index})->next(record));
    }
    explicit Read(const std::vector<std::string>& resources) : Read(Files{{"a.json", bundle(resources)}}) {}

    std::string json(std::size_t item) const {
        std::string out;
        record::append_json(out, record.items[item].kind, *record.items[item].entity);
        return out;
    }
    /// JSON of the n-th entity of that type; "" when there is none.
    std::string json(std::string_view type, int n = 0) const {
        for (std::size_t i = 0; i < record.items.size(); ++i)
            if (record::name_of(record.items[i].kind) == type && n-- == 0) return json(i);
        return {};
    }
    template <class T>
    const T* get(int n = 0) const {
        for (const auto& i : record.items)
            if (i.kind == record::kind_of_type<T>() && n-- == 0) return static_cast<const T*>(i.entity);
        return nullptr;
    }
    int issues(std::string_view code) const {
        int n = 0;
        for (const Issue& i : record.issues) n += i.code == code;
        return n;
    }
    int degraded(std::string_view reason) const {
        int n = 0;
        for (const auto& d : record.degradations) n += d.reason == reason;
        return n;
    }
    /// Every row is claimed, or settled once.
    bool balanced() const {
        std::vector<int> claimed(record.rows.size()), settled(record.rows.size());
        for (const auto& c : record.claims) claimed[c.row] = 1;  // of several entities, or a part of one
        for (const auto& s : record.settlements) ++settled[s.row];
        for (std::size_t i = 0; i < claimed.size(); ++i)
            if (claimed[i] + settled[i] != 1) return false;
        return true;
    }
};

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace gpswitch::gpconnect::test
