#include "core/system/gpconnect/frame.hpp"

namespace gpswitch::gpconnect {

using json::Value;
using record::Field;
using record::Where;

json::Value* new_object(Arena& arena) {
    auto* v = arena.make<Value>();
    v->kind = json::Kind::object;
    return v;
}

json::Value* new_text(Arena& arena, Text text) {
    auto* v = arena.make<Value>();
    v->kind = json::Kind::string;
    v->text = text;
    return v;
}

void set(Arena& arena, json::Value& object, Text name, json::Value* value) {
    for (json::Member& m : object.members)
        if (m.name == name) {
            m.value = value;
            return;
        }
    object.members.add(arena, json::Member{name, value});
}

namespace {

Value* array_of(Arena& arena, Value& object, Text name) {
    Value* a = object.find(name);
    if (a != nullptr) return a;
    a = arena.make<Value>();
    a->kind = json::Kind::array;
    object.members.add(arena, json::Member{name, a});
    return a;
}

Value* extension_of(const Value& object, const Field& field) {
    const Value* list = object.find("extension");
    if (list == nullptr) return nullptr;
    for (Value* e : list->items)
        if (e->text_of("url") == field.url) return e;
    return nullptr;
}

Value* add_extension(Arena& arena, const Frame& frame, const Field& field) {
    Value* e = new_object(arena);
    set(arena, *e, "url", new_text(arena, field.url));
    array_of(arena, *frame.out, "extension")->items.add(arena, e);
    return e;
}

void erase_member(Value& object, Text name) {
    std::uint32_t n = 0;
    for (std::uint32_t i = 0; i < object.members.size; ++i)
        if (object.members[i].name != name) object.members[n++] = object.members[i];
    object.members.size = n;
}

void erase_item(Value& object, Text list_name, const Value* item) {
    Value* list = object.find(list_name);
    if (list == nullptr) return;
    std::uint32_t n = 0;
    for (std::uint32_t i = 0; i < list->items.size; ++i)
        if (list->items[i] != item) list->items[n++] = list->items[i];
    list->items.size = n;
    if (n == 0) erase_member(object, list_name);
}

}  // namespace

bool Frame::leads_to(const std::vector<const Field*>& chain) const {
    const std::size_t n = depth();
    if (n >= chain.size()) return false;
    const Frame* f = this;
    for (std::size_t i = n; i-- > 0; f = f->parent)
        if (f->field != chain[i]) return false;
    return true;
}

std::string field_path(const Frame& frame, const Field& field) {
    std::string path;
    if (frame.parent != nullptr) path = field_path(*frame.parent, *frame.field) + ".";
    return path + std::string(field.name);
}

Frame* open(Arena& arena, const Frame& frame, const Field& field, Open how) {
    auto* child = arena.make<Frame>();
    child->type = field.type;
    child->parent = &frame;
    child->field = &field;
    const bool reuse = !field.list || how == Open::enter;
    if (field.where == Where::element) {
        if (field.list) {
            Value* list = array_of(arena, *frame.out, field.name);
            if (!reuse || list->items.empty()) list->items.add(arena, new_object(arena));
            child->out = how == Open::enter ? list->items[0] : list->items.back();
        } else {
            child->out = frame.out->find(field.name);
            if (child->out == nullptr) set(arena, *frame.out, field.name, child->out = new_object(arena));
        }
        return child;
    }
    Value* e = reuse ? extension_of(*frame.out, field) : nullptr;
    if (e == nullptr) e = add_extension(arena, frame, field);
    if (field.value.empty()) {
        child->out = e;
    } else {
        child->out = e->find(field.value);
        if (child->out == nullptr) set(arena, *e, field.value, child->out = new_object(arena));
    }
    return child;
}

void close(const Frame& frame) {
    const Field& field = *frame.field;
    Value& parent = *frame.parent->out;
    const bool complex = field.where == Where::extension && field.value.empty();
    if (frame.out->members.size > (complex ? 1u : 0u)) return;
    if (field.where == Where::element) {
        if (field.list)
            erase_item(parent, field.name, frame.out);
        else
            erase_member(parent, field.name);
        return;
    }
    const Value* list = parent.find("extension");
    for (const Value* e : list->items)
        if (e == frame.out || (!complex && e->find(field.value) == frame.out))
            return erase_item(parent, "extension", e);
}

bool put(Arena& arena, const Frame& frame, const Field& field, Value* value) {
    if (field.where == Where::element) {
        if (field.list) {
            array_of(arena, *frame.out, field.name)->items.add(arena, value);
            return true;
        }
        if (frame.out->find(field.name) != nullptr) return false;
        set(arena, *frame.out, field.name, value);
        return true;
    }
    if (!field.list && extension_of(*frame.out, field) != nullptr) return false;
    set(arena, *add_extension(arena, frame, field), field.value, value);
    return true;
}

Value* value_of(const Frame& frame, const Field& field) {
    if (field.where == Where::element) return frame.out->find(field.name);
    Value* e = extension_of(*frame.out, field);
    return e == nullptr || field.value.empty() ? e : e->find(field.value);
}

void remove(const Frame& frame, const Field& field) {
    if (field.where == Where::element) erase_member(*frame.out, field.name);
}

}  // namespace gpswitch::gpconnect
