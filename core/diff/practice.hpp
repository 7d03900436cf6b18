#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/diff/judge.hpp"
#include "core/diff/middle.hpp"
#include "core/json/json.hpp"

namespace gpswitch::diff {

/// Pairs practice-wide entities by type and id as they come, from both sides in any order: one waits (as
/// JSON, some hundred bytes) until its partner comes; one with another id is found by who refers to both, or
/// by its own identifiers, name or time. What nobody referred to is looked at as well
/// (leftovers).
class Practice {
  public:
    Practice(const Judge& judge, const Options& options, Totals& totals, Predictions& of_before,
             Predictions& of_after)
        : judge_(judge), options_(options), totals_(totals), foreseen_{of_before, of_after} {
        links_.contradict = [this](std::string_view a, std::string_view b) { return contradict(a, b); };
    }

    /// Finds what the record needs and has not been asked for on this side; and takes the practice-wide
    /// entities that stand in the record itself.
    void follow(const Side& side, bool before, const record::Record& record);
    /// Everything that is left on this side. Entities of no known patient are compared here too.
    void leftovers(const Side& side, bool before);
    /// Takes what the record that lies between asks for: who is who by way of it.
    void between(Middle& middle, const record::Record& record);
    /// The same of everything that is left there.
    void leftovers_between(Middle& middle);
    /// Pairs of entities whose ids differ, as references have shown them.
    Links& links() { return links_; }
    /// The differences, by type and id.
    std::vector<Difference> finish();

  private:
    /// Takes what the record asks for and nobody has asked for before, with what that needs.
    void needs(const Side& side, bool before, const record::Record& record);
    using Key = std::pair<record::EntityKind, std::string>;
    struct Half {
        std::set<Key> asked, seen;
        std::multimap<Key, std::string> waiting;
        /// "Organization/a": what tells it from others whatever its id (natural_key); and key_uuid.
        std::map<std::string, std::string, std::less<>> natural;
        std::map<Key, std::string> keys;
        /// What a row's key was made of, or is (key_forms): the id. Empty id: of several.
        std::map<Key, std::string> forms;
    };
    struct Bridge {
        record::EntityKind kind;
        std::string id;
        std::vector<std::string> forms;
        bool before = false, after = false;  ///< found there
    };
    void bridge(const Middle& middle, Bridge& b);
    /// The entity with one of these keys; empty when there is none.
    static std::string with_key(const Half& half, const Bridge& b);
    void held(const record::Record& record);
    void ask(bool before, const record::Record& record);
    void take(bool before, const record::Item& item, bool again_is_double);
    void compare(const Key& key, const std::string& before, const std::string& after);
    bool contradict(std::string_view before, std::string_view after) const;
    /// Pairs it at once when its key shows which of the other side it is.
    void pair_by_key(bool before, const record::Item& item);
    /// Pairs what is left by links, and by what tells one from another.
    void pair_linked();
    void pair_keys();
    void pair_natural();
    void unreferred(const Key& key, bool before, Difference& d) const;
    void pair_waiting(const Key& before, const Key& after);
    record::Entity& parse(const Key& key, const std::string& text, record::Record& into);

    const Judge& judge_;
    const Options& options_;
    Totals& totals_;
    struct {
        Predictions &before, &after;
    } foreseen_;
    Links links_;
    Half halves_[2];  ///< BEFORE, AFTER
    std::set<Key> asked_between_;
    std::vector<Bridge> bridges_;
    const Middle* middle_ = nullptr;
    std::vector<Difference> differences_;
    json::Parser parser_;
};

}  // namespace gpswitch::diff
