// Second stage: values that wait in a record become the targets of their tables.
#include <fmt/format.h>

#include "core/mapping/mapping.hpp"
#include "core/mapping/shape.hpp"

namespace gpswitch::mapping {
namespace {

using detail::words_of;
using record::Coding;
using record::Pending;

/// The reason as it goes into the ledger; the words are FHIR's, checked when the table was read.
Text reason_of(Text equivalence) {
    static constexpr Text kReasons[] = {"value-relatedto", "value-wider",       "value-subsumes",
                                        "value-narrower",  "value-specializes", "value-inexact",
                                        "value-unmatched", "value-disjoint"};
    for (const Text reason : kReasons)
        if (reason.substr(6) == equivalence) return reason;
    return {};
}

bool same_meaning(const ValueRow& row) {
    return row.equivalence == "equal" || row.equivalence == "equivalent";
}

class Second {
  public:
    Second(const Values& values, const Pending& pending, Record& record)
        : values_(values),
          p_(pending),
          record_(record),
          item_(record.items[pending.item]),
          row_(values.find(pending.raw)),
          mapped_(row_ != nullptr && !row_->target.empty()) {}

    void run() {
        const Shape shape = detail::shape_of(p_.field);
        if (row_ != nullptr && row_->target.empty() && same_meaning(*row_)) return nothing(shape);
        if (shape == Shape::concept_)
            codeable();
        else if (shape == Shape::coding)
            coding();
        else
            primitive();
        if (row_ == nullptr)
            unmapped();
        else if (!same_meaning(*row_))
            degraded(reason_of(row_->equivalence));
    }

  private:
    Arena& arena() { return record_.arena; }
    void keep_word() { item_.entity->rest.add(arena()) = {p_.origin, p_.raw}; }
    void degraded(Text reason) { record_.degradations.push_back({reason, item_.kind}); }
    void unmapped() {
        degraded("value-unmapped");
        Issue issue;
        issue.severity = Severity::warning;
        issue.code = "MAP-VALUE-001";
        issue.resource = fmt::format("{}/{}", record::name_of(item_.kind), item_.entity->id);
        issue.path = p_.origin;
        issue.message =
            fmt::format("the value is not in the table \"{}\" and was kept as it is", values_.name);
        issue.hint = fmt::format("add it to values/{}.csv", values_.name);
        record_.issues.push_back(std::move(issue));
    }
    /// The field alone does not lead back to the source's word.
    bool word_is_lost() const { return !row_->reverse || !same_meaning(*row_) || row_->source == "*"; }
    Coding source() const { return {values_.source_system, {}, p_.raw, {}, {}, {}, {}}; }
    Coding target() const { return {values_.target_system, {}, row_->target, row_->display, {}, {}, {}}; }
    static bool is(const Coding& a, const Coding& b) { return a.system == b.system && a.code == b.code; }

    void primitive() {
        const Text result =
            mapped_ && detail::fits(p_.field->kind, row_->target) ? Text(row_->target) : Text{};
        bool written = false;
        if (p_.field->list) {
            List<Text>& list = record::texts_at(p_.object, *p_.field);
            std::uint32_t i = 0;
            while (i < list.size && list[i] != p_.raw) ++i;
            if (result.empty()) {
                if (i < list.size) {
                    for (; i + 1 < list.size; ++i) list[i] = list[i + 1];
                    --list.size;
                }
            } else {
                (i < list.size ? list[i] : list.add(arena())) = result;
                written = true;
            }
        } else {
            Text& field = record::text_at(p_.object, *p_.field);
            const bool waiting =
                field.empty() || field == p_.raw;  // else something better has come in between
            if (waiting) field = result;
            written = waiting && !result.empty();
        }
        if (!written || word_is_lost()) keep_word();
    }

    /// The word says nothing ("None"): the field is as if it had never been there.
    void nothing(Shape shape) {
        if (shape == Shape::concept_ && !p_.field->list) {
            const detail::Words w = words_of(record::at(p_.object, *p_.field), *p_.field->type);
            if (w.coding->size != 0 && is((*w.coding)[0], source())) *w.coding = {}, *w.text = {};
        } else if (!p_.field->list && shape != Shape::coding) {
            Text& field = record::text_at(p_.object, *p_.field);
            if (field == p_.raw) field = {};
        } else {
            keep_word();
        }
    }

    void coding() {
        Coding* waiting = nullptr;
        if (p_.field->list) {
            auto& list = *static_cast<List<Coding>*>(record::at(p_.object, *p_.field));
            for (Coding& c : list)
                if (waiting == nullptr && is(c, source())) waiting = &c;
            if (waiting == nullptr) list.add(arena(), source()), waiting = &list.back();
        } else {
            waiting = static_cast<Coding*>(record::at(p_.object, *p_.field));
            if (record::is_empty(p_.object, *p_.field)) *waiting = source();
            if (!is(*waiting, source())) return keep_word();
        }
        if (!mapped_) return;
        *waiting = target();
        if (word_is_lost()) keep_word();
    }

    /// The CodeableConcept that has the source's coding in front; made when the brick has only put the value
    /// in `pending`.
    detail::Words waiting_words() {
        const record::Field& field = *p_.field;
        const auto waits = [&](const detail::Words& w) {
            return w.coding->size != 0 && is((*w.coding)[0], source());
        };
        if (!field.list) return words_of(record::at(p_.object, field), *field.type);
        record::AnyList& list = record::items_at(p_.object, field);
        for (std::uint32_t i = 0; i < list.size; ++i)
            if (const auto w = words_of(list.data + i * field.type->size, *field.type); waits(w)) return w;
        return words_of(record::add_item(list, *field.type, arena()), *field.type);
    }

    void codeable() {
        const detail::Words w = waiting_words();
        detail::add_coding(*w.coding, source(), arena());
        if (w.text->empty()) *w.text = p_.raw;
        if (!mapped_) return;
        List<Coding>& codings = *w.coding;
        for (const Coding& c : codings)
            if (is(c, target())) return;
        codings.add(arena());
        for (std::uint32_t i = codings.size - 1; i > 0; --i) codings[i] = codings[i - 1];
        codings[0] = target();
    }

    const Values& values_;
    const Pending& p_;
    Record& record_;
    record::Item& item_;
    const ValueRow* row_;
    bool mapped_;
};

}  // namespace

void MappingSet::apply(Record& record) const {
    for (const Pending& pending : record.pending) Second(values(pending.values), pending, record).run();
    record.pending.clear();
    claim_profiles(record);
}

void claim_profiles(Record& record) {
    for (record::Item& item : record.items) {
        const Text profile = record::type_of(item.kind).profile;
        auto& claimed = item.entity->meta.profile;
        if (!profile.empty() && claimed.empty()) claimed.add(record.arena) = profile;
    }
}

}  // namespace gpswitch::mapping
