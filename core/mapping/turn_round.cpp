// The first stage backwards: the fields of one entity into the cells of a row.
#include <algorithm>

#include "core/mapping/shape.hpp"
#include "core/mapping/write.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::mapping {
namespace {

using detail::words_of;
using record::Coding;

bool same_steps(const std::vector<Step>& a, const std::vector<Step>& b) {
    return std::ranges::equal(
        a, b, [](const Step& x, const Step& y) { return x.offset == y.offset && x.type == y.type; });
}

/// The field's items, one when it is no list: structures seen without their type.
struct Items {
    Items(const void* object, const Field& field)
        : size(field.type == nullptr ? 0 : static_cast<std::uint32_t>(field.type->size)) {
        const record::AnyList* list = field.list ? &record::items_at(object, field) : nullptr;
        data = list != nullptr ? list->data
                               : const_cast<char*>(static_cast<const char*>(record::at(object, field)));
        count = list != nullptr ? list->size : record::is_empty(object, field) ? 0 : 1;
    }
    const void* operator[](std::uint32_t i) const { return data + std::size_t{i} * size; }
    const char* data;
    std::uint32_t count, size;
};

detail::Words words(const void* object, const record::Type& type) {
    return words_of(const_cast<void*>(object), type);
}

bool labelled(const ColumnRule& rule, const void* object) {
    const Items items(object, *rule.field);
    for (std::uint32_t i = 0; i < items.count; ++i) {
        if (rule.shape == Shape::coding) {
            const auto& c = *static_cast<const Coding*>(items[i]);
            if (c.system == rule.args[0] && c.code == rule.args[1]) return true;
            continue;
        }
        for (const Coding& c : *words(items[i], *rule.field->type).coding)
            if (c.system == rule.args[0] && c.code == rule.args[1]) return true;
    }
    return false;
}

}  // namespace

const void* look_down(const void* entity, const std::vector<Step>& steps) {
    const char* here = static_cast<const char*>(entity);
    for (const Step& step : steps) {
        here += step.offset;
        if (!step.list) continue;
        const auto& list = *reinterpret_cast<const record::AnyList*>(here);
        if (list.size == 0) return nullptr;
        here = list.data;
    }
    return here;
}

bool civil_of(Text value, Arena& arena, Civil& out) {
    if (value.size() <= 10) {
        out = {value, {}};
        return civil_time::is_date_time(value);
    }
    if (value.size() < 20) return false;
    out = {value.substr(0, 10), value.substr(11, 8)};
    if (value.substr(19) == civil_time::uk_offset(out.day, out.time)) return true;
    std::string whole(value.substr(0, 19));
    const std::size_t zone = value.find_first_of("Z+-", 19);
    if (zone == Text::npos) return false;
    whole += value[zone] == 'Z' ? Text("+00:00") : value.substr(zone);
    const Text uk = arena.copy(civil_time::add_minutes(whole, 0));
    if (uk.size() < 19) return false;
    out = {uk.substr(0, 10), uk.substr(11, 8)};
    return true;
}

TurnRules::TurnRules(const std::vector<ColumnRule>& rules, const record::Type& type) : rules_(&rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const ColumnRule& rule = rules[i];
        if (rule.field == nullptr || rule.transform == Transform::part) continue;
        One one{&rule};
        if (const Field* top = type.find(rule.path.substr(0, rule.path.find('.'))); top != nullptr)
            one.field = static_cast<std::uint8_t>(top - type.fields.data());
        const auto same_field = [&](const ColumnRule& r) {
            return r.field == rule.field && same_steps(r.steps, rule.steps);
        };
        const auto any = [&](auto test) { return std::ranges::any_of(rules, test); };
        const Transform other = rule.transform == Transform::concept_ ? Transform::term : Transform::concept_;
        if (rule.transform == Transform::constant)
            one.both =
                any([&](const ColumnRule& r) { return r.transform != Transform::constant && same_field(r); });
        if (rule.transform == Transform::concept_ || rule.transform == Transform::term)
            one.both = any([&](const ColumnRule& r) { return r.transform == other && same_field(r); });
        one.spoken = any([&](const ColumnRule& r) {
            return r.transform == Transform::constant && r.path.starts_with(rule.path);
        });
        one.made_up = any([&](const ColumnRule& r) {
            return r.transform == Transform::constant && r.field == rule.field && r.args.size() > 1;
        });
        for (std::size_t j = i + 1; j < rules.size() && one.last; ++j)
            one.last =
                rules[j].transform != rule.transform || !same_field(rules[j]) || rules[j].args != rule.args;
        each_.push_back(one);
    }
}

void TurnRound::row(const TurnRules& rules, CellSink& sink, bool last_row) {
    rules_ = rules.rules_;
    for (const TurnRules::One& of : rules.each_) {
        // What holds nothing makes no cell.
        if (of.field != TurnRules::kAny && (filled_.words[of.field / 64] >> (of.field % 64) & 1) == 0)
            continue;
        const ColumnRule& rule = *of.rule;
        const void* object = look_down(&entity_, rule.steps);
        if (object == nullptr) continue;
        switch (rule.transform) {
            case Transform::constant:
                // Where a column feeds the field too, that column says it.
                if (!of.both) constant(rule, object, sink);
                break;
            case Transform::concept_:
            case Transform::term: concept_(of, object, sink); break;
            case Transform::label: label(rule, object, sink); break;
            default: one(rule, object, last_row && of.last, sink);
        }
    }
}

// A code by its id, its words in a column of their own or not.
void TurnRound::concept_(const TurnRules::One& of, const void* object, CellSink& sink) {
    const ColumnRule& rule = *of.rule;
    const Items items(object, *rule.field);
    if (items.count == 0) return;
    const detail::Words w = words(items[0], *rule.field->type);
    record::Concept c{*w.coding, *w.text};
    if (rule.transform == Transform::concept_) {
        if (of.both) c.text = {};
        const bool made_up =
            of.made_up && c.coding.size == 1 && std::ranges::any_of(*rules_, [&](const ColumnRule& r) {
                return r.transform == Transform::constant && r.field == rule.field && r.args.size() > 1 &&
                       c.coding[0].system == r.args[0] && c.coding[0].code == r.args[1];
            });
        if (made_up && w.text->empty()) return;
        if (const Text id = sink.code_of(rule, c); !id.empty())
            sink.put(rule.column, id);
        else if (!of.both || !c.coding.empty())
            sink.lost(rule, "the code has no id in this layout");
    } else if (of.both) {
        if (!w.text->empty()) sink.put(rule.column, *w.text);
    } else {
        if (!w.text->empty())
            sink.put(rule.column, *w.text);
        else if (!w.coding->empty())
            sink.put(rule.column, (*w.coding)[0].display);
        if (!w.coding->empty() && !of.spoken) sink.lost(rule, "the layout has words here, and no code");
    }
    if (items.count > 1) sink.lost(rule, "the layout has room for one");
}

// A label that several columns set says nothing alone: all that the column would have set must be there.
void TurnRound::label(const ColumnRule& rule, const void* object, CellSink& sink) {
    if (!labelled(rule, object)) return;
    const bool all = std::ranges::all_of(*rules_, [&](const ColumnRule& r) {
        return r.column != rule.column || r.transform != Transform::label || r.field != rule.field ||
               labelled(r, object);
    });
    if (all) sink.put(rule.column, "true");
}

void TurnRound::one(const ColumnRule& rule, const void* object, bool last, CellSink& sink) {
    const Field& field = *rule.field;
    if (rule.transform == Transform::append) return append(rule, object, last, sink);
    if (rule.transform == Transform::note) return note(rule, object, last, sink);
    if (rule.transform == Transform::code) return code(rule, object, sink);
    if (rule.transform == Transform::identifier || rule.transform == Transform::telecom) {
        const Items items(object, field);
        std::uint32_t found = 0;
        for (std::uint32_t i = 0; i < items.count; ++i) {
            Text value;
            if (rule.transform == Transform::telecom) {
                const auto& c = *static_cast<const record::ContactPoint*>(items[i]);
                if (c.system == rule.args[0] && (rule.args.size() < 2 || c.use == rule.args[1]))
                    value = c.value;
            } else if (field.type == &record::type_of<record::Identifier>()) {
                const auto& id = *static_cast<const record::Identifier*>(items[i]);
                if (id.system == rule.args[0]) value = id.value;
            } else {
                const auto& id = *static_cast<const record::LogicalId*>(items[i]);
                if (id.system == rule.args[0]) value = id.value;
            }
            if (value.empty()) continue;
            if (++found == 1)
                sink.put(rule.column, value);
            else
                sink.lost(rule, "the layout has room for one");
        }
        return;
    }
    if (rule.transform == Transform::reference) {
        const Items items(object, field);
        Text first;
        for (std::uint32_t i = 0; i < items.count; ++i) {
            const Text key = sink.key_of(rule, *static_cast<const record::Reference*>(items[i]));
            if (key.empty()) continue;
            if (first.empty())
                sink.put(rule.column, first = key);
            else if (key != first)
                sink.lost(rule, "the layout has room for one");
        }
        return;
    }
    if (rule.transform == Transform::flag && rule.shape != Shape::text) {
        if (labelled(rule, object)) sink.put(rule.column, "true");
        return;
    }
    Text value;
    if (!field.list) {
        value = record::text_at(object, field);
    } else if (const auto& list = record::texts_at(object, field); !list.empty()) {
        value = list[0];
        if (list.size > 1) {
            for (std::uint32_t i = 1; i < list.size; ++i) value = arena_.join(value, " ", list[i]);
        }
    }
    if (value.empty()) return;
    switch (rule.transform) {
        case Transform::date: return date(rule, value, sink);
        case Transform::date_time: return date_time(rule, value, sink);
        case Transform::time_on: return time_on(rule, value, sink);
        case Transform::flag:
            if (value == rule.args[0])
                sink.put(rule.column, "true");
            else
                sink.lost(rule, value == "false" ? kUnsaid : "the layout has no word for it");
            return;
        default: return sink.put(rule.column, value);
    }
}

std::uint32_t& TurnRound::used(const ColumnRule& rule) {
    for (Used& u : used_)
        if (u.field == rule.field) return u.items;
    return used_.push_back({rule.field, 0}), used_.back().items;
}

void TurnRound::append(const ColumnRule& rule, const void* object, bool last, CellSink& sink) {
    const auto& list = record::texts_at(object, *rule.field);
    std::uint32_t& at = used(rule);
    if (at >= list.size) return;
    Text value = list[at++];
    const bool more = last && at < list.size;
    for (; last && at < list.size; ++at)
        value = arena_.join(value, rule.path.ends_with("line") ? ", " : " ", list[at]);
    sink.put(rule.column, value);
    if (more && rule.path.ends_with("line"))
        sink.lost(rule, "more lines than the layout has: joined in the last");
}

// The words in front of a note are those of a column.
bool TurnRound::fronted(const ColumnRule& rule, Text words) const {
    return std::ranges::any_of(*rules_, [&](const ColumnRule& r) {
        return r.transform == Transform::note && r.field == rule.field && !r.args.empty() &&
               words.size() > r.args[0].size() + 2 && words.starts_with(r.args[0]) &&
               words.substr(r.args[0].size(), 2) == ": ";
    });
}

// Where each column wants words of its own in front, a plain note has none.
void TurnRound::without_column(const ColumnRule& rule, const gpswitch::List<record::Annotation>& list,
                               CellSink& sink) const {
    const bool plain = std::ranges::any_of(*rules_, [&](const ColumnRule& r) {
        return r.transform == Transform::note && r.field == rule.field && r.args.empty();
    });
    if (plain) return;
    for (const record::Annotation& n : list)
        if (!n.text.empty() && !fronted(rule, n.text))
            return sink.lost(rule, "the layout has no column for a note of no kind of its own");
}

// Notes with words of their own in front go where those words say; the others fill the columns in turn.
void TurnRound::note(const ColumnRule& rule, const void* object, bool last, CellSink& sink) {
    const auto& list =
        *static_cast<const gpswitch::List<record::Annotation>*>(record::at(object, *rule.field));
    Text value;
    for (const record::Annotation& n : list)
        if (!n.time.empty() || !n.author_string.empty() || !n.author_reference.reference.empty())
            sink.lost(rule, "who wrote a note, and when, has no column");
    if (!rule.args.empty()) {
        const Text front = arena_.join(rule.args[0], ": ");
        for (const record::Annotation& n : list)
            if (n.text.starts_with(front)) {
                const Text words = n.text.substr(front.size());
                value = value.empty() ? words : arena_.join(value, "\n", words);
            }
        if (!value.empty()) sink.put(rule.column, value);
        return without_column(rule, list, sink);
    }
    std::uint32_t& at = used(rule);
    bool more = false;
    for (; at < list.size && (value.empty() || last); ++at) {
        const Text words = list[at].text;
        if (fronted(rule, words)) continue;
        more = !value.empty();
        value = value.empty() ? words : arena_.join(value, "\n", words);
    }
    if (!value.empty()) sink.put(rule.column, value);
    if (more) sink.lost(rule, "several notes joined in one");
}

void TurnRound::date(const ColumnRule& rule, Text value, CellSink& sink) {
    Civil c;
    if (!civil_of(value, arena_, c)) return sink.lost(rule, "not a date that the layout can say");
    Text precision = "YMD";
    if (c.day.size() == 4) {
        precision = "Y";
        c.day = arena_.join(c.day, "-01-01");
    } else if (c.day.size() == 7) {
        precision = "YM";
        c.day = arena_.join(c.day, "-01");
    }
    // What another entry of the row said stands; that it says otherwise is told by whoever takes the cell.
    if (!sink.empty(rule.column)) return sink.put(rule.column, c.day);
    sink.put(rule.column, c.day);
    if (rule.arg_column >= 0)
        sink.put(rule.arg_column, precision);
    else if (precision != "YMD")
        sink.lost(rule, "the layout has a whole day only");
    if (!c.time.empty()) sink.lost(rule, "the time of day has no column");
}

void TurnRound::date_time(const ColumnRule& rule, Text value, CellSink& sink) {
    Civil c;
    if (!civil_of(value, arena_, c)) return sink.lost(rule, "not a date that the layout can say");
    if (!sink.empty(rule.column)) return;
    if (c.day.size() < 10) {
        c.day = arena_.join(c.day, c.day.size() == 4 ? "-01-01" : "-01");
        sink.lost(rule, "the layout has a whole day only");
    }
    if (rule.arg_column >= 0) {
        sink.put(rule.column, c.day);
        // Midnight is the layout's word for a time that nobody knows.
        sink.put(rule.arg_column, c.time.empty() ? Text("00:00:00") : c.time);
    } else {
        sink.put(rule.column,
                 c.time.empty() ? arena_.join(c.day, " 00:00:00") : arena_.join(c.day, " ", c.time));
    }
}

void TurnRound::time_on(const ColumnRule& rule, Text value, CellSink& sink) {
    Civil c;
    if (!civil_of(value, arena_, c) || c.day.size() < 10)
        return sink.lost(rule, "not a time of day that the layout can say");
    if (!c.time.empty()) sink.put(rule.column, c.time);
    if (rule.arg_column >= 0) sink.put(rule.arg_column, c.day);
}

// The source's own word when it is there; else the row of the values table that is marked for the way back.
void TurnRound::code(const ColumnRule& rule, const void* object, CellSink& sink) {
    const Values& values = set_.values(rule.values);
    if (rule.shape == Shape::text) {
        Text value;
        if (rule.field->list) {
            const auto& list = record::texts_at(object, *rule.field);
            if (!list.empty()) value = list[0];
        } else {
            value = record::text_at(object, *rule.field);
        }
        if (value.empty() || !sink.empty(rule.column)) return;
        if (const ValueRow* back = values.reverse(value); back != nullptr)
            return sink.put(rule.column, back->source);
        return sink.lost(rule, "no word of the layout means this");
    }
    if (!sink.empty(rule.column)) return;
    const Items items(object, *rule.field);
    if (items.count > 1 && std::ranges::count_if(*rules_, [&](const ColumnRule& r) {
                               return r.column >= 0 && r.field == rule.field &&
                                      same_steps(r.steps, rule.steps);
                           }) == 1)
        sink.lost(rule, "the layout has room for one");
    Text standard, text;
    for (std::uint32_t i = 0; i < items.count; ++i) {
        if (rule.shape == Shape::coding) {
            const auto& c = *static_cast<const Coding*>(items[i]);
            if (c.system == values.source_system) return sink.put(rule.column, c.code);
            if (c.system == values.target_system && standard.empty()) standard = c.code;
            continue;
        }
        const detail::Words w = words(items[i], *rule.field->type);
        for (const Coding& c : *w.coding)
            if (c.system == values.source_system)
                return sink.put(rule.column, trim(*w.text) == c.code ? *w.text : c.code);
        for (const Coding& c : *w.coding)
            if (c.system == values.target_system && standard.empty() && values.reverse(c.code) != nullptr)
                standard = c.code;
        if (text.empty()) text = w.text->empty() && w.coding->size != 0 ? (*w.coding)[0].display : *w.text;
    }
    if (const ValueRow* back = standard.empty() ? nullptr : values.reverse(standard); back != nullptr)
        return sink.put(rule.column, back->source);
    if (text.empty()) {
        if (items.count > 0 && rule.shape != Shape::coding)
            sink.lost(rule, "no word of the layout means this");
        return;
    }
    sink.put(rule.column, text);
    for (std::uint32_t i = 0; i < items.count && rule.shape != Shape::coding; ++i)
        for (const Coding& c : *words(items[i], *rule.field->type).coding)
            if (c.system == values.target_system && !c.code.empty())
                return sink.lost(rule, "no word of the layout means this: its own words are written");
}

// A constant is what every entry of this layout says: one that says something else cannot say it here.
void TurnRound::constant(const ColumnRule& rule, const void* object, CellSink& sink) {
    if (rule.shape != Shape::text || rule.field->list || rule.field->name == "display") return;
    const Text value = record::text_at(object, *rule.field);
    if (value.empty() || value == rule.args[0]) return;
    // What was inferred will be inferred again.
    for (const Text t : entity_.inferred)
        if (t.starts_with(rule.path) && t.substr(rule.path.size()).starts_with(":")) return;
    sink.lost(rule, "the layout says another thing of every entry");
}

}  // namespace gpswitch::mapping
