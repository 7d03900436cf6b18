#include "core/system/sqlite/encode.hpp"

#include <fmt/format.h>

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
                    out_.text += t;
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
                out_.text += prefix;
                out_.text += c.path;
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

std::unique_ptr<EncodedRecord> encode(const record::Record& record) {
    auto out = std::make_unique<EncodedRecord>();
    out->patient = !record.key.empty();
    if (!record.held.empty()) return out;
    out->key = record.key;
    out->id = record.patient_id;
    Encoder encoder(*out);
    Sha256 content;
    std::string json;
    std::uint32_t seq = 0;
    for (const record::Item& item : record.items) {
        const bool practice = record.key.empty() || record::practice_wide(item.kind);
        encoder.entity(item.kind, *item.entity, practice ? 0 : seq++, practice);
        if (practice && !item.entity->id.empty()) {
            out->entities.back().identity = identity_of(item.kind, item.entity->id);
            continue;
        }
        json.clear();
        record::append_json(json, item.kind, *item.entity);
        json += '\n';
        if (practice) {
            out->entities.back().identity = from_hex(sha256_hex(json));
            continue;
        }
        content.add(json);
        if (item.kind != EntityKind::Patient) continue;
        const auto& patient = static_cast<const record::Patient&>(*item.entity);
        out->nhs_number = nhs_number(patient);
        out->birth_date = patient.birth_date;
    }
    if (!record.key.empty()) out->content_hash = content.hex();
    return out;
}

}  // namespace gpswitch::sqlite
