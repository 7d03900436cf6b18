#include <algorithm>

#include "core/profile/table_loader.hpp"

namespace gpswitch::profile {

std::string_view undone(std::string_view f, std::deque<std::string>& kept) {
    if (f.find('\\') == std::string_view::npos) return f;
    std::string out;
    for (std::size_t i = 0; i < f.size(); ++i) {
        if (f[i] != '\\' || i + 1 == f.size()) {
            out += f[i];
            continue;
        }
        const char c = f[++i];
        out += c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c;
    }
    return kept.emplace_back(std::move(out));
}

const std::vector<std::pair<std::string_view, std::string_view>>& CodeSet::all() const {
    std::call_once(once_, [this] {
        std::string_view system;
        for (std::string_view rest = lines; !rest.empty();) {
            std::string_view line = cut(rest, '\n');
            const bool goes_on = line.starts_with("  ");
            std::string_view first = cut(line, '\t');
            if (!goes_on) system = undone(first.substr(1), kept_);
            while (!line.empty()) codes_.emplace_back(undone(cut(line, '\t'), kept_), system);
        }
        std::sort(codes_.begin(), codes_.end());
    });
    return codes_;
}

bool CodeSet::has(std::string_view system, std::string_view code) const {
    return std::binary_search(all().begin(), all().end(), std::pair(code, system));
}

bool CodeSet::has(std::string_view code) const {
    const auto at = std::lower_bound(all().begin(), all().end(), std::pair(code, std::string_view{}));
    return at != all().end() && at->first == code;
}

}  // namespace gpswitch::profile
