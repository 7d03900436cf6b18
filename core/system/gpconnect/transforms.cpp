#include <fmt/format.h>

#include "core/system/gpconnect/rewriter.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Field;

// Where a rule's value goes: the frame whose field `last` is. `later` when lists on the way are not filled
// yet.
const Frame* Rewriter::target(const Rule& rule, const Frame& frame, const Field*& last, bool& later) {
    const Frame* base = &frame;
    std::vector<const Field*> chain = rule.chain;
    std::size_t from = 0;
    if (chain.empty()) {  // datatypes.csv: a field of the type at hand
        const Field* f = frame.type->find(rule.field);
        if (f != nullptr) chain.push_back(f);
    } else {
        while (base->parent != nullptr && !base->leads_to(chain)) base = base->parent;
        from = base->depth();
    }
    if (chain.empty()) return nullptr;
    last = chain.back();
    for (std::size_t i = from; i + 1 < chain.size(); ++i) {
        if (chain[i]->list && !at_end_) {
            later = true;
            return base;
        }
        base = open(arena_, *base, *chain[i], Open::enter);
    }
    return base;
}

void Rewriter::apply(const Rule& rule, const Value& v, const Element* node, const Frame& frame, Text path) {
    switch (rule.transform) {
        case Transform::ignore: return;
        case Transform::rest: return rest(v, path);
        case Transform::as_extension: return as_extension(rule, v, path);
        case Transform::split: return split(rule, v, frame, path);
        case Transform::fold: later_.push_back({&rule, &v, node, path}); return;
        default: break;
    }
    const Field* f = nullptr;
    bool later = false;
    const Frame* to = target(rule, frame, f, later);
    if (to == nullptr) return unknown(v, path);
    if (later) return later_.push_back({&rule, &v, node, path});
    switch (rule.transform) {
        case Transform::concept_: return concept_of(rule, v, node, *to, *f, path);
        case Transform::code: return code(rule, v, node, *to, *f, path);
        case Transform::coding: return coding(v, node, *to, *f, path);
        case Transform::annotation: return annotation(v, node, *to, *f, path);
        case Transform::minus_one: return minus_one(v, *to, *f, path);
        case Transform::into: return into(rule, v, *to, *f, path);
        default: return move(v, *f, node, *to, path, &rule);
    }
}

Value* Rewriter::new_coding(const Values& values, const ValueRow& row) {
    const std::size_t bar = row.target.find('|');
    Value* c = new_object(arena_);
    const std::string_view target = row.target;
    set(arena_, *c, "system",
        new_text(arena_, bar == std::string::npos ? Text(values.target_system) : target.substr(0, bar)));
    set(arena_, *c, "code", new_text(arena_, bar == std::string::npos ? target : target.substr(bar + 1)));
    if (!row.display.empty()) set(arena_, *c, "display", new_text(arena_, row.display));
    return c;
}

void Rewriter::note_equivalence(const ValueRow& row) {
    if (row.equivalence != "equal" && row.equivalence != "equivalent")
        host_.degrade(arena_.join("value-", row.equivalence));
}

void Rewriter::concept_of(const Rule& rule, const Value& v, const Element* node, const Frame& to,
                          const Field& f, Text path) {
    if (v.kind == json::Kind::object) return code(rule, v, node, to, f, path);
    if (v.kind == json::Kind::array) {
        if (!f.list) return bad(v, path, "a single value is expected here, not a list");
        for (std::size_t i = 0; i < v.items.size; ++i)
            concept_of(rule, *v.items[i], node, to, f, indexed(path, i));
        return;
    }
    if (v.kind != json::Kind::string || trim(v.text).empty()) return bad(v, path, "a code is expected here");
    const ValueRow* row = rule.values->find(v.text);
    if (row != nullptr) note_equivalence(*row);
    if (row != nullptr && row->target.empty()) return rest(v, path);
    if (row == nullptr) host_.degrade("value-unmapped");
    const Frame* inside = open(arena_, to, f, Open::add);
    const Field& codings = *inside->type->find("coding");
    if (row != nullptr) put(arena_, *inside, codings, new_coding(*rule.values, *row));
    if (row == nullptr || row->target != v.text) {  // the source's own word beside it
        Value* own = new_object(arena_);
        set(arena_, *own, "system", new_text(arena_, rule.values->source_system));
        set(arena_, *own, "code", new_text(arena_, trim(v.text)));
        put(arena_, *inside, codings, own);
        if (trim(v.text) != v.text) rest(v, path);
    }
}

void Rewriter::code_text(const Rule& rule, const Value& v, const Frame& to, const Field& f, Text path) {
    if (v.kind != json::Kind::string || rule.values == nullptr) return primitive(v, f, to, path);
    const ValueRow* row = rule.values->find(v.text);
    if (f.kind == record::Kind::uri) {
        if (row == nullptr) return primitive(v, f, to, path);
        Value renamed = v;
        renamed.text = row->target;
        return primitive(renamed, f, to, path);
    }
    if (row == nullptr) host_.degrade("value-unmapped");
    if (row == nullptr) return rest(v, path);
    note_equivalence(*row);
    if (!row->target.empty()) {
        Value mapped = v;
        mapped.text = row->target;
        primitive(mapped, f, to, path);
    }
    if (row->target != v.text && !row->reverse) rest(v, path);
}

void Rewriter::code(const Rule& rule, const Value& v, const Element* node, const Frame& to, const Field& f,
                    Text path) {
    if (v.kind == json::Kind::array) {
        if (!f.list) return bad(v, path, "a single value is expected here, not a list");
        for (std::size_t i = 0; i < v.items.size; ++i) code(rule, *v.items[i], node, to, f, indexed(path, i));
        return;
    }
    const bool text = f.type == nullptr || f.type->find("coding") == nullptr;
    if (text || v.kind != json::Kind::object) return code_text(rule, v, to, f, path);
    std::vector<Value*> mapped;
    const Value* codings = v.find("coding");
    if (codings != nullptr && rule.values != nullptr)
        for (const Value* c : codings->items) {
            const ValueRow* row = rule.values->find(c->text_of("code"));
            if (row == nullptr || row->target.empty()) continue;
            note_equivalence(*row);
            mapped.push_back(new_coding(*rule.values, *row));
        }
    const bool only = !rule.args.empty() && rule.args[0] == "only";
    if (only && mapped.empty()) return;
    const Frame* inside = open(arena_, to, f, Open::add);
    const Field& list = *inside->type->find("coding");
    for (Value* c : mapped) put(arena_, *inside, list, c);
    if (only) return;
    object(v, node, *inside, path);
    // A source coding that came out the same as the mapped one is that one.
    Value* all = inside->out->find("coding");
    for (std::size_t m = 0; m < mapped.size(); ++m)
        for (std::uint32_t i = static_cast<std::uint32_t>(mapped.size());
             all != nullptr && i < all->items.size; ++i)
            if (all->items[i]->text_of("system") == mapped[m]->text_of("system") &&
                all->items[i]->text_of("code") == mapped[m]->text_of("code")) {
                *mapped[m] = *all->items[i];
                for (std::uint32_t j = i; j + 1 < all->items.size; ++j) all->items[j] = all->items[j + 1];
                --all->items.size;
                --i;
            }
    close(*inside);
}

void Rewriter::coding(const Value& v, const Element* node, const Frame& to, const Field& f, Text path) {
    if (v.kind != json::Kind::object) return bad(v, path, "a CodeableConcept is expected here");
    for (const json::Member& m : v.members) {
        if (m.name == "coding" && m.value->kind == json::Kind::array)
            move(*m.value, f, node, to, join(path, m.name));
        else
            rest(*m.value, join(path, m.name));
    }
}

void Rewriter::annotation(const Value& v, const Element* node, const Frame& to, const Field& f, Text path) {
    if (v.kind != json::Kind::string) return move(v, f, node, to, path);
    if (v.text.empty()) return bad(v, path, "FHIR allows no empty text");
    const Frame* note = open(arena_, to, f, Open::add);
    set(arena_, *note->out, "text", new_text(arena_, v.text));
}

void Rewriter::minus_one(const Value& v, const Frame& to, const Field& f, Text path) {
    const auto n = v.kind == json::Kind::number ? to_integer(v.text) : std::nullopt;
    if (!n || *n < 0) return bad(v, path, "a whole number is expected here");
    rest(v, path);
    if (*n == 0) return;
    auto* less = arena_.make<Value>();
    *less = v;
    less->text = arena_.copy(std::to_string(*n - 1));
    put(arena_, to, f, less);
}

void Rewriter::split(const Rule& rule, const Value& v, const Frame& frame, Text path) {
    const bool list = v.kind == json::Kind::array;
    for (std::size_t i = 0; i < (list ? v.items.size : 1); ++i) {
        const Value& item = list ? *v.items[i] : v;
        const Text here = list ? indexed(path, i) : path;
        const ValueRow* row = rule.values->find(item.text_of(rule.args[0]));
        const Field* f = row == nullptr || row->target.empty() ? nullptr : frame.type->find(row->target);
        const Value* content = item.find(rule.args[1]);
        if (f == nullptr || content == nullptr) {
            host_.degrade("value-unmapped");
            rest(item, here);
            continue;
        }
        place(*content, *f, nullptr, frame, join(here, rule.args[1]));
        for (const json::Member& m : item.members)
            if (m.name != rule.args[0] && m.name != rule.args[1]) unknown(*m.value, join(here, m.name));
    }
}

void Rewriter::into(const Rule& rule, const Value& v, const Frame& to, const Field& f, Text path) {
    Value* list = to.out->find(f.name);
    if (list == nullptr) {
        set(arena_, *to.out, f.name, list = arena_.make<Value>());
        list->kind = json::Kind::array;
        list->items.add(arena_, new_object(arena_));
    }
    if (list->items[0]->find(rule.args[0]) != nullptr) return rest(v, path);
    set(arena_, *list->items[0], rule.args[0], raw_copy(v, path));
}

void Rewriter::as_extension(const Rule& rule, const Value& v, Text path) {
    const bool list = v.kind == json::Kind::array;
    for (std::size_t i = 0; i < (list ? v.items.size : 1); ++i) {
        const Value& item = list ? *v.items[i] : v;
        const Text here = list ? indexed(path, i) : path;
        Text name = "valueString";
        if (item.kind == json::Kind::boolean) name = "valueBoolean";
        if (item.kind == json::Kind::number) name = "valueDecimal";
        if (item.kind == json::Kind::object)
            name = item.find("coding") != nullptr || item.find("text") != nullptr ? "valueCodeableConcept"
                   : item.find("start") != nullptr || item.find("end") != nullptr ? "valuePeriod"
                                                                                  : "valueReference";
        Value* e = new_object(arena_);
        set(arena_, *e, "url", new_text(arena_, rule.args[0]));
        set(arena_, *e, name, raw_copy(item, here));
        Value* all = entity().out->find("extension");
        if (all == nullptr) {
            set(arena_, *entity().out, "extension", all = arena_.make<Value>());
            all->kind = json::Kind::array;
        }
        all->items.add(arena_, e);
    }
}

void Rewriter::fold(const Rule& rule, const Value& v, Text path) {
    const Field& f = *rule.chain.back();
    if (!v.is_scalar()) return bad(v, path, "a code is expected here");
    const ValueRow* row = rule.values->find(v.text);
    if (row == nullptr) host_.degrade("value-unmapped");
    if (row == nullptr) return rest(v, path);
    if (row->target.empty()) return rest(v, path);
    note_equivalence(*row);
    const Value* before = value_of(entity(), f);
    if (before != nullptr && before->text != row->target) rest(*before, f.name);
    remove(entity(), f);
    put(arena_, entity(), f, new_text(arena_, row->target));
    if (!row->reverse) rest(v, path);
}

// One of occurrence[x] stands already.
bool Rewriter::has_choice(const Frame& frame, const Field& f) const {
    const auto stem = [](std::string_view name) {
        for (std::string_view type : {"CodeableConcept", "DateTime", "Reference", "Boolean", "String",
                                      "Period", "Integer", "Quantity"})
            if (name.ends_with(type) && name.size() > type.size())
                return name.substr(0, name.size() - type.size());
        return std::string_view{};
    };
    const std::string_view mine = stem(f.name);
    if (mine.empty()) return false;
    for (const Field& other : frame.type->fields)
        if (stem(other.name) == mine && value_of(frame, other) != nullptr) return true;
    return false;
}

void Rewriter::constant(const Rule& rule) {
    const Field* f = nullptr;
    bool later = false;
    const Frame* to = target(rule, entity(), f, later);
    if (value_of(*to, *f) != nullptr || has_choice(*to, *f)) return;
    Value* made = nullptr;
    if (rule.args.size() == 3) {
        made = new_object(arena_);
        set(arena_, *made, "system", new_text(arena_, rule.args[0]));
        set(arena_, *made, "code", new_text(arena_, rule.args[1]));
        if (!rule.args[2].empty()) set(arena_, *made, "display", new_text(arena_, rule.args[2]));
    }
    if (made != nullptr && f->type == &record::type_of<record::Concept>()) {
        const Frame* inside = open(arena_, *to, *f, Open::add);
        put(arena_, *inside, *inside->type->find("coding"), made);
    } else if (made != nullptr) {
        put(arena_, *to, *f, made);
    } else {
        auto* text = new_text(arena_, rule.args[0]);
        if (f->kind == record::Kind::boolean) text->kind = json::Kind::boolean;
        if (f->kind == record::Kind::integer) text->kind = json::Kind::number;
        put(arena_, *to, *f, text);
    }
    out_.inferred.add(arena_, arena_.join(field_path(*to, *f), ": default of the mapping"));
}

}  // namespace gpswitch::gpconnect
