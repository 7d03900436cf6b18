#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/diff/ahead.hpp"
#include "core/diff/hold.hpp"
#include "core/diff/pairing.hpp"
#include "core/diff/practice.hpp"
#include "core/diff/twins.hpp"

namespace gpswitch::diff {
namespace {

using record::Item;
using record::Record;

std::vector<std::uint32_t> column(const std::vector<PatientMatch>& pairs,
                                  std::uint32_t PatientMatch::*member) {
    std::vector<std::uint32_t> out;
    for (const PatientMatch& p : pairs) out.push_back(p.*member);
    return out;
}

std::string patient_label(const Record& r) { return label("Patient", r.patient_id); }

class Comparison {
  public:
    Comparison(const Side& before, const Side& after, const Options& options, Writer& writer)
        : before_(before),
          after_(after),
          options_(options),
          judge_(options),
          middle_(options),
          hold_(totals_, writer, options.list_explained, options.hold),
          practice_(judge_, options, totals_, foreseen_before_, foreseen_after_),
          writer_(writer) {}

    Totals run() {
        totals_.show_values = options_.show_values;
        totals_.patients_before = before_.source->census().patients.size();
        totals_.patients_after = after_.source->census().patients.size();
        std::vector<PatientMatch> given =
            decided(options_.pairs, before_.source->census(), after_.source->census());
        if (middle_.there()) by_middle(given);
        sort_out(given);
        in_step();
        pair_rest(given);
        practice_.leftovers(before_, true);
        practice_.leftovers(after_, false);
        if (middle_.there()) practice_.leftovers_between(middle_);
        hold_.open("practice", "practice", {});
        for (Difference& d : practice_.finish()) hold_.changed(std::move(d));
        hold_.close();
        writer_.finish(totals_);
        return std::move(totals_);
    }

  private:
    // A person's decisions come first.
    void by_middle(std::vector<PatientMatch>& given) {
        const std::size_t n = given.size();
        for (const PatientMatch& p : middle_.match(before_, after_))
            if (std::none_of(
                    given.begin(), given.begin() + static_cast<std::ptrdiff_t>(n),
                    [&](const PatientMatch& d) { return d.before == p.before || d.after == p.after; }))
                given.push_back(p);
    }

    // Who has the same key on both sides and may so agree at once; and who has not.
    void sort_out(const std::vector<PatientMatch>& given) {
        const auto& a = before_.source->census().patients;
        const auto& b = after_.source->census().patients;
        std::unordered_set<std::uint32_t> given_before, taken_after;
        for (const PatientMatch& p : given) given_before.insert(p.before), taken_after.insert(p.after);
        std::unordered_map<std::string_view, std::uint32_t> places;
        for (std::uint32_t j = 0; j < b.size(); ++j)
            if (!taken_after.contains(j)) places.emplace(b[j].key, j);
        for (std::uint32_t i = 0; i < a.size(); ++i) {
            const auto it = given_before.contains(i) ? places.end() : places.find(a[i].key);
            if (it == places.end()) {
                rest_before_.push_back(i);
                continue;
            }
            same_key_.push_back({i, it->second, "source key"});
            taken_after.insert(it->second);
            places.erase(it);
        }
        for (std::uint32_t j = 0; j < b.size(); ++j)
            if (!taken_after.contains(j)) rest_after_.push_back(j);
        for (const PatientMatch& p : given) rest_after_.push_back(p.after);
    }

    // One pass over both sides. Two records under one key that agree on id and NHS number would be paired
    // with each other by any of the rules that follow, so they are compared at once; the others wait for the
    // second pass.
    void in_step() {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
        for (const PatientMatch& p : same_key_) pairs.emplace_back(p.before, p.after);
        Twins twins(before_, after_, std::move(pairs));
        // Targets are asked about whole records.
        const bool twin = twins.possible() && options_.foresight.empty() && options_.foresight_before.empty();
        const auto pass = [&](bool before) { return twin ? twins.pass(before) : record::Lines::Pass{}; };
        Ahead a(before_, column(same_key_, &PatientMatch::before), options_.threads, pass(true));
        Ahead b(after_, column(same_key_, &PatientMatch::after), options_.threads, pass(false));
        for (std::size_t n = 0; n < same_key_.size(); ++n) {
            const PatientMatch& p = same_key_[n];
            Record& x = a.next();
            Record& y = b.next();
            const Twins::Plan plan = twin ? twins.take(n) : Twins::Plan{};
            Identity i = note(x, p.before, numbers_before_), j = note(y, p.after, numbers_after_);
            if (i.nhs == j.nhs && i.id == j.id) {
                const std::string_view how =
                    i.nhs.empty() || i.birth != j.birth ? (i.id.empty() ? "source key" : "id") : "NHS number";
                if (plan.empty())
                    paired(x, y, how, p.before);
                else if (x.held.empty() && y.held.empty() && !x.incomplete && !y.incomplete)
                    paired(x, y, how, plan);
                else
                    paired_whole(p, how);
                continue;
            }
            open_before_.push_back(std::move(i));
            open_after_.push_back(std::move(j));
        }
    }

    Identity note(const Record& record, std::uint32_t index, NumberCounts& numbers) const {
        Identity who = identify(record, index, options_.test_numbers);
        if (!who.nhs.empty()) ++numbers[who.nhs];
        return who;
    }

    void identify_all(const Side& side, bool read, const std::vector<std::uint32_t>& patients,
                      NumberCounts& numbers, std::vector<Identity>& out) const {
        Ahead reader(side, read ? patients : std::vector<std::uint32_t>(), options_.threads);
        for (std::uint32_t index : patients)
            out.push_back(read ? note(reader.next(), index, numbers) : Identity{index, {}, {}, {}, {}});
    }

    void pair_rest(const std::vector<PatientMatch>& given) {
        // Who they are matters only where there is somebody to be paired with.
        const bool both =
            rest_before_.size() + open_before_.size() != 0 && rest_after_.size() + open_after_.size() != 0;
        identify_all(before_, both, rest_before_, numbers_before_, open_before_);
        identify_all(after_, both, rest_after_, numbers_after_, open_after_);
        std::unordered_set<std::uint32_t> decided_before, decided_after;
        for (const PatientMatch& p : given) decided_before.insert(p.before), decided_after.insert(p.after);
        std::erase_if(open_before_, [&](const Identity& i) { return decided_before.contains(i.index); });
        std::erase_if(open_after_, [&](const Identity& i) { return decided_after.contains(i.index); });
        PatientMatches matches = pair_patients(open_before_, open_after_, numbers_before_, numbers_after_);
        matches.pairs.insert(matches.pairs.end(), given.begin(), given.end());
        std::sort(matches.pairs.begin(), matches.pairs.end(),
                  [](const auto& x, const auto& y) { return x.before < y.before; });
        Ahead a(before_, column(matches.pairs, &PatientMatch::before), options_.threads);
        Ahead b(after_, column(matches.pairs, &PatientMatch::after), options_.threads);
        for (const PatientMatch& p : matches.pairs) {
            Record& x = a.next();
            paired(x, b.next(), p.how, p.before);
        }
        unpaired(before_, true, matches.only_before);
        unpaired(after_, false, matches.only_after);
    }

    void unpaired(const Side& side, bool before, const std::vector<std::uint32_t>& patients) {
        Ahead reader(side, patients, options_.threads);
        Record none;
        for (std::size_t i = 0; i < patients.size(); ++i) {
            Record& record = reader.next();
            ++(before ? totals_.unpaired_before : totals_.unpaired_after);
            hold_.open(before ? patient_label(record) : "", before ? "" : patient_label(record), {});
            before ? entities(record, none) : entities(none, record);
            progress();
        }
    }

    void paired(Record& a, Record& b, std::string_view how, std::uint32_t index) {
        ++totals_.patients_paired;
        ++totals_.paired_by[std::string(how)];
        hold_.open(patient_label(a), patient_label(b), how);
        entities(a, b, middle_.there() ? middle_.record(index) : nullptr);
        progress();
    }

    void paired(Record& a, Record& b, std::string_view how, const Twins::Plan& plan) {
        ++totals_.patients_paired;
        ++totals_.paired_by[std::string(how)];
        hold_.open(patient_label(a), patient_label(b), how);
        entities(a, b, plan);
        progress();
    }

    // Of a record that is held or not whole every entity counts, read or not.
    void paired_whole(const PatientMatch& p, std::string_view how) {
        Ahead a(before_, {p.before}, false), b(after_, {p.after}, false);
        Record& x = a.next();
        paired(x, b.next(), how, p.before);
    }

    void progress() {
        ++done_;
        if (options_.progress) options_.progress(done_);
    }

    // The patient's own entities; the practice-wide ones go their own way.
    void take_practice(const Side& side, bool before, Record& record) {
        practice_.follow(side, before, record);
        std::erase_if(record.items, [](const Item& i) { return record::practice_wide(i.kind); });
    }

    // `m`: what lies between the two; may be nullptr.
    void entities(Record& a, Record& b, Record* m = nullptr) {
        if (!b.held.empty()) {
            ++totals_.held_after;
            b.items.clear();  // nothing of it is written: for AFTER the patient is absent
        }
        const bool lines = line_by_line(before_, a) && line_by_line(after_, b);
        foreseen_before_.next_patient();
        foreseen_after_.next_patient();
        foreseen_before_.ask(options_.foresight, a);
        foreseen_after_.ask(options_.foresight_before, b);
        take_practice(before_, true, a);
        take_practice(after_, false, b);
        totals_.entities_before += a.items.size();
        totals_.entities_after += b.items.size();
        if (!a.held.empty()) {
            ++totals_.held_before;
            if (b.items.empty()) return held(a);
        }
        middle_.pairs.clear();
        middle_.made_of.clear();
        if (m != nullptr) {
            practice_.between(middle_, *m);
            std::erase_if(m->items, [](const Item& i) { return record::practice_wide(i.kind); });
            middle_.learn(a, *m, b, foreseen_before_, foreseen_after_);
        }
        pair_entities(a, b, pairs_, options_.foresight.empty() ? nullptr : &foreseen_before_, middle_.pairs);
        const bool followed = follow_pairing(a, b);
        note_gone(a);
        if (judge_.projection().layout()) readings_.find(a, b, pairs_);
        for (const auto& [i, j] : pairs_.pairs) {
            // What was made of the same bytes, and has not been touched since, is the same.
            if (lines && !followed && a.rows[i].raw == b.rows[j].raw)
                ++totals_.equal;
            else
                pair(a.items[i], b.items[j]);
        }
        for (std::uint32_t i : pairs_.only_before) {
            const Item& item = a.items[i];
            Difference d = judge_.only_before(item.kind, *item.entity, &a, &foreseen_before_);
            // Of the origin it was an entry of another kind.
            if (!d.explained && m != nullptr && middle_.by_before().another(*item.entity))
                d.explained = true, d.never = {}, d.rules = {Judge::kAnother};
            hold_.alone(std::move(d), source_key(*item.entity));
        }
        for (std::uint32_t j : pairs_.only_after) {
            const Item& item = b.items[j];
            Difference d =
                judge_.only_after(item.kind, *item.entity, &b, &foreseen_before_, &foreseen_after_);
            if (readings_.is_one(*item.entity)) d.explained = true, d.rules = {Readings::kRule};
            if (!d.explained && m != nullptr && middle_.by_after().another(*item.entity))
                d.explained = true, d.rules = {Judge::kAnother};
            // It was there already when it was made again.
            if (!d.explained && m != nullptr && middle_.made_of[j] != nullptr)
                if (const Item& made = *middle_.made_of[j]; !middle_.origin())
                    if (Difference of = judge_.only_after(made.kind, *made.entity, m, &foreseen_before_);
                        of.explained)
                        d.explained = true, d.rules = std::move(of.rules);
            hold_.alone(std::move(d), source_key(*item.entity));
        }
    }

    // Line i of one is line i of the other; those the plan passes over are the same.
    void entities(Record& a, Record& b, const Twins::Plan& plan) {
        take_practice(before_, true, a);
        take_practice(after_, false, b);
        totals_.entities_before += plan.size();
        totals_.entities_after += plan.size();
        std::size_t i = 0, j = 0;
        for (const Twins::Read read : plan) {
            if (read != Twins::Read::both || a.rows[i].raw == b.rows[j].raw)
                ++totals_.equal;
            else
                pair(a.items[i], b.items[j]);
            if (read != Twins::Read::none) ++i;
            if (read == Twins::Read::both) ++j;
        }
    }

    // Each entity is one row with its bytes kept, in step: row i is item i. A standard source, not mapped.
    static bool line_by_line(const Side& side, const Record& record) {
        if ((side.prepare && (!side.prepares_little || record.incomplete)) ||
            side.source->census().source_codes || record.rows.size() != record.items.size() ||
            record.claims.size() != record.items.size())
            return false;
        for (std::uint32_t i = 0; i < record.items.size(); ++i)
            if (record.claims[i].row != i || record.claims[i].item != i || record.rows[i].raw.empty() ||
                record::practice_wide(record.items[i].kind))
                return false;
        return true;
    }

    void pair(const Item& a, const Item& b) {
        Difference d;
        if (judge_.pair(a.kind, *a.entity, *b.entity, d, around_) == Judge::Verdict::equal)
            ++totals_.equal;
        else
            hold_.changed(std::move(d));
    }

    // By which rule entries of this patient are not in AFTER: what refers to them cannot lead there.
    void note_gone(const Record& a) {
        gone_.clear();
        for (const std::uint32_t i : pairs_.only_before) {
            const Item& item = a.items[i];
            const Prediction* p = foreseen_before_.of(item.kind, *item.entity);
            std::string rule = p != nullptr && !p->missing.empty()
                                   ? p->missing
                                   : judge_.projection().missing(item.kind, *item.entity);
            if (!rule.empty() && !item.entity->id.empty())
                gone_.emplace(std::string(record::name_of(item.kind)) + "/" + std::string(item.entity->id),
                              std::move(rule));
        }
    }

    void held(const Record& record) {
        for (const Item& item : record.items) {
            Difference d = judge_.only_before(item.kind, *item.entity);
            d.explained = true;
            d.never = {};
            d.rules = {"held: " + record.held};
            hold_.alone(std::move(d), source_key(*item.entity));
        }
        if (record.items.empty()) ++totals_.rules["held: " + record.held];
    }

    // Where partners have different ids, BEFORE's references are turned into AFTER's. True when there were
    // any.
    bool follow_pairing(Record& a, const Record& b) {
        std::unordered_map<std::string, record::Text> names;
        const auto name = [](std::string_view type, std::string_view id) {
            return std::string(type) + "/" + std::string(id);
        };
        for (const auto& [i, j] : pairs_.pairs) {
            const record::Text x = a.items[i].entity->id, y = b.items[j].entity->id;
            const std::string_view type = record::name_of(a.items[i].kind);
            if (x != y && !x.empty()) names.emplace(name(type, x), a.arena.copy(name(type, y)));
        }
        if (a.patient_id != b.patient_id && !a.patient_id.empty() && !b.patient_id.empty())
            names.emplace(name("Patient", a.patient_id), a.arena.copy(name("Patient", b.patient_id)));
        if (names.empty()) return false;
        for (const Item& item : a.items)
            for_each_reference(item.entity, type_of(item.kind), [&](record::Reference& r) {
                const auto it = names.find(std::string(r.reference));
                if (it != names.end()) r.reference = it->second;
            });
        return true;
    }

    const Side& before_;
    const Side& after_;
    const Options& options_;
    Totals totals_;
    Predictions foreseen_before_, foreseen_after_;
    Judge judge_;
    Middle middle_;
    Hold hold_;
    Practice practice_;
    Writer& writer_;
    std::vector<PatientMatch> same_key_;
    std::vector<std::uint32_t> rest_before_, rest_after_;
    std::vector<Identity> open_before_, open_after_;
    NumberCounts numbers_before_, numbers_after_;
    EntityPairs pairs_;
    std::map<std::string, std::string, std::less<>> gone_;
    Readings readings_;
    Surroundings around_{&practice_.links(),
                         [this](std::string_view to) -> std::string {
                             if (const auto it = gone_.find(to); it != gone_.end()) return it->second;
                             if (const std::string& rule = foreseen_before_.gone(to); !rule.empty())
                                 return rule;
                             const auto kind = record::kind_of(to.substr(0, to.find('/')));
                             return kind && record::practice_wide(*kind) ? judge_.projection().missing(*kind)
                                                                         : std::string();
                         },
                         [this](std::string_view to) { return foreseen_after_.gone(to); },
                         &readings_,
                         &foreseen_before_,
                         &foreseen_after_};
    std::uint64_t done_ = 0;
};

}  // namespace

std::string_view to_text(Kind kind) {
    static constexpr std::string_view kNames[kKinds] = {"changed", "only-before", "only-after", "moved"};
    return kNames[static_cast<std::size_t>(kind)];
}

std::string_view Difference::code() const {
    if (explained) return "DIFF-EXP-001";
    if (kind == Kind::moved) return "DIFF-MOV-001";
    if (!never.empty()) return "DIFF-NEV-001";
    if (kind == Kind::only_before) return "DIFF-BEF-001";
    return kind == Kind::only_after ? "DIFF-AFT-001" : "DIFF-CHG-001";
}

std::string Difference::resource() const {
    return label(record::name_of(entity), before.empty() ? after : before);
}

Totals compare(const Side& before, const Side& after, const Options& options, Writer& writer) {
    return Comparison(before, after, options, writer).run();
}

}  // namespace gpswitch::diff
