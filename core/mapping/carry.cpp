#include "core/mapping/carry.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "core/io/file.hpp"
#include "core/mapping/table_file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::mapping {
namespace {

constexpr Text kFile = "carry.csv";
constexpr std::string_view kHow[] = {"lost", "order", "words",      "changed",
                                     "made", "label", "unreferred", "absent"};

std::optional<Carry::How> how_of(Text word) {
    for (std::size_t i = 1; i < std::size(kHow); ++i)
        if (kHow[i] == word) return static_cast<Carry::How>(i);
    return std::nullopt;
}

bool has_path(const record::Type& type, Text dotted) {
    const record::Type* here = &type;
    while (true) {
        const std::size_t dot = dotted.find('.');
        const Field* f = here == nullptr ? nullptr : here->find(dotted.substr(0, dot));
        if (f == nullptr) return false;
        if (dot == Text::npos) return true;
        here = f->type;
        dotted.remove_prefix(dot + 1);
    }
}

/// What is wrong with the column "to"; nullptr: nothing.
const char* wrong_to(Carry::How how, Text field, Text to) {
    switch (how) {
        case Carry::How::label: return to.empty() ? "\"to\" names the label that is left" : nullptr;
        case Carry::How::changed:
            if (to.empty())
                return "\"to\" says what it may have become: words with | between, =day, =words, =code or "
                       "=beside";
            return !to.starts_with('=') || to == "=day" || to == "=words" || to == "=code" || to == "=beside"
                       ? nullptr
                       : "\"to\" names no relation: =day, =words, =code or =beside";
        case Carry::How::made:
            if (!field.empty()) break;
            return record::kind_of(to) || has_path(record::type_of(EntityKind::Patient), to)
                       ? nullptr
                       : "\"to\" names the field of the patient whose code it repeats, or a type";
        default: break;
    }
    return to.empty() ? nullptr : "\"to\" is for labels, changes and whole entries that are made";
}

bool known(Text entity, Text field) {
    if (entity != "*") {
        const auto kind = record::kind_of(entity);
        return kind && (field.empty() || has_path(record::type_of(*kind), field));
    }
    for (std::size_t k = 0; k < record::kEntityKinds && !field.empty(); ++k)
        if (has_path(record::type_of(static_cast<EntityKind>(k)), field)) return true;
    return false;
}

bool nobodys(Text entity, Text field) {
    const auto kind = record::kind_of(entity);
    return field.empty() && kind && record::practice_wide(*kind);
}

std::vector<Carry> read(const MappingSet& set, detail::Problems& problems) {
    std::vector<Carry> out;
    if (!io::exists(set.folder() + "/" + std::string(kFile))) return out;
    Arena arena;
    std::set<std::string> seen;
    for (const detail::TableRow& row :
         detail::read_table(set.folder(), kFile, {"entity", "field", "how", "to", "why"}, arena, problems)) {
        const auto& c = row.cells;
        const auto how = how_of(c[2]);
        if (!known(c[0], c[1]))
            problems.add(kFile, row.line,
                         fmt::format("there is no {}{}{}", c[0], c[1].empty() ? "" : ".", c[1]));
        else if (!how)
            problems.add(
                kFile, row.line,
                c[2] == "lost" || c[2] == "some"
                    ? std::string("what is not written the target foresees of each entry: no row for it")
                    : fmt::format("how is \"{}\"", c[2]));
        else if (c[4].empty())
            problems.add(kFile, row.line, "a reason is needed");
        else if (const char* wrong = wrong_to(*how, c[1], c[3]))
            problems.add(kFile, row.line, wrong);
        else if (*how == Carry::How::label && c[1] != "meta.security")
            problems.add(kFile, row.line, "labels stand in meta.security");
        else if (*how == Carry::How::unreferred && !nobodys(c[0], c[1]))
            problems.add(kFile, row.line, "only whole practice-wide entries are read when referred to");
        else if (!seen.insert(fmt::format("{}.{} {} {}", c[0], c[1], c[2], c[3])).second)
            problems.add(kFile, row.line, "says the same as an earlier row");
        else
            out.push_back(
                {std::string(c[0]), std::string(c[1]), std::string(c[3]), std::string(c[4]), *how, row.line});
    }
    return out;
}

}  // namespace

std::string_view to_text(Carry::How how) { return kHow[static_cast<std::size_t>(how)]; }

std::vector<Carry> load_carry(const MappingSet& set) {
    detail::Problems problems;
    auto out = read(set, problems);
    if (problems.list.empty()) return out;
    const Problem& p = problems.list.front();
    throw MappingError(fmt::format("{}/{}:{}: {}", set.folder(), p.file, p.line, p.message));
}

std::vector<Problem> check_carry(const MappingSet& set) {
    detail::Problems problems;
    read(set, problems);
    return std::move(problems.list);
}

}  // namespace gpswitch::mapping
