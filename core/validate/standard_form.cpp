#include "core/validate/standard_form.hpp"

#include <mutex>
#include <vector>

#include "core/record/address.hpp"
#include "core/record/json.hpp"

namespace gpswitch::validate {

struct StandardForm::Desk {
    Desk(const profile::Table& table, const profile::CheckOptions& options)
        : document(table.atoms()), checker(table, options) {}
    profile::Document document;
    profile::Checker checker;
    Bytes text;
    std::vector<profile::Finding> found;
    std::uint64_t resources = 0;
};

struct StandardForm::Desks {
    const profile::Table& table;
    profile::CheckOptions options;
    const record::Census* census;
    mutable std::mutex mutex;
    std::vector<std::unique_ptr<Desk>> all;
    std::vector<Desk*> free;

    Desk& take() {
        const std::scoped_lock lock(mutex);
        if (free.empty()) {
            all.push_back(std::make_unique<Desk>(table, options));
            free.push_back(all.back().get());
        }
        Desk& desk = *free.back();
        free.pop_back();
        return desk;
    }
    void give(Desk& desk) {
        const std::scoped_lock lock(mutex);
        free.push_back(&desk);
    }
};

StandardForm::StandardForm(const profile::Table& table, profile::CheckOptions options,
                           const record::Census* census)
    : desks_(new Desks{table, std::move(options), census, {}, {}, {}}) {}
StandardForm::~StandardForm() = default;

namespace {

/// The row an entity was made from: where a person looks.
void address(Issue& issue, const record::Record& record, std::uint32_t item, const record::Census* census) {
    if (census == nullptr) return;
    for (const record::Claim& c : record.claims) {
        if (c.item != item || c.role != record::Role::primary) continue;
        const record::Row& row = record.rows[c.row];
        issue.member = record::member_of(census->tables[row.table], row);
        issue.line = row.line;
        return;
    }
}

}  // namespace

void StandardForm::check(const record::Record& record, IssueSink& sink) const {
    if (!record.held.empty()) return;
    Desk& desk = desks_->take();
    for (std::uint32_t i = 0; i < record.items.size(); ++i) {
        const record::Item& item = record.items[i];
        desk.text.clear();
        record::append_json(desk.text, item.kind, *item.entity);
        desk.text.want(Bytes::kSlack);
        desk.found.clear();
        ++desk.resources;
        json::Error error;
        const std::string_view text = desk.text.view();
        if (!desk.document.parse(text, text.size() + Bytes::kSlack, error))
            desk.found.push_back(
                {Severity::fatal,
                 "FHIR-JSON-001",
                 0,
                 std::string(record::name_of(item.kind)) + '/' + std::string(item.entity->id),
                 {},
                 "what is written of this is not JSON: " + error.message});
        else
            desk.checker.check(desk.document, desk.found);
        for (profile::Finding& f : desk.found) {
            Issue issue;
            issue.severity = f.severity;
            issue.code = f.code;
            issue.resource = std::move(f.resource);
            issue.path = std::move(f.path);
            issue.message = std::move(f.message);
            issue.source = std::move(f.source);
            address(issue, record, i, desks_->census);
            sink.add(issue);
        }
    }
    desks_->give(desk);
}

std::uint64_t StandardForm::resources() const {
    const std::scoped_lock lock(desks_->mutex);
    std::uint64_t n = 0;
    for (const auto& desk : desks_->all) n += desk->resources;
    return n;
}

profile::NotChecked StandardForm::not_checked() const {
    const std::scoped_lock lock(desks_->mutex);
    profile::NotChecked all;
    for (const auto& desk : desks_->all)
        for (const auto& [what, times] : desk->checker.not_checked()) all[what] += times;
    return all;
}

profile::Tally StandardForm::tally() const {
    const std::scoped_lock lock(desks_->mutex);
    profile::Tally all;
    for (const auto& desk : desks_->all) all.add(desk->checker.tally());
    return all;
}

}  // namespace gpswitch::validate
