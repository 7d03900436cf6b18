#include "core/system/gpconnect/rewriter.hpp"
#include "core/util/civil_time.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Field;

namespace {

bool fits(const Value& v, record::Kind kind) {
    switch (kind) {
        case record::Kind::boolean: return v.kind == json::Kind::boolean;
        case record::Kind::integer:
        case record::Kind::decimal: return v.kind == json::Kind::number;
        default: return v.kind == json::Kind::string;
    }
}

bool is_oid(Text s) {
    return s.size() > 6 && (s.starts_with("1.") || s.starts_with("2.")) &&
           s.find_first_not_of("0123456789.") == Text::npos;
}

}  // namespace

void Rewriter::bad(const Value& v, Text path, const char* why) {
    host_.bad_value(v, path, why);
    rest(v, path);
}

void Rewriter::move(const Value& v, const Field& f, const Element* node, const Frame& frame, Text path,
                    const Rule* rule) {
    if (v.kind != json::Kind::array) return place(v, f, node, frame, path);
    if (!f.list && f.kind != record::Kind::structure && f.kind != record::Kind::raw)
        return bad(v, path, "a single value is expected here, not a list");
    for (std::size_t i = 0; i < v.items.size; ++i) {
        const Text here = indexed(path, i);
        if (f.list || i == 0) {
            place(*v.items[i], f, node, frame, here);
        } else if (rule != nullptr && !rule->overflow.empty()) {
            place(*v.items[i], *rule->overflow.back(), node, entity(), here);
        } else {
            host_.degrade("list-shortened");
            rest(*v.items[i], here);
        }
    }
}

void Rewriter::place(const Value& v, const Field& f, const Element* node, const Frame& frame, Text path) {
    if (f.kind == record::Kind::raw) {
        if (!put(arena_, frame, f, raw_copy(v, path))) rest(v, path);
        return;
    }
    if (f.kind != record::Kind::structure) return primitive(v, f, frame, path);
    if (v.kind != json::Kind::object) return bad(v, path, "an object is expected here");
    if (f.type == &record::type_of<record::Reference>()) {
        Value* made = host_.reference(v, path);
        if (made != nullptr && !put(arena_, frame, f, made)) return rest(v, path);
        for (const json::Member& m : v.members)
            if (f.type->find(m.name) == nullptr) unknown(*m.value, join(path, m.name));
        return;
    }
    const Frame* inside = open(arena_, frame, f, Open::add);
    object(v, node, *inside, path);
    close(*inside);
}

void Rewriter::primitive(const Value& v, const Field& f, const Frame& frame, Text path) {
    if (!fits(v, f.kind)) return bad(v, path, "a value of another JSON type is expected here");
    if (v.text.empty()) return bad(v, path, "FHIR allows no empty text");
    if (f.kind == record::Kind::date || f.kind == record::Kind::date_time || f.kind == record::Kind::instant)
        return date(v, f, frame, path);
    auto* copy = arena_.make<Value>();
    *copy = v;
    if (f.kind == record::Kind::uri && is_oid(v.text)) {
        copy->text = arena_.join("urn:oid:", v.text);
    } else if ((f.kind == record::Kind::code || f.kind == record::Kind::uri) && trim(v.text) != v.text) {
        copy->text = trim(v.text);
        rest(v, path);
        if (copy->text.empty()) return;
    }
    if (!put(arena_, frame, f, copy)) rest(v, path);
}

void Rewriter::completed(const Value& v, std::string text, const char* why, const Field& f,
                         const Frame& frame, Text path) {
    if (!put(arena_, frame, f, new_text(arena_, arena_.copy(text)))) return rest(v, path);
    rest(v, path);
    out_.inferred.add(arena_, arena_.join(field_path(frame, f), ": ", why));
}

void Rewriter::date(const Value& v, const Field& f, const Frame& frame, Text path) {
    namespace ct = civil_time;
    const Text s = v.text;
    const bool whole = ct::is_date_time(s);
    const bool instant = whole && s.size() > 10;
    const bool no_zone =
        s.size() == 19 && s[10] == 'T' && ct::is_day(s.substr(0, 10)) && ct::is_time(s.substr(11));
    if (f.kind == record::Kind::date && instant)
        return completed(v, std::string(s.substr(0, 10)), "the day of the source's instant", f, frame, path);
    if (f.kind != record::Kind::date && no_zone) {
        std::string text = ct::uk_instant(s.substr(0, 10), s.substr(11));
        if (text.size() == 10) text += "T" + std::string(s.substr(11)) + "+00:00";
        return completed(v, text, "UK time, the source gives no zone", f, frame, path);
    }
    if (f.kind == record::Kind::instant && whole && s.size() == 10) {
        std::string text = ct::uk_instant(s, "00:00:00");
        if (text.size() <= 10) text = std::string(s) + "T00:00:00+00:00";
        return completed(v, text, "start of the day, the source gives no time", f, frame, path);
    }
    if (!whole || (f.kind == record::Kind::instant && !instant)) {
        host_.bad_date(
            v, path,
            whole ? "a year or month cannot be written as an instant" : "not a date of the calendar");
        return rest(v, path);
    }
    auto* copy = arena_.make<Value>();
    *copy = v;
    if (!put(arena_, frame, f, copy)) rest(v, path);
}

// Verbatim, but for references: they follow what they point to.
Value* Rewriter::raw_copy(const Value& v, Text path) {
    auto* copy = arena_.make<Value>();
    *copy = v;
    copy->items = {};
    copy->members = {};
    if (v.kind == json::Kind::object && !v.text_of("reference").empty()) {
        Value* made = host_.reference(v, path);
        for (const json::Member& m : v.members)
            if (m.name != "reference" && m.name != "identifier" && m.name != "display" && m.name != "type")
                set(arena_, *made, m.name, raw_copy(*m.value, join(path, m.name)));
        return made;
    }
    for (std::size_t i = 0; i < v.items.size; ++i)
        copy->items.add(arena_, raw_copy(*v.items[i], indexed(path, i)));
    for (const json::Member& m : v.members)
        copy->members.add(arena_, json::Member{m.name, raw_copy(*m.value, join(path, m.name))});
    return copy;
}

}  // namespace gpswitch::gpconnect
