#include "core/system/sqlite/schema.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <unordered_set>

#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::sqlite {
namespace {

using record::EntityKind;
using record::Field;
using record::Type;

std::optional<Child> child_of(const Type& type) {
    if (&type == &record::type_of<record::Identifier>()) return Child::identifier;
    if (&type == &record::type_of<record::ObservationComponent>()) return Child::component;
    if (&type == &record::type_of<record::Dosage>()) return Child::dosage;
    return std::nullopt;
}

struct Place {
    std::string column;  ///< "dispenseRequest_"
    std::string path;    ///< "dispenseRequest."
    std::uint32_t offset = 0;
};

void flatten(Schema& schema, Table& table, const Type& type, const Place& at) {
    for (const Field& f : type.fields) {
        const std::uint32_t offset = at.offset + f.offset;
        const std::string name = at.column + std::string(f.name);
        if (!f.list) {
            if (f.kind == record::Kind::structure)
                flatten(schema, table, *f.type, {name + "_", at.path + std::string(f.name) + ".", offset});
            else
                table.columns.push_back(
                    {name, offset, nullptr,
                     &type == &record::type_of<record::Reference>() && f.name == "reference"});
            continue;
        }
        if (f.type == &record::type_of<record::Coding>() && f.name == "coding") {
            table.codings.push_back({at.path.substr(0, at.path.size() - 1), offset});
            continue;
        }
        const auto child =
            f.type != nullptr && at.path.empty() && !table.is_child() ? child_of(*f.type) : std::nullopt;
        if (child)
            table.children.push_back({std::string(f.name), offset, &schema.of(*child)});
        else
            table.columns.push_back({name, offset, &f, false});
    }
}

void check_names(const Table& table) {
    std::unordered_set<std::string> names;
    for (const std::string& n : table.leading) names.insert(n);
    for (const Column& c : table.columns)
        if (!names.insert(lower(c.name)).second)
            throw std::logic_error(table.name + ": two columns called " + c.name);
}

constexpr std::string_view kOwnTables = R"(
CREATE TABLE gpswitch_meta(
  key TEXT PRIMARY KEY,
  value TEXT
) WITHOUT ROWID;
CREATE TABLE gpswitch_patient(
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  id TEXT,
  nhs_number TEXT,
  birth_date TEXT,
  content_hash TEXT NOT NULL
);
CREATE TABLE gpswitch_held(
  row TEXT PRIMARY KEY -- a row held back, verbatim, with the rule that held it: one JSON object
) WITHOUT ROWID;
CREATE TABLE gpswitch_ledger(
  table_name TEXT PRIMARY KEY,
  bytes INTEGER,
  read INTEGER,
  migrated INTEGER,
  merged INTEGER,
  lookup INTEGER,
  deleted INTEGER,
  superseded INTEGER,
  excluded INTEGER,
  held INTEGER
) WITHOUT ROWID;
)";

// In place: tables refer to each other, and to their own names, by address.
void make(Schema& s) {
    auto add = [&](std::size_t number, std::string_view name, const Type& type,
                   std::vector<std::string> leading) {
        Table& t = s.tables[number];
        t.number = number;
        t.name = name;
        t.type = &type;
        t.leading = std::move(leading);
    };
    for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
        const Type& type = record::type_of(static_cast<EntityKind>(k));
        add(k, type.name, type, {"row", "patient", "seq"});
    }
    const std::vector<std::string> child = {"row", "parent", "type", "patient", "seq", "i"};
    auto add_child = [&](Child c, std::string_view name, const Type& type, std::vector<std::string> leading) {
        add(record::kEntityKinds + static_cast<std::size_t>(c), name, type, std::move(leading));
    };
    add_child(Child::identifier, "identifier", record::type_of<record::Identifier>(), child);
    add_child(Child::component, "component", record::type_of<record::ObservationComponent>(), child);
    add_child(Child::dosage, "dosage", record::type_of<record::Dosage>(), child);
    std::vector<std::string> coding = child;
    coding.emplace_back("path");
    add_child(Child::coding, "coding", record::type_of<record::Coding>(), coding);

    s.ddl = kOwnTables;
    for (Table& t : s.tables) {
        flatten(s, t, *t.type, {});
        check_names(t);
        for (const Codings& c : t.codings) t.coding_at[c.path] = c.offset;
        s.ddl += t.ddl();
    }
    s.hash = sha256_hex(s.ddl);
}

}  // namespace

std::string quoted(std::string_view identifier) { return fmt::format("\"{}\"", identifier); }

std::string Table::ddl() const {
    std::string out = "CREATE TABLE " + quoted(name) + "(\n  row INTEGER PRIMARY KEY";
    for (std::size_t i = 1; i < leading.size(); ++i) {
        const std::string& n = leading[i];
        out += ",\n  " + n;
        if (n == "patient")
            out += " INTEGER REFERENCES gpswitch_patient(number)";
        else
            out += n == "type" || n == "path" ? " TEXT NOT NULL" : " INTEGER NOT NULL";
    }
    for (const Column& c : columns) out += ",\n  " + quoted(c.name) + " TEXT";
    return out + "\n);\n";
}

std::string Table::insert() const {
    std::string out = "INSERT INTO " + quoted(name) + " VALUES(?";
    for (std::size_t i = 1; i < leading.size() + columns.size(); ++i) out += ",?";
    return out + ")";
}

std::string Table::column_list() const {
    std::string out;
    for (const Column& c : columns) out += (out.empty() ? "" : ",") + quoted(c.name);
    return out;
}

const Schema& schema() {
    static const Schema* const instance = [] {
        auto* s = new Schema;
        make(*s);
        return s;
    }();
    return *instance;
}

std::string indexes_ddl() {
    std::string out;
    auto index = [&](std::string_view table, std::string_view name, std::string_view columns) {
        out += fmt::format("CREATE INDEX IF NOT EXISTS \"{0}_{1}\" ON \"{0}\"({2});\n", table, name, columns);
    };
    for (const Table& t : schema().tables) {
        if (t.is_child()) {
            index(t.name, "parent", "parent");
            continue;
        }
        index(t.name, "id", "id");
        index(t.name, "patient", "patient");
    }
    index("identifier", "value", "value,system");
    index("coding", "code", "code,system");
    index("gpswitch_patient", "id", "id");
    index("gpswitch_patient", "nhs_number", "nhs_number");
    return out;
}

}  // namespace gpswitch::sqlite
