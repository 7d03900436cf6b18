#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

/// Which practice-wide entity of BEFORE is which of AFTER's, where their ids differ: found out by the
/// references of entities that are paired already, one to one. Whether the two are the same in what they hold
/// is compared when both sides have been read.
namespace gpswitch::diff {

class Links {
  public:
    /// The two can't be one: asked before a pair is made. May be empty.
    std::function<bool(std::string_view before, std::string_view after)> contradict;

    /// "Practitioner/a" of BEFORE is "Practitioner/b" of AFTER: known, or believed from now on.
    /// `sure`: a key says so, whatever they are called.
    bool same(std::string_view before, std::string_view after, bool sure = false) {
        const auto known = to_.find(before);
        if (known != to_.end()) return known->second == after;
        if (from_.find(after) != from_.end()) return false;
        if (!sure && contradict && contradict(before, after)) return false;
        to_.emplace(before, after);
        from_.emplace(after, before);
        return true;
    }
    /// Empty: not known.
    std::string_view after(std::string_view before) const {
        const auto known = to_.find(before);
        return known == to_.end() ? std::string_view() : known->second;
    }
    bool taken(std::string_view after) const { return from_.find(after) != from_.end(); }
    const std::map<std::string, std::string, std::less<>>& all() const { return to_; }

  private:
    std::map<std::string, std::string, std::less<>> to_, from_;
};

}  // namespace gpswitch::diff
