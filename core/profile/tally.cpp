#include "core/profile/tally.hpp"

#include <algorithm>

namespace gpswitch::profile {
namespace {

void collect(const Rule& rule, const std::string& path, std::vector<MustSupport>& out) {
    if (rule.must_support) out.push_back({&rule, path});
    for (const Rule& child : rule.children) collect(child, path + '.' + std::string(child.label), out);
    for (const Rule& slice : rule.slices) collect(slice, path + ':' + std::string(slice.slice), out);
}

}  // namespace

std::vector<MustSupport> must_support(const Table& table, const ProfileInfo& profile) {
    std::vector<MustSupport> out;
    collect(profile.root, std::string(table.info(profile.type).name), out);
    return out;
}

void Tally::add(const Tally& other) {
    for (const auto& [name, t] : other.types) {
        types[name].resources += t.resources;
        types[name].with_errors += t.with_errors;
    }
    for (const auto& [url, f] : other.profiles) {
        Filled& mine = profiles[url];
        mine.resources += f.resources;
        mine.elements.resize(f.elements.size());
        for (std::size_t i = 0; i < f.elements.size(); ++i) mine.elements[i] += f.elements[i];
    }
    for (const auto& [url, n] : other.extensions) extensions[url] += n;
    for (const auto& [what, n] : other.not_checked) not_checked[what] += n;
    untyped += other.untyped;
    other_extensions += other.other_extensions;
    other_profiles += other.other_profiles;
}

Tally::Filled& Counter::profile(const ProfileInfo& p) {
    const auto [found, is_new] = tally_.profiles.try_emplace(p.url);
    if (is_new) {
        const auto list = must_support(table_, p);
        found->second.elements.resize(list.size());
        for (std::size_t i = 0; i < list.size(); ++i) places_[list[i].rule] = {&found->second, i};
    }
    return found->second;
}

void Counter::enter(TypeId type, const Rule* const* begin, const Rule* const* end, bool contained) {
    Frame& frame = frames_.emplace_back();
    if (contained) return;
    frame.type = &tally_.types[table_.info(type).name];
    ++frame.type->resources;
    for (const Rule* const* r = begin; r != end; ++r)
        if (const ProfileInfo* p = table_.profile((*r)->source)) ++profile(*p).resources;
}

void Counter::leave() {
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.type == nullptr) {
        if (frame.error && !frames_.empty()) frames_.back().error = true;
        return;
    }
    if (frame.error) ++frame.type->with_errors;
    for (const Rule* r : frame.filled)
        if (const auto at = places_.find(r); at != places_.end())
            ++at->second.filled->elements[at->second.element];
}

void Counter::mark(const Rule& rule) {
    auto& filled = frames_.back().filled;
    if (std::find(filled.begin(), filled.end(), &rule) == filled.end()) filled.push_back(&rule);
}

void Counter::found(Severity severity) {
    if (severity < Severity::error) return;
    if (frames_.empty())
        ++tally_.untyped;
    else
        frames_.back().error = true;
}

void Counter::extension(const ProfileInfo* known) {
    if (known != nullptr)
        ++tally_.extensions[known->url];
    else
        ++tally_.other_extensions;
}

}  // namespace gpswitch::profile
