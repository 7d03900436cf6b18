#include "core/system/sqlite/test_store.hpp"

namespace gpswitch::sqlite::test {

using namespace record;

REGISTER_EXCEPTION_TRANSLATOR(const Failure& f) { return doctest::String(f.text.c_str()); }

namespace {

Text filler(const Field& f, Arena& arena, int n) {
    switch (f.kind) {
        case Kind::boolean: return n % 2 != 0 ? "true" : "false";
        case Kind::integer: return arena.copy(std::to_string(n));
        case Kind::decimal: return arena.copy(std::to_string(n) + ".500");
        case Kind::raw:
            return f.where == Where::self
                       ? arena.join("{\"url\":\"http://example.org/", std::to_string(n),
                                    "\",\"valueCode\":\"x\"}")
                       : arena.join("{\"n\":", std::to_string(n), ",\"m\":[1,\"\\\"],\"]}");
        default: return arena.join("t\"'\n\xC3\xA9", std::to_string(n));
    }
}

}  // namespace

void fill(void* object, const Type& type, Arena& arena, int& n, int depth) {
    for (const Field& f : type.fields) {
        if (f.kind == Kind::structure) {
            if (depth > 4) continue;
            for (int i = 0; i < (f.list ? 2 : 1); ++i)
                fill(f.list ? add_item(items_at(object, f), *f.type, arena) : at(object, f), *f.type, arena,
                     n, depth + 1);
            continue;
        }
        for (int i = 0; i < (f.list ? 2 : 1); ++i) {
            const Text t = filler(f, arena, ++n);
            (f.list ? texts_at(object, f).add(arena) : text_at(object, f)) = t;
        }
    }
}

Record& Package::patient(const std::string& key, int seed) {
    records.push_back(std::make_unique<Record>());
    Record& r = *records.back();
    const std::string n = std::to_string(seed);
    r.key = r.arena.copy(key);
    auto& patient = r.add<Patient>();
    patient.id = r.patient_id = r.arena.join("patient-", key);
    patient.birth_date = "1980-02-29";
    patient.managing_organization.reference = "Organization/org-1";
    auto& nhs = patient.identifier.add(r.arena);
    nhs.system = "https://fhir.nhs.uk/Id/nhs-number";
    nhs.value = "9990000018";
    for (int i = 0; i < 3; ++i) {
        auto& o = r.add<Observation>();
        o.id = r.arena.join("obs-", key, "-", std::to_string(i));
        o.subject.reference = r.arena.join("Patient/", patient.id);
        o.value_quantity.value = r.arena.join(n, ".0");
        auto& c = o.code.coding.add(r.arena);
        c.system = "http://snomed.info/sct";
        c.code = "75367002";
        auto& part = o.component.add(r.arena);
        part.code.coding.add(r.arena).code = r.arena.copy(n);
        auto& list = r.add<FhirList>();
        list.id = r.arena.join("list-", key, "-", std::to_string(i));
    }
    if (census.patients.empty() || census.patients.back().key < key) census.patients.push_back({key, 7});
    return r;
}

Record& Package::organization(const std::string& id, int seed) {
    records.push_back(std::make_unique<Record>());
    Record& r = *records.back();
    auto& o = r.add<Organization>();
    o.id = r.arena.copy(id);
    o.name = r.arena.copy("Surgery " + std::to_string(seed));
    auto& ods = o.identifier.add(r.arena);
    ods.system = "https://fhir.nhs.uk/Id/ods-organization-code";
    ods.value = "A81001";
    ods.type.coding.add(r.arena).code = "XX";
    return r;
}

Checkpoint Package::begin(Target& target) const {
    Origin origin;
    origin.census = &census;
    origin.fingerprint = fingerprint;
    return target.begin(origin);
}

void Package::import(const std::string& path, std::size_t batch, std::size_t stop_after,
                     bool overwrite) const {
    const auto target = system().create({path, overwrite});
    const Checkpoint checkpoint = begin(*target);
    std::uint64_t patients = 0;
    std::vector<std::unique_ptr<Encoded>> out;
    std::size_t commits = 0;
    for (const auto& r : records) {
        auto e = target->encode(*r);
        e->patient = !r->key.empty();
        if (e->patient && patients++ < checkpoint.patients) continue;
        out.push_back(std::move(e));
        if (out.size() < batch) continue;
        if (commits++ == stop_after) return;
        target->commit(out);
        out.clear();
    }
    if (commits == stop_after) return;
    target->commit(out);
    target->publish(ledger::Ledger(census));
}

std::string table(const std::string& path, const std::string& sql) {
    Database db(path, Database::Use::write);
    db.exec("PRAGMA trusted_schema=1");  // as other programs have it: the views call json_extract
    Statement s = db.prepare(sql);
    std::string out;
    while (s.step()) {
        for (int c = 0; c < s.columns(); ++c) {
            if (c != 0) out += '|';
            out += s.text(c);
        }
        out += '\n';
    }
    return out;
}

std::string ask(const std::string& path, const std::string& sql) {
    Database db(path, Database::Use::write);
    return db.text(sql);
}

std::string integrity(const std::string& path) {
    return ask(path, "PRAGMA integrity_check") + table(path, "PRAGMA foreign_key_check");
}

std::string dump(const std::string& path) {
    std::string out = table(path, "SELECT type,name,sql FROM sqlite_schema ORDER BY rowid");
    out += table(path, "PRAGMA application_id") + table(path, "PRAGMA user_version");
    Database db(path, Database::Use::read);
    Statement tables = db.prepare("SELECT name FROM sqlite_schema WHERE type='table' ORDER BY rowid");
    while (tables.step()) {
        const std::string name(tables.text(0));
        std::string quotes;
        Statement columns = db.prepare("SELECT name FROM pragma_table_info('" + name + "')");
        while (columns.step())
            quotes +=
                (quotes.empty() ? "quote(\"" : "||','||quote(\"") + std::string(columns.text(0)) + "\")";
        // In the order of the key: what .dump prints.
        out += name + "\n" + table(path, "SELECT " + quotes + " FROM \"" + name + "\"");
    }
    return out;
}

std::unique_ptr<Source> open(const std::string& path) {
    SourceOptions options;
    options.place = path;
    return system().open(options);
}

}  // namespace gpswitch::sqlite::test
