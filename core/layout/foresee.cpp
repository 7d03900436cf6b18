// What a layout will not carry, said before anything is written: by the same pages that write it.
#include <numeric>

#include "core/layout/target.hpp"
#include "core/record/hold.hpp"

namespace gpswitch::layout {
namespace {

using record::Foreseen;

/// Fields of the type called "value" and a capital letter.
void choices(const record::Type& type, Text front, Text stem, std::vector<std::string>& out) {
    for (const record::Field& f : type.fields)
        if (f.name.size() > stem.size() && f.name.starts_with(stem) && f.name[stem.size()] >= 'A' &&
            f.name[stem.size()] <= 'Z')
            out.push_back(std::string(front) + std::string(f.name));
}

/// "component.value[x]" as fields of the model; nothing when the path names none.
std::vector<std::string> resolved(const record::Type& type, Text path) {
    const record::Type* here = &type;
    for (std::size_t at = 0;;) {
        const std::size_t dot = std::min(path.find('.', at), path.size());
        const Text name = path.substr(at, dot - at);
        if (name.ends_with("[x]")) {
            std::vector<std::string> out;
            choices(*here, path.substr(0, at), name.substr(0, name.size() - 3), out);
            return out;
        }
        const record::Field* f = here->find(name);
        if (f == nullptr) return {};
        if (dot == path.size()) return {std::string(path)};
        if (f->type == nullptr) return {};
        here = f->type;
        at = dot + 1;
    }
}

/// What is said of a loss that is none for whoever reads: it is written whole, or by another key.
bool written_after_all(std::string_view reason) { return reason == kLonger || reason == "code-id-made"; }

void take_out(Record& view, std::vector<std::uint32_t>& places, const Pages& pages,
              std::vector<Foreseen>& out) {
    std::vector<std::uint32_t> items;
    for (const Held& h : pages.held) {
        if (std::ranges::find(items, h.item) != items.end()) continue;
        items.push_back(h.item);
        out.push_back({places[h.item], Foreseen::How::held, {}, std::string(h.code)});
    }
    std::ranges::sort(items);
    record::hold(view, items, {});
    for (auto i = items.rbegin(); i != items.rend(); ++i)
        places.erase(places.begin() + static_cast<std::ptrdiff_t>(*i));
}

/// Calls `use` with the places, with and without indexes, of references that lead nowhere.
template <class Use>
void words_only(const record::Type& type, const void* object, const std::string& place,
                const std::string& path, const Use& use) {
    for (const record::Field& f : type.fields) {
        if (f.type == nullptr || record::is_empty(object, f)) continue;
        const record::AnyList* list = f.list ? &record::items_at(object, f) : nullptr;
        const char* data = list != nullptr ? list->data : static_cast<const char*>(record::at(object, f));
        const std::uint32_t n = list != nullptr ? list->size : 1;
        const std::string name(f.name);
        for (std::uint32_t i = 0; i < n; ++i, data += f.type->size) {
            const std::string here = place + name + (list != nullptr ? "[" + std::to_string(i) + "]" : "");
            if (f.type != &record::type_of<record::Reference>())
                words_only(*f.type, data, here + ".", path + name + ".", use);
            else if (reinterpret_cast<const record::Reference*>(data)->reference.empty())
                use(here, path + name);
        }
    }
}

}  // namespace

std::vector<std::string> Pages::fields_of(const Loss& loss) const {
    if (written_after_all(loss.reason)) return {};
    if (!loss.place.empty()) return {std::string(loss.place)};
    if (loss.path.empty()) return {"rest"};  // kept beside the fields, of no column
    const record::Type& type = record::type_of(record_->items[loss.item].kind);
    if (auto fields = resolved(type, loss.path); !fields.empty()) return fields;
    const std::size_t dot = loss.path.find('.');
    if (dot != Text::npos)  // "Table.Column": kept beside the fields
        return layout_.write().table_index(loss.path.substr(0, dot)) >= 0 ||
                       type.find(loss.path.substr(0, dot)) == nullptr
                   ? std::vector<std::string>{"rest"}
                   : std::vector<std::string>{};
    std::vector<std::string> out;
    if (has_rows(loss.item))
        for (const mapping::WrittenRow& row : routes_[loss.item]->rows)
            for (const mapping::ColumnRule& rule : layout_.rules(row))
                if (rule.name == loss.path && !rule.path.empty()) out.emplace_back(rule.path);
    const auto& kept = record_->items[loss.item].entity->rest;
    if (out.empty() &&
        std::any_of(kept.begin(), kept.end(), [&](const record::Rest& r) { return r.path == loss.path; }))
        return {"rest"};
    return out;
}

bool Pages::has_column_for(std::uint32_t item, Text path) const {
    return std::ranges::any_of(routes_[item]->rows, [&](const mapping::WrittenRow& row) {
        return std::ranges::any_of(layout_.rules(row),
                                   [&](const mapping::ColumnRule& rule) { return rule.path == path; });
    });
}

void Target::foresee(const Record& record, std::vector<Foreseen>& out) const {
    using How = Foreseen::How;
    if (!record.held.empty()) return;
    if (!asked_) {
        asked_ = pages();
        asked_->say_all = true;
    }
    Pages& pages = *asked_;
    Record view;  // the items are the record's own: they are looked at, and left out when held
    view.key = record.key;
    view.patient_id = record.patient_id;
    view.items = record.items;
    view.incomplete = record.incomplete;
    std::vector<std::uint32_t> places(record.items.size());
    std::iota(places.begin(), places.end(), 0u);
    while (true) {
        fill(pages, view);
        if (pages.held.empty()) break;
        take_out(view, places, pages, out);
    }
    for (const Loss& l : pages.losses) {
        if (l.path == "resourceType") {
            out.push_back({places[l.item], How::other, {}, std::string(l.why)});
            continue;
        }
        if (l.reason == "code-id-made") {
            out.push_back({places[l.item], How::own, {}, std::string(l.why)});
            continue;
        }
        // What is lost here whoever writes it in the system it came from makes anew.
        if (l.reason == "code-not-carried") out.push_back({places[l.item], How::own, {}, std::string(l.why)});
        const How how = l.reason == kInstead      ? How::instead
                        : l.why == kOthers        ? How::replaced
                        : l.why.starts_with(kOne) ? How::first
                                                  : How::lost;
        for (std::string& path : pages.fields_of(l))
            out.push_back({places[l.item], how, std::move(path), std::string(l.why)});
    }
    for (const auto& [item, key] : pages.besides)
        out.push_back({places[item], How::made, {}, std::string(key)});
    for (std::uint32_t i = 0; i < view.items.size(); ++i) {
        const record::Item& item = view.items[i];
        if (const auto* route = pages.route(i);
            route != nullptr && route->fate == mapping::WriteRoute::Fate::rows)
            words_only(record::type_of(item.kind), item.entity, {}, {},
                       [&](const std::string& place, const std::string& path) {
                           if (!pages.has_column_for(i, path + ".display"))
                               out.push_back({places[i], How::lost, place,
                                              "named in words only: the layout has room for a key"});
                       });
        if (const Text key = pages.row_key(i); !key.empty())
            out.push_back({places[i], How::key, {}, std::string(key)});
        else if (const Text made = pages.made_again_key(i); !made.empty())
            out.push_back({places[i], How::key, {}, std::string(made)});
        if (const auto* route = pages.route(i);
            route != nullptr && route->fate == mapping::WriteRoute::Fate::derived)
            out.push_back({places[i], How::derived, {}, std::string(route->why)});
    }
}

}  // namespace gpswitch::layout
