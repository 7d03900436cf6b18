#include "core/system/gpconnect/bundle.hpp"
#include "core/system/gpconnect/rewriter.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;

Rewritten rewrite(const Tables& tables, const Table& table, const Value& resource, Arena& arena, Host& host) {
    return Rewriter(tables, arena, host).run(table, resource);
}

Rewritten Rewriter::run(const Table& table, const Value& resource) {
    auto* root = arena_.make<Frame>();
    root->out = new_object(arena_);
    root->type = &record::type_of(table.entity);
    root_ = root;
    set(arena_, *root->out, "resourceType", new_text(arena_, root->type->name));
    object(resource, &table.root, *root, {});
    at_end_ = true;
    for (std::size_t i = 0; i < later_.size(); ++i) {  // applying one may not add others: at_end_ is set
        const Later& l = later_[i];
        if (l.rule->transform == Transform::fold)
            fold(*l.rule, *l.value, l.path);
        else
            apply(*l.rule, *l.value, l.node, *root_, l.path);
    }
    for (const Rule* r : table.constants) constant(*r);
    out_.tree = root->out;
    return out_;
}

void Rewriter::rest(const Value& v, Text path) {
    std::string text;
    json::append(text, v);
    out_.rest.add(arena_, {path, arena_.copy(text)});
}

void Rewriter::unknown(const Value& v, Text path) {
    host_.unknown(v, path);
    rest(v, path);
}

void Rewriter::object(const Value& in, const Element* node, const Frame& frame, Text path) {
    const bool resource = frame.type->resource;
    for (const json::Member& m : in.members) {
        const Text here = join(path, m.name);
        if (m.name == "extension" && m.value->kind == json::Kind::array) {
            for (const Value* e : m.value->items) extension(*e, node, frame, path);
        } else if (resource && m.name == "resourceType") {
            continue;
        } else if (resource && m.name == "contained" && !m.value->is_scalar()) {
            contained(*m.value, frame);
        } else if (m.name == "modifierExtension") {
            host_.modifier(*m.value, here);
            rest(*m.value, here);
        } else {
            member(m.name, *m.value, node == nullptr ? nullptr : node->find(m.name), frame, here);
        }
    }
}

void Rewriter::member(Text name, const Value& v, const Element* node, const Frame& frame, Text path) {
    if (node == nullptr && !frame.type->resource) {
        const Element* rules = tables_.datatype(frame.type->name);
        if (rules != nullptr) node = rules->find(name);
        if (node == nullptr) {
            const Field* f = frame.type->find(name);
            if (f != nullptr && f->where == record::Where::element) return move(v, *f, nullptr, frame, path);
        }
    }
    if (node == nullptr) return unknown(v, path);
    if (node->rules.empty()) return items(v, *node, frame, path);
    for (const Rule* r : node->rules) apply(*r, v, node, frame, path);
}

// An element that only groups others: its inner elements have rules.
void Rewriter::items(const Value& v, const Element& node, const Frame& frame, Text path) {
    const bool list = v.kind == json::Kind::array;
    const std::size_t n = list ? v.items.size : 1;
    for (std::size_t i = 0; i < n; ++i) {
        const Value& item = list ? *v.items[i] : v;
        const Text here = list ? indexed(path, i) : path;
        if (item.kind != json::Kind::object) {
            bad(item, here, "an object is expected here");
            continue;
        }
        for (const json::Member& m : item.members) {
            if (m.name == "extension" && m.value->kind == json::Kind::array) {
                for (const Value* e : m.value->items) extension(*e, &node, frame, here);
                continue;
            }
            const Element* below = node.find(m.name);
            if (below == nullptr)
                unknown(*m.value, join(here, m.name));
            else
                member(m.name, *m.value, below, frame, join(here, m.name));
        }
    }
}

void Rewriter::contained(const Value& list, const Frame& frame) {
    const Field* f = frame.type->find("contained");
    const std::vector<Value*> all = items_of(&list);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (host_.hoisted(*all[i])) continue;
        const Text here = indexed("contained", i);
        Value* copy = raw_copy(*all[i], here);
        if (Value* id = copy->find("id"); id != nullptr && host_.contained_id(id->text) != id->text) {
            rest(*id, join(here, "id"));
            set(arena_, *copy, "id", new_text(arena_, host_.contained_id(id->text)));
        }
        put(arena_, frame, *f, copy);
    }
}

void Rewriter::extension(const Value& e, const Element* node, const Frame& frame, Text path) {
    const Text url = e.text_of("url");
    const Text here = join(path, arena_.join("extension(", tail_of(url), ")"));
    if (e.kind != json::Kind::object || url.empty())
        return bad(e, here, "an extension with a url is expected here");
    const Element* known = node == nullptr ? nullptr : node->extension(url);
    if (known == nullptr && !frame.type->resource) {
        const Element* rules = tables_.datatype(frame.type->name);
        if (rules != nullptr) known = rules->extension(url);
    }
    if (known != nullptr) return known_extension(e, *known, frame, here);
    const bool grouped = node != nullptr && frame.type->resource &&
                         !path.empty();  // inside an extension or group without a field
    if (!frame.type->resource && like_named_extension(e, frame, here)) return;
    host_.unknown(e, here);
    if (!frame.type->resource || grouped) return rest(e, here);
    const Field* list = nullptr;
    for (const Field& f : frame.type->fields)
        if (f.where == record::Where::self) list = &f;
    Value* all = frame.out->find(list->name);
    if (all == nullptr) {
        set(arena_, *frame.out, list->name, all = arena_.make<Value>());
        all->kind = json::Kind::array;
    }
    all->items.add(arena_, raw_copy(e, here));
}

void Rewriter::known_extension(const Value& e, const Element& node, const Frame& frame, Text path) {
    for (const json::Member& m : e.members) {
        if (m.name == "url") continue;
        if (m.name.starts_with("value")) {
            if (node.rules.empty()) unknown(*m.value, join(path, m.name));
            for (const Rule* r : node.rules) apply(*r, *m.value, &node, frame, path);
        } else if (m.name == "extension" && m.value->kind == json::Kind::array) {
            const Frame* inside = &frame;
            bool opened = false;
            for (const Rule* r : node.rules) {
                if (r->transform == Transform::ignore) return;
                if (r->transform != Transform::move) {
                    rest(e, path);
                    return;
                }
                const Field* last = nullptr;
                bool later = false;
                const Frame* to = target(*r, frame, last, later);
                if (last->type == nullptr)
                    return bad(e, path, "an extension with one value is expected here");
                inside = open(arena_, *to, *last, Open::add);
                opened = true;
            }
            for (const Value* part : m.value->items) extension(*part, &node, *inside, path);
            if (opened) close(*inside);
        } else {
            unknown(*m.value, join(path, m.name));
        }
    }
}

// Inside a data type or an extension: the part or extension field whose URL ends alike, letter case aside.
bool Rewriter::like_named_extension(const Value& e, const Frame& frame, Text path) {
    const std::string tail = lower(tail_of(e.text_of("url")));
    for (const Field& f : frame.type->fields) {
        if (f.where != record::Where::extension || lower(tail_of(f.url)) != tail || e.members.size != 2)
            continue;
        const json::Member& content = e.members[0].name == "url" ? e.members[1] : e.members[0];
        if (content.name.starts_with("value") && !f.value.empty()) {
            move(*content.value, f, nullptr, frame, path);
            return true;
        }
        if (content.name == "extension" && content.value->kind == json::Kind::array && f.value.empty()) {
            const Frame* inside = open(arena_, frame, f, Open::add);
            for (const Value* part : content.value->items) extension(*part, nullptr, *inside, path);
            close(*inside);
            return true;
        }
    }
    return false;
}

}  // namespace gpswitch::gpconnect
