#include "core/system/synthetic/tables.hpp"

#include <charconv>
#include <stdexcept>

#include "core/csv/csv.hpp"
#include "core/system/synthetic/embedded.hpp"

namespace gpswitch::synthetic {
namespace {

using record::Text;

// Every row but the header. The files are our own: anything wrong with them is a defect.
template <class See>
void each_row(std::string_view text, std::size_t columns, Arena& arena, See see) {
    csv::Scanner scan(text);
    csv::RowSpan span;
    std::vector<std::string_view> cells;
    bool header = true;
    while (scan.next(span)) {
        if (csv::split(text.substr(span.offset, span.length), {}, arena, cells) != csv::State::good ||
            cells.size() != columns)
            throw std::logic_error("synthetic: a built-in table has a bad row");
        if (!header) see(cells);
        header = false;
    }
}

int to_int(std::string_view s) {
    int n = 0;
    std::from_chars(s.data(), s.data() + s.size(), n);
    return n;
}

}  // namespace

const Tables& Tables::get() {
    static const Tables tables;
    return tables;
}

Tables::Tables() {
    read_codes();
    read_words();
    read_fills();
}

void Tables::read_codes() {
    each_row(kCodesCsv, 13, arena_, [&](const auto& c) {
        Code code;
        const bool read = !c[5].empty();
        // Lists are given exactly their size: adding to a copy moves it and leaves this one alone.
        const std::uint32_t n = read ? 2 : 1;
        auto* codings =
            static_cast<record::Coding*>(arena_.take(sizeof(record::Coding) * n, alignof(record::Coding)));
        codings[0] = {c[1], {}, c[2], c[3], {}, c[4], {}};
        if (read) codings[1] = {"http://read.info/readv2", {}, c[5], c[3], {}, {}, {}};
        code.concept_.coding = {codings, n, n};
        code.concept_.text = code.display = c[3];
        code.low = to_int(c[6]), code.high = to_int(c[7]), code.places = to_int(c[8]);
        code.unit = c[9], code.range_low = c[10], code.range_high = c[11], code.category = c[12];
        codes_[c[0]].push_back(code);
    });
}

void Tables::read_words() {
    each_row(kWordsCsv, 2, arena_, [&](const auto& c) { words_[c[0]].push_back(c[1]); });
}

void Tables::read_fills() {
    each_row(kFillCsv, 2, arena_, [&](const auto& c) { fills_[c[0]] = c[1]; });
}

const std::vector<Code>& Tables::codes(std::string_view list) const { return codes_.at(list); }

const Code& Tables::code(std::string_view list, Random& random) const {
    const auto& all = codes_.at(list);
    return all[random.below(static_cast<std::uint32_t>(all.size()))];
}

Text Tables::word(std::string_view list, Random& random) const {
    const auto& all = words_.at(list);
    return all[random.below(static_cast<std::uint32_t>(all.size()))];
}

const Text* Tables::fill(std::string_view path) const {
    const auto it = fills_.find(path);
    return it == fills_.end() ? nullptr : &it->second;
}

}  // namespace gpswitch::synthetic
