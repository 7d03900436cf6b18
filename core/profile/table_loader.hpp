#pragma once
#include <algorithm>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/profile/table.hpp"

namespace gpswitch::profile {

/// `f` with its escapes undone, in `kept` when there are any.
std::string_view undone(std::string_view f, std::deque<std::string>& kept);

/// What `s` has before `at`, which is taken off it with the mark itself.
inline std::string_view cut(std::string_view& s, char at) {
    const std::size_t i = std::min(s.find(at), s.size());
    const std::string_view out = s.substr(0, i);
    s.remove_prefix(std::min(i + 1, s.size()));
    return out;
}

/// Reads the table in one pass; what refers to something further down is settled at the end.
class Loader {
  public:
    Loader(Table& table, std::string_view text, const std::string& name)
        : t_(table), text_(text), rest_(text), name_(name) {}
    void run();

  private:
    struct Line {
        std::size_t depth = 0;
        std::string_view head, fields;
    };
    [[noreturn]] void fail(const std::string& what) const;
    bool next(Line& line);
    std::string_view plain(std::string_view field);
    void check_hash();
    void read_types();
    void section(const Line& line);
    void type(std::string_view fields);
    void profile(std::string_view fields);
    void value_set(std::string_view fields);
    void element(const Line& line, Rule& out, std::string_view source);
    void field(std::string_view f, Rule& out);
    void read_type_uses(std::string_view f, Rule& out);
    const Expression* expression(std::string_view text, std::string_view& reason);
    void check(const Line& line, std::vector<Check>& out, std::string_view source);
    void test(std::string_view f, Rule& out);
    TypeId type_id(std::string_view name);
    const CodeSet* set(std::string_view url) { return &t_.sets_[url]; }
    const json::Value* value(std::string_view json);
    void children(std::vector<Rule>& into, std::vector<Check>& checks, std::size_t depth,
                  std::string_view source, const std::string& path, bool defined);
    void finish();
    void slots(Shape& shape);
    void settle_profile(Rule& rule);
    Atom stem(std::string_view label, bool& choice);

    Table& t_;
    std::string_view text_, rest_;
    const std::string& name_;
    std::size_t line_ = 0;
    Line held_;
    bool has_held_ = false;
    json::Parser parser_;
    std::unordered_map<std::string_view, Shape*> by_path_;
    std::vector<std::pair<std::string_view, std::string_view>> default_urls_;
};

}  // namespace gpswitch::profile
