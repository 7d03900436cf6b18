#include "core/diff/hold.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace gpswitch::diff {

void Hold::open(std::string before, std::string after, std::string_view paired_by) {
    if (size_ >= limit_) close();
    if (!held_.empty() && held_.back().differences.empty()) held_.pop_back();
    held_.push_back({std::move(before), std::move(after), paired_by, {}});
}

void Hold::changed(Difference difference) {
    held_.back().differences.push_back(std::move(difference));
    ++size_;
}

void Hold::alone(Difference difference, std::string source_key) {
    loose_.push_back({held_.size() - 1, held_.back().differences.size(), std::move(source_key)});
    changed(std::move(difference));
}

void Hold::close() {
    find_moves();
    std::vector<std::vector<bool>> skip(held_.size());
    for (std::size_t i = 0; i < held_.size(); ++i) skip[i].resize(held_[i].differences.size(), false);
    for (std::size_t i = 0; i < loose_.size(); ++i)
        if (gone_[i]) skip[loose_[i].patient][loose_[i].difference] = true;
    for (std::size_t i = 0; i < held_.size(); ++i) {
        std::vector<Difference> told;
        for (std::size_t k = 0; k < held_[i].differences.size(); ++k) {
            Difference& d = held_[i].differences[k];
            if (skip[i][k]) continue;
            count(d);
            if (!d.explained || list_explained_) told.push_back(std::move(d));
        }
        held_[i].differences = std::move(told);
        if (!held_[i].differences.empty()) writer_.patient(held_[i]);
    }
    held_.clear();
    loose_.clear();
    gone_.clear();
    size_ = 0;
}

void Hold::find_moves() {
    gone_.assign(loose_.size(), false);
    std::vector<std::size_t> losses, gains;
    for (std::size_t i = 0; i < loose_.size(); ++i)
        (at(loose_[i]).kind == Kind::only_before ? losses : gains).push_back(i);
    if (losses.empty() || gains.empty()) return;
    match(losses, gains, true);
    match(losses, gains, false);
}

void Hold::match(const std::vector<std::size_t>& losses, const std::vector<std::size_t>& gains, bool by_id) {
    const auto key = [&](std::size_t i) {
        const Difference& d = at(loose_[i]);
        // A person is nobody else's entry.
        if (d.entity == record::EntityKind::Patient) return std::string();
        std::string k = by_id ? (d.kind == Kind::only_before ? d.before : d.after) : loose_[i].source_key;
        if (!k.empty()) k += static_cast<char>(d.entity);
        return k;
    };
    std::unordered_map<std::string, std::deque<std::size_t>> waiting;
    for (std::size_t g : gains)
        if (!gone_[g]) waiting[key(g)].push_back(g);
    waiting.erase(std::string());
    for (std::size_t l : losses) {
        Difference& lost = at(loose_[l]);
        if (lost.kind != Kind::only_before) continue;
        const auto it = waiting.find(key(l));
        if (it == waiting.end()) continue;
        auto& places = it->second;
        const auto other = std::find_if(places.begin(), places.end(), [&](std::size_t g) {
            return loose_[g].patient != loose_[l].patient;
        });
        if (other == places.end()) continue;
        lost.kind = Kind::moved;
        lost.after = at(loose_[*other]).after;
        lost.moved_to = held_[loose_[*other].patient].after;
        lost.explained = false;
        lost.rules.clear();
        gone_[*other] = true;
        places.erase(other);
    }
}

void Hold::count(const Difference& d) {
    for (const std::string& rule : d.rules) ++totals_.rules[rule];
    if (d.explained) {
        ++totals_.explained;
        return;
    }
    ++totals_.unexplained;
    ++totals_.unexplained_by[{d.kind, d.entity}];
    totals_.fields += d.fields.size();
    if (!d.never.empty()) ++totals_.never;
}

}  // namespace gpswitch::diff
