// What lies in a place: bundles, files that cannot be read, and files that are none of ours.
#include <algorithm>

#include "core/archive/unpack.hpp"
#include "core/system/gpconnect/index.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::gpconnect {

using json::Value;

namespace {

// A copy under held/ of what is larger would be no help to anyone: the file itself is there.
constexpr std::uint64_t kKept = std::uint64_t{64} << 20;

// The offset of the first line that is not UTF-8.
std::uint64_t not_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        if (!valid_utf8(text.substr(at, end - at))) break;
        at = end + 1;
    }
    return at;
}

bool is_utf16(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
    return bytes.size() >= 2 &&
           ((bytes[0] == '{' && bytes[1] == '\0') || (bytes[0] == '\0' && bytes[1] == '{'));
}

void note(Index& index, Severity severity, const char* code, const std::string& member, std::string message,
          std::string hint = {}) {
    Issue i;
    i.severity = severity;
    i.code = code;
    i.member = member;
    i.message = std::move(message);
    i.hint = std::move(hint);
    index.issues.push_back(std::move(i));
}

// FHIR can be written in XML too, and a record in it is not read.
bool is_fhir_xml(std::string_view bytes) {
    return trim(bytes.substr(0, 4096)).starts_with('<') &&
           bytes.substr(0, 4096).find("http://hl7.org/fhir") != std::string_view::npos;
}

}  // namespace

void add_fault(const archive::Place& place, std::size_t member, Index& index, const char* rule,
               const char* code, std::uint64_t line, std::uint64_t column, std::string message,
               std::string hint) {
    const archive::Member& info = place.members()[member];
    Fault f;
    f.member = member;
    f.slot = index.faults.size();
    f.readable = info.size <= kKept;
    f.rule = rule;
    f.issue.severity = Severity::error;
    f.issue.code = code;
    f.issue.member = info.origin;
    f.issue.line = line;
    f.issue.column = column;
    f.issue.message = std::move(message);
    f.issue.hint = std::move(hint);
    index.faults.push_back(std::move(f));
}

const Value* parse_or_fault(const archive::Place& place, std::size_t member, Index& index,
                            json::Parser& parser, Arena& arena, std::string_view text, std::uint64_t base) {
    json::Error error;
    const Value* v = parser.parse(text, arena, error);
    if (v != nullptr) return v;
    const std::string_view whole = place.bytes(member);
    const Lines lines(whole);
    std::uint64_t at = std::min<std::uint64_t>(base + error.offset, whole.size());
    if (!valid_utf8(text))
        at = std::min<std::uint64_t>(base + not_utf8(text), whole.size());  // the parser does not say where
    add_fault(place, member, index, "unreadable-file", "GPC-MEM-003", lines.line(at), lines.column(at),
              "cannot be read as JSON: " + error.message,
              "ask for the file again, or take it out of the folder");
    return nullptr;
}

bool read_member(const archive::Place& place, std::size_t m, Index& index, json::Parser& parser, Arena& arena,
                 MemberText& out) {
    const archive::Member& info = place.members()[m];
    const auto fault = [&](const char* message, const char* hint) {
        add_fault(place, m, index, "unreadable-file", "GPC-MEM-003", 1, 1, message, hint);
        return false;
    };
    try {
        out.bytes = place.bytes(m);
    } catch (const InputError&) {
        fault("cannot be opened", "see to it that it can be read, or take it out of the folder");
        index.faults.back().readable = false;
        return false;
    }
    if (archive::kind_of(out.bytes) != archive::Kind::plain) {
        note(index, Severity::error, "GPC-MEM-004", info.origin, "an archive within the place: not opened",
             "unpack it, and give the folder it makes");
        return false;
    }
    const bool called_json = lower(info.name).ends_with(".json");
    const std::string_view body = body_of(out.bytes);
    if (is_utf16(out.bytes))
        return fault("is written in UTF-16; JSON is UTF-8",
                     "convert it (iconv -f UTF-16 -t UTF-8) and give the result");
    if (is_fhir_xml(body))
        return fault("is FHIR in XML, and only FHIR in JSON is read",
                     "ask for the record as application/fhir+json");
    if (called_json && trim(body).empty()) return fault("is empty", "ask for the file again");
    if (!looks_like_json(body) && !called_json) {
        note(index, Severity::information, "GPC-MEM-001", info.origin, "not JSON: left out");
        return false;
    }
    index.census.inputs.push_back({info.name, {}, out.bytes.size()});
    arena.clear();
    const auto base = static_cast<std::uint64_t>(body.data() - out.bytes.data());
    std::string boxed;  // the parser takes no bare string
    std::string_view text = body;
    if (trim(body).starts_with('"')) text = boxed = "[" + std::string(body) + "]";
    json::Error error;
    if (!called_json && !trim(body).starts_with('{') && parser.parse(text, arena, error) == nullptr) {
        note(index, Severity::information, "GPC-MEM-001", info.origin, "not JSON: left out");
        index.census.inputs.pop_back();
        return false;
    }
    const Value* document = parse_or_fault(place, m, index, parser, arena, text, base);
    if (document == nullptr) return false;
    out.bundles = find_bundles(*document, text, base);
    if (!boxed.empty())
        for (Extent& e : out.bundles) --e.offset;
    if (!out.bundles.empty()) return true;
    if (holds_resource(*document))
        add_fault(place, m, index, "no-bundle", "GPC-MEM-002", 1, 1,
                  "resources that stand in no bundle: held back",
                  "ask for the patient's record as one bundle");
    else
        note(index, Severity::warning, "GPC-MEM-002", info.origin, "JSON without a bundle: left out");
    return false;
}

}  // namespace gpswitch::gpconnect
