#pragma once
#include <set>

#include "core/record/json.hpp"
#include "core/system/gpconnect/bundle.hpp"
#include "core/system/gpconnect/rewrite.hpp"

namespace gpswitch::gpconnect {

inline constexpr std::string_view kIdSystem = "https://gpswitch.org/Id/gpconnect/";

/// What a reference text leads to.
struct Resolved {
    bool found = false;
    bool inside = false;  ///< "#x": a contained resource that stays contained
    record::EntityKind kind{};
    Text id;                   ///< of the entity
    std::int64_t shared = -1;  ///< practice-wide: its handle
};

/// Makes entities of resources: rewrites, reads, gives ids and source ids, follows references, reports.
class Maker : public Host {
  public:
    Maker(const Tables& tables, record::Record& record) : tables_(tables), record_(record) {}

    /// The resource as an entity of the record, not yet claimed. `key` is its source id.
    record::Entity& make(const Table& table, const json::Value& tree, Text key, Text id);

    json::Value* reference(const json::Value& in, Text path) override;
    void bad_value(const json::Value& v, Text path, const char* why) override;
    void bad_date(const json::Value& v, Text path, const char* why) override;
    void unknown(const json::Value& v, Text path) override;
    void degrade(Text reason) override;
    void modifier(const json::Value& v, Text path) override;
    Text contained_id(Text id) override;
    bool hoisted(const json::Value& contained) const override;

  protected:
    virtual Resolved resolve(Text reference) = 0;
    /// Member, line and column of an offset in the text.
    virtual void locate(Issue& issue, std::uint64_t offset) const = 0;
    /// Anything the caller wants to do to an entity between reading and leaving make().
    virtual void finish(record::EntityKind kind, record::Entity& entity) = 0;

    Issue& issue(Severity severity, const char* code, std::uint64_t offset, Text path, std::string message);
    void keep(Text path, const json::Value& v);
    void keep(record::Entity& entity, Text path, const json::Value& v);
    /// Labels of what the entity was taken out of (meta.security): a label never gets lost on the way down.
    void inherit(record::Entity& entity, const json::Value* meta);
    record::Record& record() { return record_; }
    const Tables& tables() const { return tables_; }

  private:
    json::Value* dangling(Text reference, const json::Value& in, json::Value* out, Text path);
    void settle_status(record::EntityKind kind, record::Entity& entity);

    const Tables& tables_;
    record::Record& record_;
    const Table* table_ = nullptr;
    const json::Value* tree_ = nullptr;
    Text id_;
    record::Entity* entity_ = nullptr;
    std::set<std::string> reported_;  ///< unknown paths, lists without their indexes
    std::set<std::uint64_t> needed_;
};

}  // namespace gpswitch::gpconnect
