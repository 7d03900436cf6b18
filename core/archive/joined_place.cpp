#include "core/archive/joined_place.hpp"

#include <algorithm>

namespace gpswitch::archive {
namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Members of other places under names of their own.
class JoinedPlace : public Place {
  public:
    explicit JoinedPlace(bool joined) : joined_(joined) {}
    void add(std::shared_ptr<Place> place, const std::string& prefix,
             const std::vector<std::string>& leave_out) {
        for (std::size_t i = 0; i < place->members().size(); ++i) {
            Member member = place->members()[i];
            if (is_in(leave_out, member.name)) continue;
            member.name.insert(0, prefix);
            entries_.push_back({std::move(member), place.get(), i});
        }
        for (Refused refused : place->refused()) {
            refused.name.insert(0, prefix);
            refused_.push_back(std::move(refused));
        }
        places_.push_back(std::move(place));
    }
    void finish() {
        std::sort(entries_.begin(), entries_.end(),
                  [](const Entry& a, const Entry& b) { return a.member.name < b.member.name; });
        for (const Entry& e : entries_) members_.push_back(e.member);
    }
    const std::vector<Member>& members() const override { return members_; }
    const std::vector<Refused>& refused() const override { return refused_; }
    std::string_view bytes(std::size_t member) const override {
        const Entry& e = entries_.at(member);
        return e.place->bytes(e.index);
    }
    void check() const override {
        for (const auto& place : places_) place->check();
    }
    std::string spool_folder() const override { return places_.at(0)->spool_folder(); }
    bool joined() const override { return joined_; }

  private:
    struct Entry {
        Member member;
        const Place* place;
        std::size_t index;
    };
    bool joined_;
    std::vector<std::shared_ptr<Place>> places_;
    std::vector<Entry> entries_;
    std::vector<Member> members_;
    std::vector<Refused> refused_;
};

}  // namespace

std::shared_ptr<Place> join(std::vector<std::shared_ptr<Place>> places) {
    if (places.size() == 1) return places[0];
    auto whole = std::make_shared<JoinedPlace>(true);
    for (std::size_t i = 0; i < places.size(); ++i)
        whole->add(std::move(places[i]), std::to_string(i + 1) + "/", {});
    whole->finish();
    return whole;
}

std::shared_ptr<Place> without(std::shared_ptr<Place> place, const std::vector<std::string>& names) {
    const auto& members = place->members();
    if (std::none_of(members.begin(), members.end(), [&](const Member& m) { return is_in(names, m.name); }))
        return place;
    auto rest = std::make_shared<JoinedPlace>(place->joined());
    rest->add(std::move(place), "", names);
    rest->finish();
    return rest;
}

}  // namespace gpswitch::archive
