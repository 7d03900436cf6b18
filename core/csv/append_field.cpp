#include <stdexcept>

#include "core/csv/csv.hpp"

namespace gpswitch::csv {

void append_field(std::string& out, std::string_view value, Dialect dialect, bool always_quote) {
    const char special[] = {dialect.separator, '\r', '\n', '"'};
    const std::size_t found = value.find_first_of(std::string_view(special, dialect.quotes ? 4 : 3));
    if (!dialect.quotes) {
        if (found != std::string_view::npos)
            throw std::logic_error("a value with a separator or line end cannot be written without quotes");
        out += value;
        return;
    }
    if (!always_quote && found == std::string_view::npos && !value.starts_with("\xEF\xBB\xBF")) {
        out += value;
        return;
    }
    out += '"';
    for (std::size_t at = 0;;) {
        const std::size_t quote = value.find('"', at);
        if (quote == std::string_view::npos) {
            out += value.substr(at);
            break;
        }
        out += value.substr(at, quote - at + 1);
        out += '"';
        at = quote + 1;
    }
    out += '"';
}

}  // namespace gpswitch::csv
