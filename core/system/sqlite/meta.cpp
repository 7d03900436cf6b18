#include "core/system/sqlite/meta.hpp"

#include "core/json/json.hpp"
#include "core/system/sqlite/schema.hpp"

namespace gpswitch::sqlite {

const std::string& Meta::at(std::string_view key) const {
    static const std::string none;
    const auto it = values_.find(key);
    return it == values_.end() ? none : it->second;
}

bool is_store(Database& db) {
    return db.integer("PRAGMA application_id") == static_cast<std::int64_t>(kApplicationId);
}

Meta read_meta(Database& db) {
    Meta m;
    Statement all = db.prepare("SELECT key, value FROM gpswitch_meta");
    while (all.step()) m.set(all.text(0), std::string(all.text(1)));
    return m;
}

void set_meta(Database& db, std::string_view key, std::string_view value) {
    db.prepare("INSERT OR REPLACE INTO gpswitch_meta VALUES(?,?)").bind(1, key).bind(2, value).run();
}

Meta meta_of(const record::Origin& origin) {
    Meta m;
    m.set(kFormatKey, std::to_string(kFormat));
    m.set(kSchema, schema().hash);
    m.set(kMappingId, origin.mapping_id);
    m.set(kMappingVersion, origin.mapping_version);
    m.set(kMappingHash, origin.mapping_sha256);
    m.set(kFingerprint, origin.fingerprint);
    if (origin.census == nullptr) return m;
    m.set(kSystem, origin.census->system);
    m.set(kVersion, origin.census->version);
    m.set(kPractice, origin.census->practice);
    m.set(kOds, origin.census->ods);
    m.set(kAsOf, origin.census->as_of);
    m.set(kAbsent, sentences(origin.census->absent));
    if (!origin.census->selection.empty()) m.set(kSelection, sentences(origin.census->selection));
    m.set(kWarnings, sentences(origin.census->warnings));
    return m;
}

std::string sentences(const std::vector<std::string>& list) {
    std::string out = "[";
    for (const std::string& s : list) {
        if (out.size() > 1) out += ',';
        json::append_string(out, s);
    }
    return out + "]";
}

std::vector<std::string> sentences(const std::string& text) {
    std::vector<std::string> out;
    Arena arena;
    json::Parser parser;
    json::Error error;
    const json::Value* v = text.empty() ? nullptr : parser.parse(text, arena, error);
    if (v != nullptr)
        for (const json::Value* item : v->items) out.emplace_back(item->text);
    return out;
}

}  // namespace gpswitch::sqlite
