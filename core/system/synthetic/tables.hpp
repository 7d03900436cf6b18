#pragma once
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/record/parts.hpp"
#include "core/system/synthetic/random.hpp"

/// The words and codes that synthetic records are made of: codes.csv, words.csv and fill.csv of this folder,
/// compiled into the program. Read once; immutable and thread-safe afterwards; what is given out lives as
/// long as the program.
namespace gpswitch::synthetic {

/// A row of codes.csv.
struct Code {
    record::Concept concept_;  ///< the code, its Read code where there is one, and the term as text
    record::Text display, unit, range_low, range_high, category;
    int low = 0, high = 0, places = 0;  ///< of a value; low == high: it has none
};

class Tables {
  public:
    static const Tables& get();

    /// Of this list, which must have rows (a defect otherwise).
    const std::vector<Code>& codes(std::string_view list) const;
    const Code& code(std::string_view list, Random& random) const;
    record::Text word(std::string_view list, Random& random) const;
    /// fill.csv: the value of "Type.field"; nullptr when it has no row.
    const record::Text* fill(std::string_view path) const;
    std::size_t fills() const { return fills_.size(); }

  private:
    Tables();
    void read_codes();
    void read_words();
    void read_fills();
    Arena arena_;
    std::unordered_map<std::string_view, std::vector<Code>> codes_;
    std::unordered_map<std::string_view, std::vector<record::Text>> words_;
    std::unordered_map<std::string_view, record::Text> fills_;
};

}  // namespace gpswitch::synthetic
