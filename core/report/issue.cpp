#include "core/report/issue.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace gpswitch {

std::string_view to_text(Severity s) {
    switch (s) {
        case Severity::information: return "information";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
        case Severity::fatal: return "fatal";
    }
    return "fatal";
}

std::string json_quote(std::string_view s) {
    // Nearly all that is quoted are codes, paths and plain words, millions of times in a long run.
    bool plain = true;
    for (const char c : s) plain = plain && c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
    if (plain) {
        std::string out;
        out.reserve(s.size() + 2);
        out += '"';
        out += s;
        out += '"';
        return out;
    }
    return nlohmann::json(s).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Issue::address() const {
    std::string out = member;
    if (line != 0) out += fmt::format(":{}", line);
    if (line != 0 && column != 0) out += fmt::format(":{}", column);
    return out;
}

std::string Issue::text() const {
    std::string out = address();
    if (!out.empty()) out += ": ";
    out += fmt::format("{} {}: {}", to_text(severity), code, message);
    if (!source.empty()) out += fmt::format(" [{}]", source);
    if (!resource.empty() || !path.empty())
        out += fmt::format(" [{}{}{}]", resource, resource.empty() || path.empty() ? "" : " ", path);
    if (!hint.empty()) out += fmt::format(" ({})", hint);
    return out;
}

std::string Issue::json() const {
    std::string out = fmt::format(R"({{"severity":"{}","code":{},"member":{})", to_text(severity),
                                  json_quote(code), json_quote(member));
    if (line != 0) out += fmt::format(R"(,"line":{})", line);
    if (column != 0) out += fmt::format(R"(,"column":{})", column);
    if (!resource.empty()) out += R"(,"resource":)" + json_quote(resource);
    if (!path.empty()) out += R"(,"path":)" + json_quote(path);
    if (!source.empty()) out += R"(,"source":)" + json_quote(source);
    out += R"(,"message":)" + json_quote(message);
    if (!hint.empty()) out += R"(,"hint":)" + json_quote(hint);
    return out + "}";
}

}  // namespace gpswitch
