#pragma once
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/pipeline/pipeline.hpp"
#include "core/record/json.hpp"
#include "core/record/system.hpp"
#include "core/util/error.hpp"

/// What every brick must do. A brick's test is a fixture that opens its sample, plus its own peculiarities.
namespace gpswitch::contract {

/// Everything a run gives, as text by entity id; for comparing two runs or two systems.
struct Everything {
    std::map<std::string, std::string> entities;  ///< "Observation/id" to canonical JSON
    std::string fates;
    std::unique_ptr<ledger::Ledger> ledger;
};

/// A target that keeps what it is given.
class Keep : public record::Target {
  public:
    explicit Keep(Everything& out) : out_(out) {}
    struct Kept : record::Encoded {
        std::map<std::string, std::string> entities;
    };
    record::Checkpoint begin(const record::Origin&) override { return {}; }
    std::unique_ptr<record::Encoded> encode(const record::Record& record) const override {
        auto kept = std::make_unique<Kept>();
        for (const record::Item& i : record.items) {
            std::string json;
            record::append_json(json, i.kind, *i.entity);
            const std::string id = std::string(record::name_of(i.kind)) + "/" + std::string(i.entity->id);
            CHECK_MESSAGE(!i.entity->id.empty(), "every entity has an id");
            CHECK_MESSAGE(kept->entities.emplace(id, json).second, "id twice in one record: " << id);
        }
        return kept;
    }
    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            out_.fates += r->fates;
            for (const auto& [id, json] : static_cast<const Kept&>(*r).entities)
                CHECK_MESSAGE(out_.entities.emplace(id, json).second, "id twice: " << id);
        }
    }
    void publish(const ledger::Ledger&) override {}

  private:
    Everything& out_;
};

inline Everything everything(record::Source& source, const mapping::MappingSet* mapping, unsigned jobs = 1) {
    Everything out;
    Keep target(out);
    record::Origin origin;
    origin.census = &source.census();
    pipeline::Options options;
    options.jobs = jobs;
    options.mapping = source.census().source_codes ? mapping : nullptr;
    out.ledger = pipeline::run(source, target, origin, options);
    return out;
}

using OpenSource = std::function<std::unique_ptr<record::Source>()>;

/// Order, totals, repeatable output whatever the jobs, references that lead somewhere.
inline void source(const OpenSource& open, const mapping::MappingSet* mapping) {
    const auto first = open();
    const record::Census& census = first->census();
    for (std::size_t i = 1; i < census.patients.size(); ++i)
        CHECK_MESSAGE(census.patients[i - 1].key < census.patients[i].key,
                      "patients ascend by key, each once");
    const Everything one = everything(*first, mapping);
    CHECK(one.ledger->balanced());
    CHECK(one.ledger->read() > 0);

    const auto second = open();
    const Everything four = everything(*second, mapping, 4);
    CHECK_MESSAGE(one.entities == four.entities, "the same entities with 1 and 4 jobs");
    CHECK_MESSAGE(one.fates == four.fates, "the same fates in the same order");

    // Patients can be read in any order and any split.
    const auto third = open();
    std::vector<std::uint32_t> backwards;
    for (std::uint32_t i = static_cast<std::uint32_t>(census.patients.size()); i-- > 0;)
        backwards.push_back(i);
    const auto cursor = third->read(backwards);
    record::Record record;
    std::size_t n = 0;
    while (cursor->next(record)) {
        REQUIRE(n < backwards.size());
        CHECK(record.key == census.patients[backwards[n]].key);
        ++n;
    }
    CHECK(n == census.patients.size());
}

/// Every internal reference of what was written leads to an entity that was written too.
inline void references(const Everything& e) {
    for (const auto& [id, json] : e.entities) {
        for (std::size_t at = json.find("\"reference\":\""); at != std::string::npos;
             at = json.find("\"reference\":\"", at + 1)) {
            const std::size_t begin = at + 13;
            const std::string target = json.substr(begin, json.find('"', begin) - begin);
            CHECK_MESSAGE(e.entities.contains(target), id << " refers to " << target);
        }
    }
}

/// What is written to a target and read back is what was written; writing it again changes nothing. `layout`:
/// the mapping set of a target that writes a supplier's layout, a new one each time; it is then read back
/// with `mapping`.
inline void target(const record::System& system, const std::string& place, const OpenSource& open,
                   const mapping::MappingSet* mapping,
                   const std::function<std::unique_ptr<record::Source>(const std::string&)>& reopen,
                   const std::function<std::shared_ptr<mapping::MappingSet>()>& layout = {}) {
    const auto from = open();
    const Everything before = everything(*from, mapping);
    auto write = [&](bool overwrite) {
        const auto source = open();
        const auto target = system.create({place, overwrite, layout ? layout() : nullptr});
        record::Origin origin;
        origin.census = &source->census();
        origin.fingerprint = pipeline::fingerprint(source->census(), mapping);
        pipeline::Options options;
        options.mapping = mapping;
        pipeline::run(*source, *target, origin, options);
    };
    write(false);
    const auto back = reopen(place);
    const Everything after = everything(*back, layout ? mapping : nullptr);
    CHECK(before.entities.size() == after.entities.size());
    for (const auto& [id, json] : before.entities) {
        const auto it = after.entities.find(id);
        if (it == after.entities.end())
            FAIL_CHECK("not read back: " << id);
        else
            CHECK_MESSAGE(it->second == json, id);
    }
}

}  // namespace gpswitch::contract
