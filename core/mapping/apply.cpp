// First stage: the cells of a row into the fields of one entity.
#include <algorithm>
#include <array>

#include "core/mapping/mapping.hpp"
#include "core/mapping/shape.hpp"
#include "core/util/civil_time.hpp"

namespace gpswitch::mapping {
namespace {

using detail::to_boolean;
using detail::words_of;
using record::Coding;
using record::Kind;

constexpr Text kMidnight = "00:00:00";

/// One row and one entity; `rule`, `cell` and `value` (the cell without spaces at its ends) change with every
/// column.
class Writer {
  public:
    Writer(CellWriter& cells, Record& record, std::uint32_t item)
        : cells_(cells),
          record_(record),
          item_(item),
          entity_(*record.items[item].entity),
          arena_(record.arena) {}

    void column(const ColumnRule& rule) {
        cell_ = cells_.cell(rule.column);
        if (cell_.empty()) return;
        value_ = trim(cell_);
        if (value_.empty() && rule.transform != Transform::text) return;
        switch (rule.transform) {
            case Transform::text: return checked(rule, cell_, "not of the field's type");
            case Transform::trim: return checked(rule, value_, "not of the field's type");
            case Transform::append: return put(rule, cell_);
            case Transform::decimal:
                return is_decimal(value_) ? put(rule, value_) : bad(rule, "not a decimal number");
            case Transform::integer:
                return detail::fits(Kind::integer, value_) ? put(rule, value_)
                                                           : bad(rule, "not a whole number");
            case Transform::boolean: return boolean(rule);
            case Transform::date: return date(rule);
            case Transform::date_time: return date_time(rule);
            case Transform::time_on: return time_on(rule);
            case Transform::code: return code(rule);
            case Transform::identifier: return identifier(rule);
            case Transform::telecom: return telecom(rule);
            case Transform::note: return note(rule);
            case Transform::label:
            case Transform::flag: return when_true(rule);
            case Transform::concept_: return concept_of(rule);
            case Transform::term: return term(rule);
            case Transform::reference: return reference(rule);
            case Transform::rest: return rest(rule);
            case Transform::constant:
            case Transform::part:
            case Transform::ignore: return;
        }
    }

    /// Where nothing stands yet; a list gets it once.
    void constant(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        if (rule.shape == Shape::text) {
            if (!field.list) {
                if (Text& t = record::text_at(object, field); t.empty()) t = rule.args[0];
                return;
            }
            for (const Text t : record::texts_at(object, field))
                if (t == rule.args[0]) return;
            record::texts_at(object, field).add(arena_) = rule.args[0];
        } else if (field.list || record::is_empty(object, field)) {
            put_coding(rule, object);
        }
    }

  private:
    void rest(const ColumnRule& rule) { entity_.rest.add(arena_) = {rule.origin, cell_}; }
    void bad(const ColumnRule& rule, const char* why) {
        rest(rule);
        cells_.bad_value(rule, cell_, why);
    }

    /// A single field is written once; what comes later and differs goes to rest.
    bool try_put(const ColumnRule& rule, Text value) {
        void* object = descend(&entity_, rule.steps, arena_);
        if (rule.field->list) {
            record::texts_at(object, *rule.field).add(arena_) = value;
            return true;
        }
        Text& to = record::text_at(object, *rule.field);
        if (!to.empty()) return to == value;
        to = value;
        return true;
    }
    void put(const ColumnRule& rule, Text value) {
        if (!try_put(rule, value)) rest(rule);
    }
    void checked(const ColumnRule& rule, Text value, const char* why) {
        if (detail::fits(rule.field->kind, value))
            put(rule, value);
        else
            bad(rule, why);
    }

    void boolean(const ColumnRule& rule) {
        const auto b = to_boolean(value_);
        if (b)
            put(rule, *b ? "true" : "false");
        else
            bad(rule, "not true or false");
    }

    /// The day in "2024-07-01" or "2024-07-01 00:00:00"; empty when it is none, or has a time that would be
    /// lost.
    static Text day_of(Text s) {
        if (s.size() == 19 && s.substr(11) == kMidnight) s = s.substr(0, 10);
        return civil_time::is_day(s) ? s : Text{};
    }

    void date(const ColumnRule& rule) {
        const Text day = day_of(value_);
        if (day.empty()) return bad(rule, "not a day of the calendar");
        if (rule.arg_column < 0) return put(rule, day);
        const Text precision = trim(cells_.cell(rule.arg_column));
        struct Cut {
            Text word;
            std::size_t length;
        };
        // EMIS's words. YMDT has no time column of its own: a day.
        static constexpr std::array<Cut, 5> kCuts = {
            {{"YMD", 10}, {"YM", 7}, {"Y", 4}, {"YMDT", 10}, {"U", 0}}};
        if (precision.empty()) return put(rule, day);
        for (const Cut& cut : kCuts)
            if (same_ignoring_case(cut.word, precision))
                return cut.length == 0 ? rest(rule) : put(rule, day.substr(0, cut.length));
        bad(rule, "an unknown precision");
        keep_argument(rule, precision);
    }

    /// The argument's cell, which the date cannot use, kept as well.
    void keep_argument(const ColumnRule& rule, Text cell) {
        entity_.rest.add(arena_) = {rule.arg_origin, cell};
    }

    /// "09:30:00"; "09:30" gets the seconds FHIR asks for. Empty when it is no time.
    Text clock(Text s) {
        if (s.size() == 5) s = arena_.join(s, ":00");
        return civil_time::is_time(s) ? s : Text{};
    }

    /// `time` is empty or good.
    void put_moment(const ColumnRule& rule, Text day, Text time) {
        const bool instant = rule.field->kind == Kind::instant;
        const Text offset =
            time.empty() || (time == kMidnight && !instant) ? Text{} : civil_time::uk_offset(day, time);
        if (offset.empty()) {
            const bool lost = !time.empty() && time != kMidnight;  // before 1972
            if (instant || lost) rest(rule);
            if (lost && rule.transform == Transform::date_time && rule.arg_column >= 0)
                keep_argument(rule, time);
            if (!instant) put(rule, day);
            return;
        }
        put(rule, arena_.join(day, "T", time, offset));
        if (civil_time::repeated_hour(day, time))
            entity_.inferred.add(arena_) =
                arena_.join(rule.path, ": the hour comes twice, taken for summer time");
    }

    void date_time(const ColumnRule& rule) {
        if (rule.arg_column >= 0) {
            const Text day = day_of(value_);
            if (day.empty()) return bad(rule, "not a day of the calendar");
            const Text given = trim(cells_.cell(rule.arg_column));
            const Text time = given.empty() ? Text{} : clock(given);
            if (!given.empty() && time.empty()) {
                keep_argument(rule, given);
                cells_.bad_value(rule, given, "not a time of day");
            }
            return put_moment(rule, day, time);
        }
        const Text day = value_.substr(0, std::min<std::size_t>(10, value_.size()));
        if (!civil_time::is_day(day)) return bad(rule, "not a day of the calendar");
        if (value_.size() == 10) return put_moment(rule, day, {});
        if (value_.size() > 19 && civil_time::is_date_time(value_)) return put(rule, value_);
        const Text time = value_[10] == ' ' || value_[10] == 'T' ? clock(value_.substr(11)) : Text{};
        if (time.empty()) return bad(rule, "not a day and a time");
        put_moment(rule, day, time);
    }

    void time_on(const ColumnRule& rule) {
        const Text time = clock(value_);
        if (time.empty()) return bad(rule, "not a time of day");
        const Text given = trim(cells_.cell(rule.arg_column));
        if (given.empty()) return rest(rule);
        const Text day = day_of(given);
        if (day.empty()) return bad(rule, "its date is not a day of the calendar");
        put_moment(rule, day, time);
    }

    void code(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        const Coding coding{rule.values_system, {}, value_, {}, {}, {}, {}};
        if (rule.shape == Shape::text) {
            if (!try_put(rule, value_)) return rest(rule);
        } else if (rule.shape == Shape::coding) {
            if (!field.list && !record::is_empty(object, field)) return rest(rule);
            Coding& to = field.list ? *static_cast<Coding*>(record::add_item(record::items_at(object, field),
                                                                             *field.type, arena_))
                                    : *static_cast<Coding*>(record::at(object, field));
            to = coding;
        } else {
            void* words = field.list ? record::add_item(record::items_at(object, field), *field.type, arena_)
                                     : record::at(object, field);
            const auto w = words_of(words, *field.type);
            w.coding->add(arena_, coding);
            if (w.text->empty()) *w.text = cell_;
        }
        record_.pending.push_back(
            {item_, object, rule.field, static_cast<std::uint16_t>(rule.values), value_, rule.origin});
    }

    void identifier(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        if (!field.list && !record::is_empty(object, field)) return rest(rule);
        void* to = field.list ? record::add_item(record::items_at(object, field), *field.type, arena_)
                              : record::at(object, field);
        if (field.type == &record::type_of<record::Identifier>()) {
            auto& id = *static_cast<record::Identifier*>(to);
            id.system = rule.args[0];
            id.value = value_;
        } else {
            *static_cast<record::LogicalId*>(to) = {rule.args[0], value_};
        }
    }

    void telecom(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        auto& contact = *static_cast<record::ContactPoint*>(
            record::add_item(record::items_at(object, *rule.field), *rule.field->type, arena_));
        contact.system = rule.args[0];
        contact.value = value_;
        if (rule.args.size() > 1) contact.use = rule.args[1];
    }

    void note(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        auto& note = *static_cast<record::Annotation*>(
            record::add_item(record::items_at(object, *rule.field), *rule.field->type, arena_));
        note.text = rule.args.empty() ? cell_ : arena_.join(rule.args[0], ": ", cell_);
    }

    /// A constant coding into a Coding, a CodeableConcept or a list of them; a list gets it once.
    void put_coding(const ColumnRule& rule, void* object) {
        const Field& field = *rule.field;
        const Coding coding{rule.args[0], {}, rule.args[1], rule.args.size() > 2 ? rule.args[2] : Text{}, {},
                            {},           {}};
        if (rule.shape == Shape::coding) {
            if (field.list)
                detail::add_coding(*static_cast<List<Coding>*>(record::at(object, field)), coding, arena_);
            else
                *static_cast<Coding*>(record::at(object, field)) = coding;
            return;
        }
        if (!field.list)
            return detail::add_coding(*words_of(record::at(object, field), *field.type).coding, coding,
                                      arena_);
        record::AnyList& list = record::items_at(object, field);
        for (std::uint32_t i = 0; i < list.size; ++i)
            for (const Coding& c : *words_of(list.data + i * field.type->size, *field.type).coding)
                if (c.system == coding.system && c.code == coding.code) return;
        words_of(record::add_item(list, *field.type, arena_), *field.type).coding->add(arena_, coding);
    }

    void when_true(const ColumnRule& rule) {
        const auto b = to_boolean(value_);
        // A label that cannot be read is set: a record may become more confidential by mistake, never less.
        if (!b) bad(rule, "not true or false");
        if (b ? !*b : rule.transform != Transform::label) return;
        if (rule.shape == Shape::text) return put(rule, rule.args[0]);
        void* object = descend(&entity_, rule.steps, arena_);
        if (rule.shape == Shape::coding && !rule.field->list && !record::is_empty(object, *rule.field))
            return rest(rule);
        put_coding(rule, object);
    }

    void concept_of(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        record::AnyList& list = record::items_at(object, field);
        void* to = field.list ? record::add_item(list, *field.type, arena_) : record::at(object, field);
        cells_.concept_of(rule, cell_, *static_cast<record::Concept*>(to));
        if (!record::is_empty(to, *field.type)) return;
        if (field.list) --list.size;
        rest(rule);
    }

    void term(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        if (!field.list) {
            if (!put_term(words_of(record::at(object, field), *field.type))) rest(rule);
            return;
        }
        record::AnyList& list = record::items_at(object, field);
        if (list.size != 0 && put_term(words_of(list.data + (list.size - 1) * field.type->size, *field.type)))
            return;
        *words_of(record::add_item(list, *field.type, arena_), *field.type).text = cell_;
    }
    /// The text may so far be only the code's own: its display, which the coding keeps, or its id.
    bool put_term(const detail::Words& words) {
        Text& text = *words.text;
        bool code_only = false;
        for (const Coding& c : *words.coding)
            code_only = code_only || c.code == trim(text) || c.display == text;
        if (!text.empty() && !code_only) return text == cell_;
        text = cell_;
        return true;
    }

    void reference(const ColumnRule& rule) {
        void* object = descend(&entity_, rule.steps, arena_);
        const Field& field = *rule.field;
        if (!field.list && !record::is_empty(object, field)) return rest(rule);
        record::AnyList& list = record::items_at(object, field);
        void* to = field.list ? record::add_item(list, *field.type, arena_) : record::at(object, field);
        cells_.reference_to(rule, cell_, *static_cast<record::Reference*>(to));
        if (!record::is_empty(to, *field.type)) return;
        if (field.list) --list.size;
        rest(rule);
    }

    CellWriter& cells_;
    Record& record_;
    std::uint32_t item_;
    Entity& entity_;
    Arena& arena_;
    Text cell_, value_;
};

}  // namespace

void apply(const std::vector<ColumnRule>& rules, CellWriter& cells, Record& record, std::uint32_t item) {
    Writer writer(cells, record, item);
    for (const ColumnRule& rule : rules) {
        if (rule.transform == Transform::constant)
            writer.constant(rule);
        else if (cells.filled != nullptr && !rule.needs(cells.filled))
            continue;
        else if (rule.transform != Transform::part && rule.transform != Transform::ignore)
            writer.column(rule);
    }
}

Calls::Calls(const std::vector<ColumnRule>& rules) : always_((rules.size() + 63) / 64) {
    by_column_.resize(128 * always_.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const ColumnRule& rule = rules[i];
        const std::uint64_t bit = std::uint64_t{1} << (i % 64);
        const auto place = static_cast<unsigned>(rule.column) % kMostColumns;
        if (rule.transform == Transform::part || rule.transform == Transform::ignore) continue;
        if (rule.transform == Transform::constant || place >= 128) {
            always_[i / 64] |= bit;
        } else {
            by_column_[place * always_.size() + i / 64] |= bit;
            columns_[place / 64] |= std::uint64_t{1} << (place % 64);
        }
    }
}

void apply(const std::vector<ColumnRule>& rules, const Calls& calls, CellWriter& cells, Record& record,
           std::uint32_t item) {
    Writer writer(cells, record, item);
    calls.each(rules, cells.filled, [&](const ColumnRule& rule) {
        if (rule.transform == Transform::constant)
            writer.constant(rule);
        else
            writer.column(rule);
    });
}

void* descend(void* entity, const std::vector<Step>& steps, Arena& arena) {
    char* here = static_cast<char*>(entity);
    for (const Step& step : steps) {
        here += step.offset;
        if (!step.list) continue;
        auto& list = *reinterpret_cast<record::AnyList*>(here);
        here = list.size == 0 ? static_cast<char*>(record::add_item(list, *step.type, arena)) : list.data;
    }
    return here;
}

}  // namespace gpswitch::mapping
