#include "core/diff/explain.hpp"

#include <algorithm>

#include "core/diff/guard.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

using mapping::Carry;
using record::Text;
using FieldKind = FieldDifference::Kind;

template <class T>
bool is(const record::Type* type) {
    return type == &record::type_of<T>();
}

// The digits that count, and how far they stand from the point: "120.500" is 1205, -1.
struct Number {
    bool negative = false;
    std::string digits;
    long scale = 0;
};
bool parse(std::string_view s, Number& out) {
    if (s.starts_with('-')) out.negative = true, s.remove_prefix(1);
    bool point = false;
    for (const char c : s) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return false;  // exponents are left to who looks at it
        out.digits += c;
        if (point) --out.scale;
    }
    if (out.digits.empty()) return false;
    while (out.scale < 0 && out.digits.back() == '0') out.digits.pop_back(), ++out.scale;
    out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
    if (out.digits.empty()) out.negative = false;
    return true;
}

bool within(std::string_view path, std::string_view field) {
    return path.starts_with(field) && (path.size() == field.size() || path[field.size()] == '.');
}

// `place` has all indexes; `field` those that were known: "component[1].code" lies in "component".
bool stands_in(std::string_view place, std::string_view field) {
    std::size_t i = 0;
    for (std::size_t j = 0; j < field.size(); ++i, ++j) {
        if (i < place.size() && place[i] == '[' && field[j] != '[')
            i = std::min(place.find(']', i), place.size() - 1) + 1;
        if (i >= place.size() || place[i] != field[j]) return false;
    }
    return i == place.size() || place[i] == '.' || place[i] == '[';
}

std::string_view last(std::string_view path) {
    const std::size_t dot = path.rfind('.');
    return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

bool one_of(std::string_view word, std::string_view words) {
    while (!words.empty()) {
        const std::size_t bar = std::min(words.find('|'), words.size());
        if (words.substr(0, bar) == word) return true;
        words.remove_prefix(std::min(bar + 1, words.size()));
    }
    return false;
}

void all_texts(const void* object, const record::Type& type, std::vector<Text>& out) {
    for (const record::Field& f : type.fields) {
        if (record::is_empty(object, f)) continue;
        if (f.kind != record::Kind::structure) {
            if (!f.list) out.push_back(record::text_at(object, f));
            for (std::uint32_t i = 0; f.list && i < record::texts_at(object, f).size; ++i)
                out.push_back(record::texts_at(object, f)[i]);
        } else if (!f.list) {
            all_texts(record::at(object, f), *f.type, out);
        } else {
            for (std::uint32_t i = 0; i < record::items_at(object, f).size; ++i)
                all_texts(record::items_at(object, f).data + i * f.type->size, *f.type, out);
        }
    }
}

// The words of a code stand in the concept without it.
bool words_stay(const record::Coding& lost, const record::Concept& before, const record::Concept& after) {
    const auto stays = [&](Text words) {
        return !words.empty() && (after.text == words ||
                                  std::any_of(after.coding.begin(), after.coding.end(),
                                              [&](const record::Coding& c) { return c.display == words; }));
    };
    return stays(lost.display) || stays(before.text);
}

// A code that the layout cannot hold is gone, and the words that it stood for are there.
bool in_its_words(const Explain::Spot& spot) {
    return is<record::Concept>(&spot.owner) && spot.kind == FieldKind::only_before && spot.item != nullptr &&
           words_stay(*static_cast<const record::Coding*>(spot.item),
                      *static_cast<const record::Concept*>(spot.before),
                      *static_cast<const record::Concept*>(spot.after));
}

// The word of one system for what a code says that everybody reads: the code stays, and there is another
// word, or none.
bool own_word(const Explain::Spot& spot, const Projection& projection) {
    if (!is<record::Concept>(&spot.owner)) return false;
    const auto &here = *static_cast<const record::Concept*>(spot.before),
               &there = *static_cast<const record::Concept*>(spot.after);
    const bool same = std::ranges::any_of(there.coding, [&](const record::Coding& b) {
        return !b.code.empty() && projection.codes(b.system) == Codes::shared &&
               std::ranges::any_of(here.coding, [&](const record::Coding& a) {
                   return a.system == b.system && a.code == b.code;
               });
    });
    if (!same) return false;
    if (is<record::Coding>(spot.field.type))
        return spot.kind == FieldKind::only_before && spot.item != nullptr &&
               projection.codes(static_cast<const record::Coding*>(spot.item)->system) == Codes::own;
    const auto repeats = [](const record::Concept& c) {
        return c.text.empty() || std::ranges::any_of(c.coding, [&](const record::Coding& k) {
                   return k.code == c.text || k.display == c.text;
               });
    };
    return spot.field.name == "text" && repeats(here) && repeats(there);
}

// What says again, or more closely, what stays: a layout has keys, units in words, and codes.
bool beside(const Explain::Spot& spot) {
    const std::string_view f = spot.field.name;
    if (is<record::Reference>(&spot.owner))
        return f != "reference" && !static_cast<const record::Reference*>(spot.after)->reference.empty();
    if (is<record::Quantity>(&spot.owner)) {
        const auto& q = *static_cast<const record::Quantity*>(spot.after);
        if (f == "system" &&
            (static_cast<const record::Quantity*>(spot.before)->code.empty() || !q.quantity_text.empty()))
            return true;
        return (f == "system" || f == "code") && !q.value.empty() && !q.unit.empty();
    }
    return is<record::Coding>(&spot.owner) &&
           (f == "version" || f == "userSelected" || f == "descriptionId" || f == "descriptionDisplay") &&
           !static_cast<const record::Coding*>(spot.after)->code.empty();
}

// A day of a moment or of a month, or words among others.
bool part_of(Text was, Text is) {
    if (is.size() >= 4 && was.size() >= 4 && is.substr(0, 4).find_first_not_of("0123456789") == Text::npos &&
        (is.size() == 4 || is[4] == '-'))
        return was.starts_with(is.substr(0, 10)) || is.starts_with(was.substr(0, 10));
    return !was.empty() && is.find(was) != Text::npos;
}

// What carry.csv says a changed value may be.
bool becomes(const Explain::Spot& spot, std::string_view to, const record::Entity& after,
             const record::Type& type) {
    if (to == "=day") return spot.was.substr(0, 10) == spot.is.substr(0, 10) && spot.is.size() >= 10;
    if (to == "=words") return !spot.was.empty() && lower(spot.is).find(lower(spot.was)) != std::string::npos;
    if (to == "=beside") {
        std::vector<Text> all;
        all_texts(&after, type, all);
        return std::count(all.begin(), all.end(), spot.is) > 1;
    }
    if (to != "=code") return one_of(spot.is, to);
    if (!is<record::Concept>(&spot.owner)) return false;
    const auto& before = *static_cast<const record::Concept*>(spot.before);
    for (const record::Coding& a : before.coding)
        for (const record::Coding& b : static_cast<const record::Concept*>(spot.after)->coding)
            if (!a.code.empty() && a.code == b.code && a.system == b.system) return true;
    // Or its display, where the other has words alone.
    return spot.field.name == "text" &&
           std::any_of(before.coding.begin(), before.coding.end(),
                       [&](const record::Coding& c) { return c.display == spot.is; });
}

// "28 tablet", "28.000 tablet"
bool same_amount(Text a, Text b) {
    const std::size_t x = a.find(' '), y = b.find(' ');
    return x != Text::npos && y != Text::npos && a.substr(x) == b.substr(y) &&
           same_number(a.substr(0, x), b.substr(0, y));
}

// A number is not part of another: 5 does not stand in 15 or 0.5.
bool says(std::string_view all, Text words) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    const auto apart = [&](std::size_t at) {
        const std::size_t end = at + words.size();
        return (at == 0 || !digit(words[0]) || !digit(all[at - 1])) &&
               (end == all.size() || !digit(words.back()) || !digit(all[end]) ||
                (all[end] == '.' && (end + 1 == all.size() || !digit(all[end + 1]))));
    };
    if (words.empty()) return true;
    for (std::size_t at = all.find(words); at != std::string_view::npos; at = all.find(words, at + 1))
        if (apart(at)) return true;
    return false;
}

bool has_system(const record::Concept& c, Text system) {
    return std::any_of(c.coding.begin(), c.coding.end(),
                       [&](const record::Coding& k) { return k.system == system; });
}

}  // namespace

bool same_number(std::string_view a, std::string_view b) {
    Number x, y;
    return parse(a, x) && parse(b, y) && x.negative == y.negative && x.digits == y.digits &&
           (x.digits.empty() || x.scale == y.scale);
}

bool Explain::note(std::string rule) {
    if (std::find(fired.begin(), fired.end(), rule) == fired.end()) fired.push_back(std::move(rule));
    return true;
}

bool Explain::inside(std::string_view path) const {
    if (projection_.layout()) return true;
    for (const Projection::Rule& r : projection_.rules(kind_))
        if (r.field.size() > path.size() && within(r.field, path)) return true;
    return false;
}

bool Explain::same_target(const record::Type& type, const void* before, const void* after) const {
    if (&type == &record::type_of<record::Reference>()) {
        const Text a = static_cast<const record::Reference*>(before)->reference,
                   b = static_cast<const record::Reference*>(after)->reference;
        return !a.empty() && (a == b || (around_.links != nullptr && around_.links->after(a) == b));
    }
    for (const Text name : {"actor", "individual", "who"})
        if (const record::Field* f = type.find(name); f != nullptr && f->type != nullptr && !f->list)
            return &*f->type == &record::type_of<record::Reference>() &&
                   same_target(*f->type, record::at(before, *f), record::at(after, *f));
    return false;
}

bool Explain::accepts(const Spot& spot) {
    if (by_reference(spot) || by_prediction(spot) || by_layout(spot) || by_inference(spot) ||
        by_declaration(spot))
        return true;
    if (!projection_.siblings()) return false;
    // Neither is the elder: what AFTER's layout does to a record, BEFORE's may have done.
    Surroundings around = around_;
    std::swap(around.before, around.after);
    std::swap(around.gone, around.gone_after);
    Explain other(projection_, around, kind_, after_, before_);
    Spot turned = spot;
    if (spot.kind == FieldKind::only_before) turned.kind = FieldKind::only_after;
    if (spot.kind == FieldKind::only_after) turned.kind = FieldKind::only_before;
    std::swap(turned.before, turned.after);
    std::swap(turned.was, turned.is);
    std::swap(turned.at_before, turned.at_after);
    if (!(turned.kind == FieldKind::only_before && other.by_reference(turned)) &&
        !other.by_prediction(turned) && !other.by_layout(turned) && !other.by_inference(turned) &&
        !other.by_declaration(turned))
        return false;
    for (std::string& rule : other.fired) note(std::move(rule));
    return true;
}

bool Explain::by_reference(const Spot& spot) {
    const bool item = spot.item != nullptr && is<record::Reference>(spot.field.type);
    const bool text = is<record::Reference>(&spot.owner) && spot.field.name == "reference";
    if (!item && !text) return false;
    const Text was = item ? (spot.kind == FieldKind::only_before
                                 ? static_cast<const record::Reference*>(spot.item)->reference
                                 : Text())
                          : spot.was;
    if (text && spot.kind == FieldKind::changed) {
        const Text type = spot.was.substr(0, spot.was.find('/'));
        const auto to = record::kind_of(type);
        if (around_.links == nullptr || !to || !record::practice_wide(*to) || !spot.is.starts_with(type))
            return false;
        if (!around_.links->same(spot.was, spot.is)) return false;
        linked = true;
        return true;
    }
    if (spot.kind != FieldKind::only_before || was.empty() || !around_.gone) return false;
    std::string rule = around_.gone(was);
    return !rule.empty() && note(std::move(rule));
}

// The Target said so of this very entry. Of what it carries in part, what is left must be a part.
bool Explain::by_prediction(const Spot& spot) {
    if (foreseen_ == nullptr) return false;
    using How = record::Foreseen::How;
    for (const record::Foreseen& f : foreseen_->fields) {
        if (f.how == How::own) continue;
        // Another value stands there, in a list perhaps beside where one was.
        const bool more = spot.kind == FieldKind::only_after && f.how == How::instead;
        if (!stands_in(more ? spot.at_after : spot.at_before, f.path)) continue;
        const bool less = spot.kind == FieldKind::changed &&
                          (f.how == How::instead || f.how == How::replaced || part_of(spot.was, spot.is));
        if (spot.kind != FieldKind::only_before && !less && !more) continue;
        const std::string field = without_indexes(f.path);
        if (f.how == How::first && !any_at(&after_, resolve(record::type_of(kind_), field))) continue;
        if (!more && !guarded(kind_, before_, spot.path).empty() &&
            !(is<record::Coding>(spot.field.type) && (still_coded(spot) || in_its_words(spot))))
            continue;
        return note(std::string(record::name_of(kind_)) + "." + field + ": " + f.why);
    }
    return false;
}

// A number of a layout's own for the same words, where the Target said that it makes one.
bool Explain::made_anew(const record::Type& owner, const void* before, const void* after,
                        const record::Coding& was, const record::Coding& is_now) {
    if (!is<record::Concept>(&owner) || was.system != is_now.system || was.display != is_now.display ||
        projection_.codes(was.system) != Codes::own)
        return false;
    const Text words = static_cast<const record::Concept*>(before)->text;
    if (was.display.empty() && (words.empty() || words != static_cast<const record::Concept*>(after)->text))
        return false;
    for (const Predictions* said : {around_.before, projection_.siblings() ? around_.after : nullptr}) {
        const Prediction* p =
            said == nullptr ? nullptr : said->of(kind_, said == around_.before ? before_ : after_);
        for (const record::Foreseen& f : p == nullptr ? std::vector<record::Foreseen>() : p->fields)
            if (f.how == record::Foreseen::How::own)
                return note("*.coding: its own code made anew: " + f.why);
    }
    return false;
}

// A code or its words are gone, and a code that everybody reads says the same as it did.
bool Explain::still_coded(const Spot& spot) const {
    if (!is<record::Concept>(&spot.owner)) return false;
    const auto &before = *static_cast<const record::Concept*>(spot.before),
               &after = *static_cast<const record::Concept*>(spot.after);
    // Of two codes of one system the one says nothing of the other.
    const Text lost = spot.item == nullptr || !is<record::Coding>(spot.field.type)
                          ? Text()
                          : static_cast<const record::Coding*>(spot.item)->system;
    return std::any_of(after.coding.begin(), after.coding.end(), [&](const record::Coding& c) {
        return projection_.codes(c.system) == Codes::shared && !c.code.empty() && c.system != lost &&
               std::any_of(before.coding.begin(), before.coding.end(),
                           [&](const record::Coding& b) { return b.system == c.system && b.code == c.code; });
    });
}

// What lies between a record and the same record read from a supplier's layout, whatever the supplier.
bool Explain::by_layout(const Spot& spot) {
    if (!projection_.layout()) return false;
    const FieldKind k = spot.kind;
    if (is<record::Identifier>(spot.field.type) && spot.item != nullptr)
        return static_cast<const record::Identifier*>(spot.item)->system.starts_with(record::kRowId) &&
               note("*.identifier: keys of the system it lies in");
    if (is<record::Identifier>(&spot.owner) &&
        static_cast<const record::Identifier*>(spot.after)->system.starts_with(record::kRowId))
        return note("*.identifier: keys of the system it lies in");
    if (last(spot.path) == "sourceKey") return note("*.identifier: keys of the system it lies in");
    if (spot.field.kind == record::Kind::decimal && k == FieldKind::changed)
        return same_number(spot.was, spot.is) && note("*: the number with other places");
    if (own_word(spot, projection_))
        return note("*: the word of one system for what its code says; the code stays");
    if (is<record::Coding>(spot.field.type) && is<record::Concept>(&spot.owner) && spot.item != nullptr) {
        const Text system = static_cast<const record::Coding*>(spot.item)->system;
        const auto& here = *static_cast<const record::Concept*>(spot.before);
        const auto& there = *static_cast<const record::Concept*>(spot.after);
        if (k == FieldKind::only_after)
            return !has_system(here, system) && note("*.coding: the layout's own code beside it");
        if (projection_.codes(system) == Codes::nothing)
            return !record::is_empty(&there, *spot.owner.find("coding")) || !there.text.empty()
                       ? note("*.coding: a code that says that there is none")
                       : false;
        return projection_.codes(system) == Codes::own &&
               words_stay(*static_cast<const record::Coding*>(spot.item), here, there) &&
               note("*.coding: a code of the other system's own; its words stay");
    }
    if (is<record::Coding>(&spot.owner) && k == FieldKind::only_after && spot.field.name != "code" &&
        spot.field.name != "system")
        return note("*.coding: what the layout's code table says of it");
    if (is<record::Concept>(&spot.owner) && spot.field.name == "text" && k == FieldKind::only_after) {
        for (const record::Coding& c : static_cast<const record::Concept*>(spot.after)->coding)
            if (c.code == spot.is || c.display == spot.is) return note("*.text: the layout's own word");
        for (const record::Coding& c : static_cast<const record::Concept*>(spot.before)->coding)
            if (c.display == spot.is) return note("*.text: the words of the code");
    }
    if (is<record::Coding>(&spot.owner) && k == FieldKind::changed && spot.field.name == "display" &&
        static_cast<const record::Coding*>(spot.before)->code !=
            static_cast<const record::Coding*>(spot.after)->code)
        return note("*.coding: the words of another code, which is judged itself");
    if (k == FieldKind::changed && !spot.was.empty() && trim(spot.was) == trim(spot.is))
        return note("*: spaces at the ends");
    if (k == FieldKind::changed && spot.field.name == "quantityText" && same_amount(spot.was, spot.is))
        return note("*: the number with other places");
    // The fields that it is made of are compared themselves.
    if (k == FieldKind::changed && within(spot.path, "rest") && foretold(spot))
        return note("*.rest: a column that the model has no field for, made anew");
    if (k == FieldKind::only_before && around_.readings != nullptr && around_.readings->apart(spot.item))
        return note(Readings::kRule);
    if (k == FieldKind::only_before && spot.field.name == "approximate" && spot.was == "false")
        return note("*: what is not so is not said");
    if (joined(spot)) return note("*: several texts stand in one");
    if (k == FieldKind::only_before && beside(spot))
        return note("*: a reference by its key, a unit by its word, a code without its further particulars");
    if (k == FieldKind::only_before && spot.path == "inferred")
        return note("*.inferred: what was inferred stands there as a fact");
    if (k != FieldKind::only_after) return false;
    if (spot.path == "inferred") return note("*.inferred: said by whoever read it");
    if (within(spot.path, "rest")) return note("*.rest: a column that the model has no field for");
    return false;
}

// Something of the field was said to be lost.
bool Explain::foretold(const Spot& spot) const {
    return foreseen_ != nullptr &&
           std::any_of(foreseen_->fields.begin(), foreseen_->fields.end(), [&](const record::Foreseen& f) {
               return f.how != record::Foreseen::How::own && stands_in(spot.at_before, f.path);
           });
}

// AFTER says itself that the source had nothing there, and what it believes instead.
bool Explain::by_inference(const Spot& spot) {
    if (!projection_.layout() || spot.kind == FieldKind::only_before || spot.kind == FieldKind::order)
        return false;
    for (Text all : after_.inferred) {
        const std::size_t colon = all.find(':');
        if (colon == Text::npos) continue;
        const Text why = all.substr(colon + 1);
        Text names = all.substr(0, colon);
        while (!names.empty()) {
            const std::size_t comma = std::min(names.find(','), names.size());
            Text name = names.substr(0, comma);
            names.remove_prefix(std::min(comma + 1, names.size()));
            while (name.starts_with(' ')) name.remove_prefix(1);
            if (!within(spot.path, name)) continue;
            if (spot.kind == FieldKind::changed &&
                (!foretold(spot) || !guarded(kind_, before_, spot.path).empty()))
                return false;
            return note(std::string(record::name_of(kind_)) + "." + std::string(name) +
                        ": inferred:" + std::string(why));
        }
    }
    return false;
}

// The Target said that something of the field is lost: a note or a dosage, and its words stand in one of
// AFTER's, among others.
bool Explain::joined(const Spot& spot) const {
    if (!foretold(spot)) return false;
    if (is<record::Dosage>(&spot.owner) && spot.kind == FieldKind::only_before &&
        spot.field.name == "patientInstruction")
        return static_cast<const record::Dosage*>(spot.after)->text.find(spot.was) != Text::npos;
    if (spot.kind == FieldKind::changed)
        return spot.field.name == "text" &&
               (is<record::Annotation>(&spot.owner) || is<record::Dosage>(&spot.owner)) &&
               spot.is.find(spot.was) != Text::npos;
    if (spot.kind != FieldKind::only_before || spot.item == nullptr || !spot.field.list) return false;
    const auto words = [&](const void* item) {
        return is<record::Annotation>(spot.field.type) ? static_cast<const record::Annotation*>(item)->text
               : is<record::Dosage>(spot.field.type)   ? static_cast<const record::Dosage*>(item)->text
                                                       : Text();
    };
    const Text was = words(spot.item);
    const record::AnyList& there = record::items_at(spot.after, spot.field);
    for (std::uint32_t i = 0; i < there.size && !was.empty(); ++i)
        if (words(there.data + i * spot.field.type->size).find(was) != Text::npos) return true;
    return false;
}

// Every text of what is lost stands in a note of AFTER's.
bool Explain::in_words(const Spot& spot) const {
    std::vector<Text> lost;
    if (is<record::Quantity>(spot.field.type) && spot.item != nullptr) {
        const auto& q = *static_cast<const record::Quantity*>(spot.item);
        lost = {q.value, q.comparator, q.unit.empty() ? q.code : q.unit, q.quantity_text,
                q.approximate == "true" ? Text("about") : Text()};
    } else if (is<record::Concept>(spot.field.type) && spot.item != nullptr) {
        const auto& c = *static_cast<const record::Concept*>(spot.item);
        lost.push_back(!c.text.empty() || c.coding.empty() ? c.text
                       : c.coding[0].display.empty()       ? c.coding[0].code
                                                           : c.coding[0].display);
    } else if (spot.field.kind == record::Kind::structure && spot.item != nullptr)
        all_texts(spot.item, *spot.field.type, lost);
    else
        lost.push_back(spot.field.name == "approximate" ? (spot.was == "true" ? Text("about") : Text(""))
                                                        : spot.was);
    std::string all;
    if (is<record::Quantity>(&spot.owner))
        all += std::string(static_cast<const record::Quantity*>(spot.after)->quantity_text) + "\n";
    const record::Field* note = record::type_of(kind_).find("note");
    if (note == nullptr || note->type != &record::type_of<record::Annotation>()) return false;
    const auto& notes = *static_cast<const List<record::Annotation>*>(record::at(&after_, *note));
    for (const record::Annotation& n : notes) all += std::string(n.text) + "\n";
    return std::any_of(lost.begin(), lost.end(), [](Text t) { return !t.empty(); }) &&
           std::all_of(lost.begin(), lost.end(), [&](Text t) { return says(all, t); });
}

bool Explain::by_declaration(const Spot& spot) {
    const auto fits = [&](const Projection::Rule& r) {
        using How = Carry::How;
        switch (r.how) {
            case How::lost: return spot.kind == FieldKind::only_before && !any_at(&after_, r.path);
            case How::order: return spot.kind == FieldKind::order;
            case How::words:
                return spot.kind == FieldKind::only_before && !any_at(&after_, r.path) && in_words(spot);
            case How::changed:
                return spot.kind == FieldKind::changed && becomes(spot, r.to, after_, record::type_of(kind_));
            case How::made:
                return spot.kind == FieldKind::only_after &&
                       (!any_at(&before_, r.path) || (spot.field.list && spot.path == r.field));
            default: return false;
        }
    };
    for (const Projection::Rule& r : projection_.rules(kind_)) {
        if (!within(spot.path, r.field) || !fits(r)) continue;
        if (r.how != Carry::How::words && spot.kind != FieldKind::only_after &&
            !guarded(kind_, before_, spot.path).empty() && !(spot.field.name == "text" && still_coded(spot)))
            continue;
        return note(r.name);
    }
    return false;
}

}  // namespace gpswitch::diff
