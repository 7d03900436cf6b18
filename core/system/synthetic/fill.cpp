#include "core/system/synthetic/fill.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <optional>

#include "core/record/plan.hpp"
#include "core/system/synthetic/tables.hpp"

namespace gpswitch::synthetic {
namespace {

using record::Field;
using record::Kind;
using record::Text;
using record::Type;

/// Of these elements only one may stand: value[x] and its like.
constexpr std::array<Text, 17> kChoices = {
    "value",      "effective", "onset",      "abatement",  "deceased",   "multipleBirth",
    "occurrence", "performed", "medication", "asNeeded",   "allowed",    "reported",
    "collected",  "author",    "occurred",   "doseNumber", "seriesDoses"};

Text choice_of(Text name) {
    for (const Text c : kChoices)
        if (name.size() > c.size() && name.starts_with(c) && name[c.size()] >= 'A' && name[c.size()] <= 'Z')
            return c;
    return {};
}

void empty(void* object, const Field& f) {
    const std::size_t bytes = f.list                      ? sizeof(record::AnyList)
                              : f.kind == Kind::structure ? f.type->size
                                                          : sizeof(Text);
    std::memset(record::at(object, f), 0, bytes);
}

class Filler {
  public:
    /// `inner`: one in so many fields of what is newly made is filled.
    Filler(Arena& arena, Day anchor, Random& random, std::uint32_t inner)
        : arena_(arena), anchor_(anchor), random_(random), inner_(inner) {}

    /// One in `rarity` of the empty fields of an object; at the top, lists are lengthened now and then.
    void fill(void* object, const Type& type, std::uint32_t rarity, unsigned depth) {
        for (const Field& f : type.fields) {
            if (random_.below(rarity) != 0) continue;
            const Text* given = given_for(type, f);
            if (given != nullptr && *given == "-") continue;
            if (!record::is_empty(object, f)) {
                if (depth == 0) more(object, type, f);
                continue;
            }
            if (!make_room(object, type, f, depth)) continue;
            if (f.kind == Kind::structure)
                structure(object, type, f, depth);
            else if (const auto text = text_for(f, given))
                put(object, f, *text);
        }
        if (&type == &record::type_of<record::Reference>())
            say_type(*static_cast<record::Reference*>(object));
    }

  private:
    /// The type that a reference names is that of what it leads to.
    static void say_type(record::Reference& r) {
        const auto slash = r.reference.find('/');
        if (!r.type.empty() && slash != Text::npos) r.type = r.reference.substr(0, slash);
    }

    static const Text* given_for(const Type& type, const Field& f) {
        const Tables& tables = Tables::get();
        std::string path = fmt::format("{}.{}", type.name, f.name);
        if (const Text* t = tables.fill(path)) return t;
        path = fmt::format("*.{}", f.name);
        return type.resource ? tables.fill(path) : nullptr;
    }

    /// False when another element of the same choice stands there and stays.
    bool make_room(void* object, const Type& type, const Field& f, unsigned depth) {
        const Text choice = choice_of(f.name);
        if (choice.empty()) return true;
        for (const Field& other : type.fields) {
            if (choice_of(other.name) != choice || record::is_empty(object, other)) continue;
            if (depth > 1 || random_.below(4) != 0) return false;
            empty(object, other);
        }
        return true;
    }

    /// What the model knows of the field: the words of that demand; nullptr: nothing.
    static const std::vector<Text>* demanded(const Type& type, const Field& f, record::Plan::Demand demand) {
        if (type.plan == nullptr) return nullptr;
        for (const record::Plan::Test& t : type.plan->tests)
            if (t.demand == demand && t.path.size() == 1 && t.path[0] == &f) return &t.words;
        return nullptr;
    }

    /// A reference says a type that may stand there, a code is of the set that has to be used.
    void fit(void* inner, const Type& type, const Field& f) {
        if (const auto* types = demanded(type, f, record::Plan::Demand::refers_to)) {
            auto& reference = *static_cast<record::Reference*>(inner);
            reference.type = types->front();
            say_type(reference);
        }
        const auto* codes = demanded(type, f, record::Plan::Demand::codes);
        const Field* coding = f.type->find("coding");
        if (codes == nullptr || coding == nullptr) return;
        const Text both = codes->front();
        const std::size_t bar = both.find('|');
        auto& list = *static_cast<List<record::Coding>*>(record::at(inner, *coding));
        if (list.empty()) list.add(arena_);
        list[0].system = both.substr(0, bar);
        list[0].code = both.substr(bar + 1) == "*" ? "en" : both.substr(bar + 1);
    }

    void structure(void* object, const Type& type, const Field& f, unsigned depth) {
        if (depth == 4) return;
        void* inner =
            f.list ? record::add_item(record::items_at(object, f), *f.type, arena_) : record::at(object, f);
        fill(inner, *f.type, inner_, depth + 1);
        if (record::is_empty(inner, *f.type)) {
            if (f.list) record::items_at(object, f).size = 0;
            return;
        }
        fit(inner, type, f);
    }

    /// One more item in a list, or the empty fields of what is there.
    void more(void* object, const Type& type, const Field& f) {
        if (f.kind != Kind::structure || random_.below(inner_ == 1 ? 1 : 3) != 0) return;
        if (!f.list) return fill(record::at(object, f), *f.type, inner_, 1);
        auto& list = record::items_at(object, f);
        void* inner = record::add_item(list, *f.type, arena_);
        fill(inner, *f.type, inner_, 1);
        if (record::is_empty(inner, *f.type))
            --list.size;
        else
            fit(inner, type, f);
    }

    std::optional<Text> text_for(const Field& f, const Text* given) {
        if (given != nullptr) return *given;
        switch (f.kind) {
            case Kind::string: return arena_.join("Synthetic ", f.name);
            case Kind::uri: return arena_.join("https://example.org/fhir/", f.name);
            case Kind::boolean: return "false";
            case Kind::integer: return "1";
            case Kind::decimal: return "1.50";
            case Kind::date:
            case Kind::date_time: return day_text(arena_, anchor_);
            case Kind::instant: return instant_text(arena_, anchor_, 9 * 60 + 30);
            case Kind::time: return "09:30:00";
            default: return std::nullopt;  // a code or raw JSON that fill.csv does not know
        }
    }

    void put(void* object, const Field& f, Text text) {
        if (f.list)
            record::texts_at(object, f).add(arena_) = text;
        else
            record::text_at(object, f) = text;
    }

    Arena& arena_;
    Day anchor_;
    Random& random_;
    std::uint32_t inner_;
};

}  // namespace

void fill_entity(record::EntityKind kind, record::Entity& entity, Arena& arena, Day anchor, Random& random,
                 std::uint32_t rarity) {
    Filler(arena, anchor, random, rarity == 1 ? 1 : 2).fill(&entity, record::type_of(kind), rarity, 0);
    // The one place for the words of a quantity.
    if (kind != record::EntityKind::MedicationRequest || random.below(rarity) != 0) return;
    auto& request = static_cast<record::MedicationRequest&>(entity);
    if (!request.dispense_request.quantity.value.empty())
        request.dispense_request.quantity.quantity_text = "Synthetic quantityText";
}

void fill_patient(record::Record& record, Day anchor, Random& random) {
    for (const record::Item& item : record.items)
        fill_entity(item.kind, *item.entity, record.arena, anchor, random, 6);
}

}  // namespace gpswitch::synthetic
