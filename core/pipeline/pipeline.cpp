#include "core/pipeline/pipeline.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "core/pipeline/address_issues.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::pipeline {

using record::EntityKind;
using record::Record;

namespace {

struct NeedCopy {
    EntityKind kind;
    std::string id;
    std::uint64_t handle;
};

/// A record on its way from worker to committer.
struct Done {
    std::unique_ptr<record::Encoded> encoded;
    std::vector<NeedCopy> needs;
    std::vector<Issue> issues;
    std::vector<std::pair<std::string, std::string>> held;  ///< entries that the target held, with the code
};
/// A batch of them, with what they add to the account.
struct Work {
    std::vector<Done> records;
    ledger::Account account;
};

/// Practice-wide entities that one worker has asked for: it need not ask again, as its later batches are
/// committed later.
class Asked {
  public:
    bool first(const record::Need& need) {
        auto& ids = ids_[static_cast<std::size_t>(need.kind)];
        if (ids.find(need.id) != ids.end()) return false;
        ids.emplace(need.id);
        return true;
    }

  private:
    std::array<std::unordered_set<std::string, mapping::TextHash, std::equal_to<>>, record::kEntityKinds>
        ids_;
};

struct Batch {
    std::vector<std::uint32_t> patients;
    std::uint64_t weight = 0;
};

std::vector<Batch> cut(const record::Census& census, std::uint64_t rows) {
    std::vector<Batch> batches;
    for (std::uint32_t i = 0; i < census.patients.size(); ++i) {
        if (batches.empty() || batches.back().weight >= rows) batches.emplace_back();
        batches.back().patients.push_back(i);
        batches.back().weight += census.patients[i].weight;
    }
    return batches;
}

/// What one worker keeps from batch to batch.
struct Desk {
    Record record;
    Asked asked;
    std::unique_ptr<record::Cursor> cursor;

    record::Cursor& read(record::Source& source, std::span<const std::uint32_t> patients) {
        if (cursor == nullptr || !cursor->again(patients)) cursor = source.read(patients);
        return *cursor;
    }
};

/// A finding as a package keeps it: by the name of its member, not by where that lay on this machine. The
/// same extract makes the same package wherever it is, and in whatever it is packed.
Issue without_place(Issue issue, std::string_view place) {
    while (place.size() > 1 && place.back() == '/') place.remove_suffix(1);
    if (place.empty() || !issue.member.starts_with(place)) return issue;
    const std::size_t at = issue.member.find_first_not_of("/!", place.size());
    const bool within = at != std::string::npos && at > place.size();
    if (within)
        issue.member.erase(0, at);
    else if (at == std::string::npos)
        issue.member.erase(0, place.rfind('/') + 1);
    return issue;
}

class Run {
  public:
    Run(record::Source& source, record::Target& target, const record::Origin& origin, const Options& options)
        : source_(source),
          target_(target),
          options_(options),
          census_(source.census()),
          ledger_(std::make_unique<ledger::Ledger>(census_)) {
        checkpoint_ = target_.begin(origin);
        for (const record::Table& t : census_.tables) total_ += t.rows;
    }

    std::unique_ptr<ledger::Ledger> all() {
        for (const Issue& issue : source_.issues()) {
            ledger_->add(issue);
            target_.add(without_place(issue, options_.place));
            if (options_.issues != nullptr) options_.issues->add(issue);
        }
        const std::vector<Batch> batches = cut(census_, target_.batch_rows());
        if (options_.jobs <= 1)
            alone(batches);
        else
            together(batches);
        rest();
        ledger_->check();
        target_.publish(*ledger_);
        return std::move(ledger_);
    }

  private:
    // --- in the workers ---

    // Into standard codes, but for a patient the run is not for: then only rows are left, all settled.
    // Returns the rule, empty for one who is in.
    std::string left_out(Record& record) {
        const Selection* selection = options_.selection;
        std::string_view rule =
            selection == nullptr ? std::string_view{} : selection->left_out_unmapped(record);
        if (rule.empty()) {
            if (options_.mapping != nullptr) options_.mapping->apply(record);
            mapping::claim_profiles(record);
            if (selection != nullptr) rule = selection->left_out(record);
        }
        if (!rule.empty()) exclude(record, rule);
        return std::string(rule);
    }

    // Which entries the target takes out, as far as somebody wants to know.
    std::vector<std::pair<std::string, std::string>> limit(Record& record) const {
        std::vector<std::pair<std::string, std::string>> held;
        std::vector<record::Item> before;
        if (options_.held) before = record.items;
        target_.limit(record);
        if (record.held.empty() && before.size() == record.items.size()) return held;
        std::vector<const record::Entity*> left;
        if (record.held.empty())
            for (const record::Item& item : record.items) left.push_back(item.entity);
        std::ranges::sort(left);
        std::unordered_map<std::string_view, std::string_view> codes;
        for (const Issue& issue : record.issues)
            if (issue.severity >= Severity::error) codes[issue.resource] = issue.code;
        for (const record::Item& item : before) {
            if (std::ranges::binary_search(left, item.entity)) continue;
            std::string name;
            name_of(item, name);
            const auto code = codes.find(name);
            const std::string other = record.held.empty() ? "by-target" : record.held;
            held.emplace_back(std::move(name), code == codes.end() ? other : std::string(code->second));
        }
        return held;
    }

    void keep_account(record::Encoded& to, const Record& record,
                      const std::vector<ledger::RowFate>& fates) const {
        ledger::append_fates(to.fates, record, fates, census_);
        ledger::append_held(to.held, record, fates, census_);
        for (const Issue& issue : record.issues)
            to.issues += without_place(issue, options_.place).json() + "\n";
    }

    Done finish(Record& record, ledger::Account& account, Asked* asked = nullptr) {
        const std::string out = left_out(record);
        std::vector<std::pair<std::string, std::string>> held;
        if (out.empty()) {
            if (options_.as_is)
                mapping::Safeguards::mark(record);
            else
                (options_.safeguards == nullptr ? mapping::strictest() : *options_.safeguards).apply(record);
            if (options_.inspect) options_.inspect(record);
            if (record.held.empty()) held = limit(record);
        }
        address_issues(record, census_);
        const auto fates = ledger::settle(record, census_);
        Done d;
        d.held = std::move(held);
        if (!record.held.empty() || !out.empty()) {
            static const Record nobody{};
            d.encoded = target_.encode(nobody);
        } else {
            d.encoded = target_.encode(record);
            for (const record::Need& n : record.needs)
                if (asked == nullptr || asked->first(n))
                    d.needs.push_back({n.kind, std::string(n.id), n.handle});
        }
        d.encoded->patient = !record.key.empty();
        d.encoded->rows = fates.size();
        if (target_.keeps_account()) keep_account(*d.encoded, record, fates);
        ledger::account(account, record, fates);
        if (!out.empty()) account.excluded_by.push_back(out);
        d.issues = std::move(record.issues);
        return d;
    }

    Work work(const Batch& batch, Desk& desk) {
        Work out;
        out.records.reserve(batch.patients.size());
        out.account.rows.reserve(batch.weight);
        record::Cursor& cursor = desk.read(source_, batch.patients);
        while (cursor.next(desk.record)) out.records.push_back(finish(desk.record, out.account, &desk.asked));
        if (out.records.size() != batch.patients.size())
            throw std::logic_error("a cursor gave another number of patients than it was asked for");
        return out;
    }

    // --- on the committing thread ---

    void add(const ledger::Account& account) {
        ledger_->add(account);
        rows_done_ += account.rows.size();
    }
    void add_issues(const Done& d) {
        if (options_.held)
            for (const auto& [resource, code] : d.held) options_.held(resource, code);
        if (options_.issues != nullptr)
            for (const Issue& issue : d.issues) options_.issues->add(issue);
    }

    // Practice-wide entities travel before the first patient that refers to them, with what they refer to
    // themselves.
    void fetch(const std::vector<NeedCopy>& needs, std::vector<std::unique_ptr<record::Encoded>>& out) {
        std::deque<NeedCopy> queue(needs.begin(), needs.end());
        while (!queue.empty()) {
            const NeedCopy need = std::move(queue.front());
            queue.pop_front();
            if (!fetched_.insert(std::string(record::name_of(need.kind)) + "/" + need.id).second) continue;
            record_.clear();
            if (!source_.find({need.kind, need.id, need.handle}, record_)) continue;
            for (const record::Item& item : record_.items)
                fetched_.insert(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id));
            ledger::Account account;
            Done d = finish(record_, account);
            add(account);
            add_issues(d);
            for (NeedCopy& n : d.needs) queue.push_back(std::move(n));
            out.push_back(std::move(d.encoded));
        }
    }

    void commit(Work& batch) {
        std::vector<std::unique_ptr<record::Encoded>> out;
        add(batch.account);
        for (Done& d : batch.records) {
            add_issues(d);
            fetch(d.needs, out);
            const bool earlier = d.encoded->patient && patients_done_ < checkpoint_.patients;
            if (d.encoded->patient) ++patients_done_;
            if (!earlier) out.push_back(std::move(d.encoded));
        }
        target_.commit(out);
        if (options_.progress) options_.progress(rows_done_, total_);
        if (options_.interrupted != nullptr && *options_.interrupted)
            throw Error(130, "interrupted", "run the same command again to resume or start afresh");
    }

    void alone(const std::vector<Batch>& batches) {
        Desk desk;
        for (const Batch& b : batches) {
            Work done = work(b, desk);
            commit(done);
        }
    }

    void together(const std::vector<Batch>& batches) {
        const std::size_t window = std::size_t{options_.jobs} * 3;
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<std::unique_ptr<Work>> ready(batches.size());
        std::size_t next = 0, committed = 0;
        std::exception_ptr failure;
        bool stop = false;
        auto worker = [&] {
            Desk desk;
            std::unique_lock lock(mutex);
            while (true) {
                changed.wait(lock,
                             [&] { return stop || next >= batches.size() || next < committed + window; });
                if (stop || next >= batches.size()) return;
                const std::size_t mine = next++;
                lock.unlock();
                std::unique_ptr<Work> done;
                std::exception_ptr error;
                try {
                    done = std::make_unique<Work>(work(batches[mine], desk));
                } catch (...) { error = std::current_exception(); }
                lock.lock();
                if (error) {
                    if (!failure) failure = error;
                    stop = true;
                } else {
                    ready[mine] = std::move(done);
                }
                changed.notify_all();
            }
        };
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < options_.jobs; ++i) threads.emplace_back(worker);
        try {
            for (std::size_t i = 0; i < batches.size(); ++i) {
                std::unique_ptr<Work> done;
                {
                    std::unique_lock lock(mutex);
                    changed.wait(lock, [&] { return ready[i] != nullptr || stop; });
                    if (ready[i] == nullptr) break;
                    done = std::move(ready[i]);
                }
                commit(*done);
                const std::scoped_lock lock(mutex);
                committed = i + 1;
                changed.notify_all();
            }
        } catch (...) {
            const std::scoped_lock lock(mutex);
            if (!failure) failure = std::current_exception();
            stop = true;
            changed.notify_all();
        }
        threads.clear();  // joins
        if (failure) std::rethrow_exception(failure);
    }

    void rest() {
        const auto cursor = source_.leftovers();
        std::vector<std::unique_ptr<record::Encoded>> out;
        Record record;
        while (cursor->next(record)) {
            for (const record::Item& item : record.items)
                fetched_.insert(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id));
            ledger::Account account;
            Done d = finish(record, account);
            add(account);
            add_issues(d);
            fetch(d.needs, out);
            out.push_back(std::move(d.encoded));
            if (out.size() < 64) continue;
            target_.commit(out);
            out.clear();
        }
        target_.commit(out);
        if (options_.progress) options_.progress(rows_done_, total_);
    }

    record::Source& source_;
    record::Target& target_;
    const Options& options_;
    const record::Census& census_;
    std::unique_ptr<ledger::Ledger> ledger_;
    record::Checkpoint checkpoint_;
    std::unordered_set<std::string> fetched_;
    Record record_;
    std::uint64_t rows_done_ = 0, total_ = 0, patients_done_ = 0;
};

struct Nowhere : record::Target {
    record::Checkpoint begin(const record::Origin&) override { return {}; }
    std::unique_ptr<record::Encoded> encode(const Record&) const override {
        return std::make_unique<record::Encoded>();
    }
    void commit(std::span<const std::unique_ptr<record::Encoded>>) override {}
    void publish(const ledger::Ledger&) override {}
};

}  // namespace

std::unique_ptr<ledger::Ledger> run(record::Source& source, record::Target& target,
                                    const record::Origin& origin, const Options& options) {
    return Run(source, target, origin, options).all();
}

std::unique_ptr<record::Target> nowhere() { return std::make_unique<Nowhere>(); }

std::string fingerprint(const record::Census& census, const mapping::MappingSet* mapping,
                        const Selection* selection, std::string_view rules) {
    Sha256 h;
    auto add = [&](std::string_view s) {
        h.add(std::to_string(s.size()) + ":");
        h.add(s);
    };
    add("gpswitch fingerprint 2");
    add(census.system);
    add(census.practice);
    add(census.as_of);
    add(rules);
    for (const auto& input : census.inputs) {
        add(input.name);
        add(std::to_string(input.bytes));
        add(input.sha256);
    }
    if (mapping != nullptr) {
        add(mapping->id());
        add(mapping->version());
        add(mapping->sha256());
    }
    if (selection != nullptr && !selection->empty()) add(selection->identity());
    return h.hex();
}

}  // namespace gpswitch::pipeline
