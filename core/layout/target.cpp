#include "core/layout/target.hpp"

#include <atomic>

#include "core/record/hold.hpp"

namespace gpswitch::layout {
namespace {

std::uint64_t next_serial() {
    static std::atomic<std::uint64_t> n{0};
    return ++n;
}

void issue(Record& record, const record::Item& item, Severity severity, std::string_view code, Text path,
           std::string_view why, const char* hint) {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.resource = std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id);
    if (!path.empty()) i.path = std::string(record::name_of(item.kind)) + "." + std::string(path);
    i.message = why;
    i.hint = hint;
    record.issues.push_back(std::move(i));
}

// Each is counted; a finding is made once for a patient and a field.
void say_losses(Record& record, const Pages& pages) {
    struct Said {
        const Loss* first;
        std::size_t entries;
    };
    std::vector<Said> said;
    for (const Loss& l : pages.losses) {
        const EntityKind kind = record.items[l.item].kind;
        record.degradations.push_back({l.reason, kind});
        if (l.reason == "code-id-made" || l.reason == "identifier-not-carried") continue;
        const auto same = std::ranges::find_if(said, [&](const Said& s) {
            return record.items[s.first->item].kind == kind && s.first->path == l.path &&
                   s.first->why == l.why;
        });
        if (same == said.end())
            said.push_back({&l, 1});
        else
            ++same->entries;
    }
    for (const Said& s : said) {
        std::string why(s.first->why);
        if (s.entries > 1) why += "; so it is with " + std::to_string(s.entries) + " entries of this patient";
        issue(record, record.items[s.first->item], Severity::warning, kLost, s.first->path, why,
              "it stays in the source of this import");
    }
}

void hold(Record& record, const Pages& pages) {
    std::vector<std::uint32_t> items;
    for (const Held& h : pages.held) {
        if (std::ranges::find(items, h.item) != items.end()) continue;
        items.push_back(h.item);
        const record::Item& item = record.items[h.item];
        record.degradations.push_back({"held-by-target", item.kind});
        issue(record, item, Severity::error, h.code, {}, h.why, "it is not written: carry it over by hand");
    }
    std::ranges::sort(items);
    record::hold(record, items, pages.held.front().code);
}

}  // namespace

Target::Target() : serial_(next_serial()) {}

void Target::limit(Record& record) const {
    Desk& desk = mine();
    // What is held may leave others without what they stand on: until nothing more has to be. Each round
    // takes out an entry at least.
    while (true) {
        fill(*desk.pages, record);
        if (desk.pages->held.empty()) break;
        hold(record, *desk.pages);
    }
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
