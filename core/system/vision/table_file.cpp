#include "core/system/vision/table_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/util/error.hpp"
#include "core/util/windows1252.hpp"

namespace gpswitch::vision {
namespace {

constexpr std::size_t kSample = 200;  // rows that show what layout a file has

bool is_action(Text cell) {
    cell = trim(cell);
    return cell.size() == 1 && Text("IUDiud").find(cell.front()) != Text::npos;
}

std::vector<int> places(const Shape& shape) {
    std::vector<int> out;
    for (const Text column : shape.test) out.push_back(position(shape.tab, column));
    return out;
}

int file_position(const Shape& shape, int column, bool test_pack) {
    if (!test_pack || column < 0) return column;
    for (std::size_t i = 0; i < shape.test.size(); ++i)
        if (shape.test[i] == shape.columns[static_cast<std::size_t>(column)]) return static_cast<int>(i);
    return -1;
}

}  // namespace

std::pair<std::size_t, std::size_t> TableFile::slots_of(std::uint64_t patient, std::size_t from) const {
    auto begin = rows.begin() + static_cast<std::ptrdiff_t>(std::min(from, rows.size()));
    // Patients are mostly asked for in order: the next one begins where the last one ended.
    if (begin == rows.end() || begin != rows.begin()) {
        const bool after = begin != rows.end() && *begin >> 40 >= patient;
        const bool before = begin == rows.begin() || *(begin - 1) >> 40 < patient;
        if (!after || !before) begin = std::lower_bound(rows.begin(), rows.end(), patient << 40);
    } else if (*begin >> 40 < patient) {
        begin = std::lower_bound(begin, rows.end(), patient << 40);
    }
    auto end = begin;
    if (patient == kNobody) return {begin - rows.begin(), rows.size()};
    while (end != rows.end() && *end >> 40 == patient) ++end;
    return {begin - rows.begin(), end - rows.begin()};
}

std::size_t TableFile::part_at(std::uint64_t address) const {
    if (parts.size() == 1) return 0;
    const auto after = std::upper_bound(parts.begin(), parts.end(), address,
                                        [](std::uint64_t a, const Part& p) { return a < p.base; });
    return static_cast<std::size_t>(after - parts.begin()) - 1;
}

std::uint64_t TableFile::line(std::size_t slot) const {
    const Part& p = part_of(slot);
    return p.lines.line_of(offset(slot) - p.base);
}

std::uint64_t TableFile::bytes() const {
    std::uint64_t n = 0;
    for (const Part& p : parts) n += p.bytes.size();
    return n;
}

void TableFile::add(Part p) {
    const auto fail = [&](const std::string& what, const char* hint) {
        throw InputError(p.origin + ": " + what, hint);
    };
    if (p.bytes.starts_with("\xFF\xFE") || p.bytes.starts_with("\xFE\xFF"))
        fail("the file is UTF-16; an extract is UTF-8 or Windows-1252", "ask for the file again");
    if (!parts.empty()) p.base = parts.back().base + parts.back().bytes.size() + 1;
    if (p.base + p.bytes.size() > kOffset) fail("more than a terabyte for one table", "");
    p.lines = csv::LineIndex(p.bytes);
    p.utf8 = valid_utf8(p.bytes);
    if (shape != nullptr) {
        csv::Scanner scan(p.bytes);
        csv::RowSpan span;
        Arena arena;
        std::vector<Text> cells;
        std::unordered_map<std::size_t, std::size_t> counts;
        std::size_t rows_seen = 0, live = 0, test = 0, live_actions = 0, test_actions = 0, other = 0;
        while (rows_seen < kSample && scan.next(span)) {
            ++rows_seen;
            const auto state = csv::split(p.bytes.substr(span.offset, span.length), {}, arena, cells);
            if (state != csv::State::good && state != csv::State::not_utf8) continue;
            ++counts[cells.size()];
            const auto good = [&](bool pack) {
                const int at = file_position(*shape, shape->action, pack);
                return at < 0 || is_action(cells[static_cast<std::size_t>(at)]);
            };
            if (cells.size() == shape->live) {
                ++live;
                live_actions += good(false) ? 1 : 0;
            } else if (!shape->test.empty() && cells.size() == shape->test.size()) {
                ++test;
                test_actions += good(true) ? 1 : 0;
            } else {
                other = std::max(other, counts[cells.size()]);
            }
        }
        const bool pack = p.test_pack || test > live;
        const std::size_t best = pack ? std::max(test, live) : live;
        if (rows_seen > 0 && (best == 0 || other > best)) {
            std::size_t count = 0;
            for (const auto& [n, times] : counts)
                if (times == other) count = n;
            fail(fmt::format("its rows have {} columns: a {} file has {}{}", count, name, shape->live,
                             shape->test.empty() || shape->test.size() == shape->live
                                 ? ""
                                 : fmt::format(" (test pack: {})", shape->test.size())),
                 "without a header a column more or less shifts the rest: ask the supplier what has changed");
        }
        // A column taken out and another put in leave the number as it was.
        const std::size_t actions = pack && test > 0 ? test_actions : live_actions;
        if (shape->action >= 0 && rows_seen > 0 && actions * 2 < best)
            fail(
                fmt::format("most rows have none of I, U and D where ACTION stands: the columns of a {} file "
                            "are other ones",
                            name),
                "ask the supplier what has changed");
        p.test_pack = pack;
        p.columns = pack && !shape->test.empty() ? shape->test.size() : shape->live;
        if (pack) p.place = places(*shape);
    }
    parts.push_back(std::move(p));
}

void TableFile::check_action(RowText& out) const {
    if (shape->action < 0 || out.bad != nullptr || is_action(out.cell(shape->action))) return;
    out.bad = "ACTION is none of I, U and D: its columns may have shifted";
}

void TableFile::read_at(std::uint64_t address, Arena& arena, RowText& out) const {
    const Part& part = parts[part_at(address)];
    out.undefined = false;
    out.bad = nullptr;
    const bool plain =
        shape != nullptr && part.place.empty() && (broken.empty() || !broken.contains(address));
    if (plain) {
        out.cells = static_cast<Text*>(arena.take(sizeof(Text) * part.columns, alignof(Text)));
        csv::Cells cells{out.cells, static_cast<std::uint32_t>(part.columns)};
        std::size_t length = 0;
        const Text from = part.bytes.substr(address - part.base);
        if (csv::read_row(from, cells, length) && cells.size == part.columns &&
            (cells.ascii || part.utf8 || valid_utf8(from.substr(0, length)))) {
            out.raw = from.substr(0, length);
            out.count = cells.size;
            out.filled = cells.filled[0];
            out.lines = cells.one_line ? 1 : 1 + csv::LineIndex::count(out.raw);
            std::size_t end = length;
            if (end < from.size() && from[end] == '\r') ++end;
            if (end < from.size() && from[end] == '\n') ++end;
            out.next = end < from.size() && end != length && from[end] != '\r' && from[end] != '\n'
                           ? address + end
                           : 0;
            return check_action(out);
        }
    }
    slow_read(part, address, arena, out);
}

void TableFile::slow_read(const Part& part, std::uint64_t address, Arena& arena, RowText& out) const {
    csv::RowSpan span;
    const auto it = broken.find(address);
    const Text from = part.bytes.substr(address - part.base);
    std::size_t length = 0;
    if (it != broken.end()) {
        span = it->second;
        length = span.length;
    } else {
        csv::TableScanner(from, {}, part.columns, false).next(span);
        length = span.offset + span.length;  // a mark of UTF-8 in the middle of a file is a part of its row
    }
    const Text bytes = from.substr(0, length);
    out.raw = valid_utf8(bytes) || bytes.find('\0') != Text::npos
                  ? bytes
                  : from_windows1252(bytes, arena, out.undefined);
    std::vector<Text> cells;
    csv::State state = it == broken.end() ? csv::State::good : span.state;
    const csv::State split = csv::split(out.raw, {}, arena, cells);
    if (state == csv::State::good) state = split;
    if (state == csv::State::not_utf8) out.bad = "neither UTF-8 nor Windows-1252";
    if (state == csv::State::nul) out.bad = "a NUL byte";
    if (state == csv::State::unterminated_quote) out.bad = "a quote that is not closed";
    if (state == csv::State::text_after_quote) out.bad = "text after a closing quote";
    if (shape != nullptr && out.bad == nullptr && cells.size() < part.columns) out.bad = "too few fields";
    if (shape != nullptr && out.bad == nullptr && cells.size() > part.columns) out.bad = "too many fields";
    const bool move = out.bad == nullptr && !part.place.empty();
    out.count = static_cast<std::uint32_t>(move ? shape->columns.size() : cells.size());
    out.cells = static_cast<Text*>(arena.take(sizeof(Text) * (out.count + 1), alignof(Text)));
    std::fill_n(out.cells, out.count, Text{});
    for (std::size_t i = 0; i < cells.size(); ++i)
        out.cells[move ? static_cast<std::size_t>(part.place[i]) : i] = cells[i];
    out.filled = 0;
    for (std::uint32_t i = 0; i < out.count && i < 64; ++i)
        if (!out.cells[i].empty()) out.filled |= std::uint64_t{1} << i;
    out.lines = 1 + csv::LineIndex::count(out.raw);
    out.next = 0;
    if (shape != nullptr) check_action(out);
}

}  // namespace gpswitch::vision
