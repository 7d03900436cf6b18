// Rows that stand outside a patient's record: practice-wide resources, and files that cannot be read.
#include "core/system/gpconnect/readers.hpp"
#include "core/util/error.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Entity;
using record::EntityKind;
using record::Fate;

namespace {

class SharedReader : public Maker {
  public:
    SharedReader(const Opened& opened, const Shared& shared, record::Record& record, std::string_view text)
        : Maker(*opened.tables, record), opened_(opened), shared_(shared), lines_(text) {}

  protected:
    Resolved resolve(Text reference) override {
        Resolved to;
        const auto it = shared_.links.find(std::string(reference));
        to.inside = it == shared_.links.end() && contained(reference);
        if (it == shared_.links.end()) return to;
        const Shared& other = opened_.index.shared[it->second];
        to.found = true;
        to.kind = other.rules->entity;
        to.id = record().arena.copy(other.id);
        to.shared = it->second;
        return to;
    }
    static bool contained(Text reference) { return reference.starts_with("#"); }
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

void read_fault(const Opened& opened, const Fault& fault, record::Record& record) {
    record.clear();
    record::Row row;
    row.table = opened.index.tables.at(std::string(kFileTable));
    row.slot = fault.slot;
    row.part = opened.index.part_of(fault.member);
    row.line = fault.issue.line;
    row.key = opened.place->members()[fault.member].name;
    if (fault.readable) row.raw = opened.place->bytes(fault.member);
    record.rows.push_back(row);
    record.settle(0, Fate::held, fault.rule);
    record.issues.push_back(fault.issue);
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
    row.part = opened.index.part_of(info.member);
    record.rows.push_back(row);
    record.claim(static_cast<std::uint32_t>(record.rows.size() - 1), record::Role::primary,
                 record.arena.copy(s.rules->name));
}

}  // namespace gpswitch::gpconnect
