#include "core/layout/target.hpp"

#include <array>
#include <atomic>

#include "core/record/hold.hpp"

namespace gpswitch::layout {
namespace {

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> n{0};
    return ++n;
}

void issue(Record& record, const record::Item& item, Severity severity, std::string_view code, Text path,
           std::string why, const char* hint) {
    Issue& i = record.issues.emplace_back();
    i.severity = severity;
    i.code = code;
    const auto named = [&](std::string& to, std::string_view between, Text rest) {
        const Text kind = record::name_of(item.kind);
        to.reserve(kind.size() + 1 + rest.size());
        ((to += kind) += between) += rest;
    };
    named(i.resource, "/", item.entity->id);
    if (!path.empty()) named(i.path, ".", path);
    i.message = std::move(why);
    i.hint = hint;
}

// Each is counted; a finding is made once for a patient and a field.
void say_losses(Record& record, const Pages& pages) {
    constexpr std::uint32_t kNone = ~std::uint32_t{0};
    struct Said {
        const Loss* first;
        std::uint32_t entries, before;  ///< before: another one of the kind
    };
    std::vector<Said> said;
    std::array<std::uint32_t, record::kEntityKinds> last_of;
    last_of.fill(kNone);
    for (const Loss& l : pages.losses) {
        const EntityKind kind = record.items[l.item].kind;
        record.degradations.push_back({l.reason, kind});
        if (l.reason == "code-id-made" || l.reason == "identifier-not-carried") continue;
        std::uint32_t& last = last_of[static_cast<std::size_t>(kind)];
        std::uint32_t same = last;
        for (; same != kNone; same = said[same].before) {
            const Loss& first = *said[same].first;
            if (first.path == l.path && (first.why.data() == l.why.data() || first.why == l.why)) break;
        }
        if (same != kNone) {
            ++said[same].entries;
            continue;
        }
        said.push_back({&l, 1, last});
        last = static_cast<std::uint32_t>(said.size() - 1);
    }
    record.issues.reserve(record.issues.size() + said.size());
    for (const Said& s : said) {
        std::string why(s.first->why);
        if (s.entries > 1) why += "; so it is with " + std::to_string(s.entries) + " entries of this patient";
        issue(record, record.items[s.first->item], Severity::warning, kLost, s.first->path, std::move(why),
              "it stays in the source of this import");
    }
}

void say_held(Record& record, const record::Item& item, std::string_view code, std::string_view why) {
    record.degradations.push_back({"held-by-target", item.kind});
    issue(record, item, Severity::error, code, {}, std::string(why),
          "it is not written: carry it over by hand");
}

/// Entries of kinds that never have a place: taken out before anything is filled, and named among the others
/// that have none.
struct Placeless {
    std::vector<record::Item> items;
    std::vector<std::string_view> why;
    std::vector<std::uint32_t> at, left;  ///< where they stood, and where those stood that are left

    Placeless(Record& record, Pages& pages) {
        pages.decide(record);
        for (const Held& h : pages.held) {
            at.push_back(h.item);
            items.push_back(record.items[h.item]);
            why.push_back(h.why);
        }
        for (std::uint32_t i = 0; i < record.items.size(); ++i)
            if (!std::ranges::binary_search(at, i)) left.push_back(i);
        record::hold(record, at, kNoPlace);
        pages.forget(at);
    }
    void say_until(Record& record, std::uint32_t place) {
        for (; said < items.size() && at[said] < place; ++said)
            say_held(record, items[said], kNoPlace, why[said]);
    }
    void say_all(Record& record) { say_until(record, ~std::uint32_t{0}); }

  private:
    std::size_t said = 0;
};

// Rows that nothing else claims are held for `rule`.
void hold(Record& record, Pages& pages, Placeless& before, std::string_view rule) {
    std::vector<std::uint32_t> items;
    std::vector<bool> seen(record.items.size());
    for (std::size_t n = 0; n < pages.held.size(); ++n) {
        const Held& h = pages.held[n];
        if (n >= pages.without_place)
            before.say_all(record);
        else if (h.item < before.left.size())
            before.say_until(record, before.left[h.item]);
        if (seen[h.item]) continue;
        seen[h.item] = true;
        items.push_back(h.item);
        say_held(record, record.items[h.item], h.code, h.why);
    }
    before.say_all(record);
    std::ranges::sort(items);
    record::hold(record, items, rule);
    pages.forget(items);
}

}  // namespace

Target::Target() : serial_(next_serial()) {}

void Target::limit(Record& record) const {
    Desk& desk = mine();
    // What is held may leave others without what they stand on: until nothing more has to be. Each round
    // takes out an entry at least. Kinds that have no place at all need no row to be found.
    Placeless placeless(record, *desk.pages);
    bool first = !placeless.items.empty();
    while (true) {
        fill(*desk.pages, record);
        if (desk.pages->held.empty()) break;
        hold(record, *desk.pages, placeless, first ? kNoPlace : desk.pages->held.front().code);
        first = false;
    }
    placeless.say_all(record);
    desk.pages->forget();
    say_losses(record, *desk.pages);
    desk.record = &record;
}

Pages& Target::filled(const Record& record) const {
    Desk& desk = mine();
    if (desk.record != &record) fill(*desk.pages, record);
    desk.record = nullptr;
    return *desk.pages;
}

Target::Desk& Target::mine() const {
    thread_local Desk desk;
    if (desk.owner != this || desk.serial != serial_) desk = Desk{this, serial_, pages(), nullptr};
    return desk;
}

}  // namespace gpswitch::layout
