#include "core/system/vision/values.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/util/civil_time.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::vision {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool small(char c) { return c >= 'a' && c <= 'z'; }
bool alnum(char c) { return digit(c) || small(c) || (c >= 'A' && c <= 'Z'); }
bool digits(Text s) { return !s.empty() && std::all_of(s.begin(), s.end(), digit); }

/// Letters and digits, then dots up to five characters.
bool read_shape(Text s) {
    if (s.size() != 5 || !alnum(s.front())) return false;
    const std::size_t dot = std::min(s.find('.'), s.size());
    return std::all_of(s.begin(), s.begin() + static_cast<std::ptrdiff_t>(dot), alnum) &&
           s.find_first_not_of('.', dot) == Text::npos;
}

/// "asthm" has the shape of a code and is a word.
bool word(Text s) { return std::all_of(s.begin(), s.end(), small); }

}  // namespace

std::optional<FileName> file_name(Text path) {
    Text base = path.substr(path.rfind('/') + 1);
    if (base.size() < 4 || !same_ignoring_case(base.substr(base.size() - 4), ".csv")) return std::nullopt;
    base.remove_suffix(4);
    std::vector<Text> tokens;
    for (std::size_t from = 0; from <= base.size();) {
        const std::size_t end = std::min(base.find_first_of("-_", from), base.size());
        tokens.push_back(base.substr(from, end - from));
        from = end + 1;
    }
    if (tokens.size() < 7) return std::nullopt;
    const std::size_t n = tokens.size();
    const Text clock = tokens[n - 1];
    if (clock.size() != 6 || !digits(clock)) return std::nullopt;
    FileName out;
    const std::string day =
        std::string(tokens[n - 4]) + "-" + std::string(tokens[n - 3]) + "-" + std::string(tokens[n - 2]);
    const std::string time = std::string(clock.substr(0, 2)) + ":" + std::string(clock.substr(2, 2)) + ":" +
                             std::string(clock.substr(4));
    if (!civil_time::is_day(day) || !civil_time::is_time(time)) return std::nullopt;
    out.moment = day + " " + time;
    out.extract = upper(tokens[0]);
    if (std::ranges::find(kExtracts, out.extract) == kExtracts.end()) return std::nullopt;
    out.ods = tokens[1];
    for (std::size_t i = 2; i + 4 < n; ++i) out.type += (i == 2 ? "" : "_") + lower(tokens[i]);
    return out;
}

Day day_of(Text text, Arena& arena) {
    text = trim(text);
    if (text.size() != 8 || !digits(text)) return {};
    const Text year = text.substr(0, 4), month = text.substr(4, 2), day = text.substr(6);
    if (month == "00") {
        if (day != "00" || year < "1800" || year > "2199") return {};
        return {{}, year};
    }
    const bool some = day == "00";
    char* p = arena.text(10);
    std::memcpy(p, year.data(), 4);
    p[4] = p[7] = '-';
    std::memcpy(p + 5, month.data(), 2);
    std::memcpy(p + 8, some ? "01" : day.data(), 2);
    const Text full(p, 10);
    if (!civil_time::is_day(full)) return {};
    return some ? Day{{}, full.substr(0, 7)} : Day{full, {}};
}

Text time_of(Text text, Arena& arena) {
    text = trim(text);
    if (text == "9999") return {};
    if (text.size() != 4 || !digits(text)) return text;
    const Text clock = arena.join(text.substr(0, 2), ":", text.substr(2), ":00");
    return civil_time::is_time(clock) ? clock : text;
}

Text number_of(Text text, Arena& arena) {
    text = trim(text);
    if (text.empty() || is_decimal(text)) return text;
    Text rest = text;
    const bool minus = rest.front() == '-';
    if (minus || rest.front() == '+') rest.remove_prefix(1);
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    Text whole = rest.substr(0, dot);
    const Text part = rest.substr(std::min(dot + 1, rest.size()));
    if ((whole.empty() && part.empty()) || (!whole.empty() && !digits(whole)) ||
        (!part.empty() && !digits(part)))
        return {};
    while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
    return arena.join(minus ? "-" : "", whole.empty() ? Text("0") : whole, part.empty() ? "" : ".", part);
}

Code code_of(Text text) {
    text = trim(text);
    if (text.empty()) return {};
    if (text.size() == 7 && read_shape(text.substr(0, 5)) && digit(text[5]))
        return {Code::Kind::read, text.substr(0, 5), text.substr(5)};
    if (text.size() == 6 && read_shape(text.substr(0, 5)) && !word(text.substr(0, 5)))
        return {Code::Kind::read, text.substr(0, 5), text.substr(5)};
    if (text.size() == 5 && read_shape(text) && !word(text)) return {Code::Kind::read, text, {}};
    return {Code::Kind::words, text, {}};
}

Text stem(Text code) { return code.substr(0, std::min(code.find('.'), code.size())); }

Text staff_id(Text cell, Arena& arena) {
    cell = trim(cell);
    for (const Text word : {Text(":EXT_STAFF:"), Text(":STAFF:")}) {
        const std::size_t at = cell.find(word);
        if (at == Text::npos) continue;
        const bool outside = word.size() == 11;
        const std::size_t comma = outside ? cell.find(',') : cell.size();
        if (comma == Text::npos) return cell;
        const Text n = cell.substr(at + word.size(), comma - at - word.size());
        return arena.join(cell.substr(0, at), n);
    }
    return cell;
}

Text next_token(Text& list) {
    while (!list.empty()) {
        const std::size_t bar = std::min(list.find('|'), list.size());
        const Text token = trim(list.substr(0, bar));
        list.remove_prefix(std::min(bar + 1, list.size()));
        if (!token.empty()) return token;
    }
    return {};
}

Key key_of(Text text) {
    text = trim(text);
    if (text.empty()) return kNoKey;
    const bool number = text.size() <= 18 && digits(text) && (text.front() != '0' || text.size() == 1);
    if (number) {
        Key n = 0;
        for (const char c : text) n = n * 10 + static_cast<Key>(c - '0');
        return n + 1;
    }
    const UuidText u = uuid_v5({"key", text});
    Key k = 0;
    std::memcpy(&k, u.data(), 8);
    return k | Key{1} << 63;
}

}  // namespace gpswitch::vision
