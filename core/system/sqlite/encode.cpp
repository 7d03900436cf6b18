#include "core/system/sqlite/encode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/record/json.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::sqlite {
namespace {

using record::AnyList;
using record::EntityKind;
using record::Text;

constexpr std::string_view kNhsNumber = "https://fhir.nhs.uk/Id/nhs-number";

Identity from_hex(std::string_view hex) {
    Identity out{};
    std::from_chars(hex.data(), hex.data() + 16, out[0], 16);
    std::from_chars(hex.data() + 16, hex.data() + 32, out[1], 16);
    return out;
}

class Encoder {
  public:
    explicit Encoder(EncodedRecord& out) : out_(out) {}

    void entity(EntityKind kind, const record::Entity& entity, std::uint32_t seq, bool practice) {
        const Table& table = schema().of(kind);
        const std::size_t first = out_.rows.size();
        children_ = {};
        EncodedEntity e{
            kind, 0, seq, practice, {}, out_.text.size(), static_cast<std::uint32_t>(entity.id.size())};
        begin(table, 0, 0);
        values(table, &entity);  // the id comes first, so that e's offset is its
        codings(table, &entity, {});
        for (const ChildList& list : table.children) child_list(list, &entity);
        e.rows = static_cast<std::uint32_t>(out_.rows.size() - first);
        out_.entities.push_back(e);
    }

  private:
    void begin(const Table& table, std::uint32_t child, std::uint32_t i) {
        out_.rows.push_back({static_cast<std::uint32_t>(table.number), 0, child, i});
        parameter_ = static_cast<std::uint32_t>(table.leading.size()) + 1;
    }
    void cell(std::uint32_t parameter, std::size_t offset) {
        out_.cells.push_back({parameter, static_cast<std::uint32_t>(out_.text.size() - offset), offset});
        ++out_.rows.back().cells;
    }

    void values(const Table& table, const void* object) {
        const auto* base = static_cast<const char*>(object);
        std::uint32_t parameter = parameter_;
        for (const Column& c : table.columns) {
            const std::size_t offset = out_.text.size();
            if (c.list == nullptr) {
                const Text& t = *reinterpret_cast<const Text*>(base + c.offset);
                if (!t.empty()) {
                    out_.text.put(t);
                    cell(parameter, offset);
                }
            } else if (reinterpret_cast<const AnyList*>(base + c.offset)->size != 0) {
                record::append_json_value(out_.text, base + c.offset - c.list->offset, *c.list);
                cell(parameter, offset);
            }
            ++parameter;
        }
    }

    void codings(const Table& table, const void* object, std::string_view prefix) {
        static const Table& coding = schema().of(Child::coding);
        for (const Codings& c : table.codings) {
            const auto& list = *reinterpret_cast<const AnyList*>(static_cast<const char*>(object) + c.offset);
            for (std::uint32_t i = 0; i < list.size; ++i) {
                begin(coding, children_[static_cast<std::size_t>(Child::coding)]++, i);
                const std::size_t offset = out_.text.size();
                out_.text.put(prefix);
                out_.text.put(c.path);
                cell(parameter_ - 1, offset);  // path is the last of the leading columns
                values(coding, list.data + i * coding.type->size);
            }
        }
    }

    void child_list(const ChildList& list, const void* object) {
        const auto& items = *reinterpret_cast<const AnyList*>(static_cast<const char*>(object) + list.offset);
        for (std::uint32_t i = 0; i < items.size; ++i) {
            const char* item = items.data + i * list.table->type->size;
            begin(*list.table, children_[list.table->number - record::kEntityKinds]++, i);
            values(*list.table, item);
            codings(*list.table, item, fmt::format("{}[{}].", list.name, i));
        }
    }

    EncodedRecord& out_;
    std::array<std::uint32_t, kChildren> children_{};
    std::uint32_t parameter_ = 0;
};

// The number in use: superseded ones are kept as "old".
Text nhs_number(const record::Patient& patient) {
    for (const record::Identifier& i : patient.identifier)
        if (i.system == kNhsNumber && i.use != "old") return i.value;
    return {};
}

}  // namespace

Identity identity_of(EntityKind kind, std::string_view id) {
    Sha256 hash;
    hash.add(record::name_of(kind));
    hash.add("/");
    hash.add(id);
    return from_hex(hash.hex());
}

namespace {

// An entity without id is known by all it says.
Identity known_by(EntityKind kind, const record::Entity& entity) {
    if (!entity.id.empty()) return identity_of(kind, entity.id);
    std::string json;
    record::append_json(json, kind, entity);
    return from_hex(sha256_hex(json + '\n'));
}

/// What is bound for a patient's own entities: the texts one behind the other, and how they are to be cut
/// (tables, places in lists, columns, lengths).
struct Said {
    std::vector<std::uint32_t> shape;
    Bytes texts;

    explicit Said(const EncodedRecord& record) {
        shape.reserve(record.rows.size() * 3 + record.cells.size() * 2 + 1);
        shape.push_back(0);
        texts.want(record.text.size());
        const EncodedRow* row = record.rows.data();
        const Cell* cell = record.cells.data();
        for (const EncodedEntity& e : record.entities) {
            const Cell* const first = cell;
            for (const EncodedRow* const end = row + e.rows; row != end; ++row) {
                if (!e.practice) shape.insert(shape.end(), {row->table, row->i, row->cells});
                for (const Cell* const last = cell + row->cells; cell != last; ++cell)
                    if (!e.practice) shape.insert(shape.end(), {cell->parameter, cell->length});
            }
            if (e.practice || cell == first) continue;
            const std::uint64_t stop = cell[-1].offset + cell[-1].length;
            texts.put(record.text.view().substr(first->offset, stop - first->offset));
        }
        shape.front() = static_cast<std::uint32_t>(shape.size());  // where the texts begin
    }
};

// Two hashes side by side are faster than one: the shape and the first texts, and as many bytes of the other
// texts.
std::string content_hash(const EncodedRecord& record) {
    const Said said(record);
    const std::string_view shape(reinterpret_cast<const char*>(said.shape.data()),
                                 said.shape.size() * sizeof said.shape[0]);
    const std::string_view texts = said.texts.view();
    const std::size_t cut = texts.size() > shape.size() ? (texts.size() - shape.size()) / 2 : 0;
    const std::string_view first = texts.substr(0, cut), other = texts.substr(cut);
    const std::size_t n = std::min(shape.size(), other.size());
    Sha256 a, b;
    Sha256::add_both(a, shape.substr(0, n), b, other.substr(0, n));
    a.add(shape.substr(n));
    Sha256::add_both(a, first, b, other.substr(n));
    return sha256_hex(a.hex() + b.hex());
}

// Values are a good deal shorter than the rows they came from.
void make_room(const record::Record& record, EncodedRecord& out) {
    std::size_t bytes = 0;
    for (const record::Row& row : record.rows) bytes += row.raw.size();
    out.text.want(bytes);
    out.entities.reserve(record.items.size());
    out.rows.reserve(record.items.size() * 5);
    out.cells.reserve(record.items.size() * 32);
}

}  // namespace

std::unique_ptr<EncodedRecord> encode(const record::Record& record) {
    auto out = std::make_unique<EncodedRecord>();
    out->patient = !record.key.empty();
    if (!record.held.empty()) return out;
    out->key = record.key;
    out->id = record.patient_id;
    make_room(record, *out);
    Encoder encoder(*out);
    std::uint32_t seq = 0;
    for (const record::Item& item : record.items) {
        const bool practice = record.key.empty() || record::practice_wide(item.kind);
        encoder.entity(item.kind, *item.entity, practice ? 0 : seq++, practice);
        if (practice) out->entities.back().identity = known_by(item.kind, *item.entity);
        if (practice || item.kind != EntityKind::Patient) continue;
        const auto& patient = static_cast<const record::Patient&>(*item.entity);
        out->nhs_number = nhs_number(patient);
        out->birth_date = patient.birth_date;
    }
    if (!record.key.empty()) out->content_hash = content_hash(*out);
    return out;
}

}  // namespace gpswitch::sqlite
