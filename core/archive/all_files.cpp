#include "core/archive/all_files.hpp"

#include <algorithm>
#include <array>

#include "core/archive/nested.hpp"
#include "core/archive/unpack.hpp"
#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::archive {
namespace {

constexpr std::size_t kMostDeep = 4;
constexpr std::array<std::string_view, 14> kUnopenable = {".gpg", ".pgp", ".asc",  ".bz2", ".rar",
                                                          ".lz",  ".lz4", ".lzma", ".z",   ".br",
                                                          ".cab", ".arj", ".lzh",  ".zipx"};

void walk(AllFiles& out, std::size_t at, const std::string& prefix, std::size_t depth) {
    const std::shared_ptr<Place> place = out.archives[at].place;
    for (std::size_t m = 0; m < place->members().size(); ++m) {
        const Member& member = place->members()[m];
        if (!is_packed(*place, m)) {
            out.files.push_back({place.get(), m, prefix + member.name, at});
            continue;
        }
        if (depth == kMostDeep)
            throw InputError(member.origin + ": an archive in more archives than are opened",
                             "unpack it first: nobody packs an extract so deep");
        out.archives.push_back({open_member(*place, m), member.origin, at});
        walk(out, out.archives.size() - 1, prefix + member.name + "!", depth + 1);
    }
}

}  // namespace

bool is_packed(const Place& place, std::size_t member) { return kind_of(place.bytes(member)) != Kind::plain; }

bool named_unopenable(std::string_view name) {
    const std::string folded = lower(name);
    for (const std::string_view suffix : kUnopenable)
        if (folded.ends_with(suffix)) return true;
    return false;
}

std::string_view unpacked_name(std::string_view name) { return name.substr(0, name.rfind('.')); }

AllFiles all_files(std::shared_ptr<Place> place) {
    AllFiles out;
    out.archives.push_back({std::move(place), {}, 0});
    walk(out, 0, {}, 0);
    return out;
}

AllFiles all_files(const Place& place, std::size_t member) {
    AllFiles out;
    out.archives.push_back({open_member(place, member), place.members()[member].origin, 0});
    walk(out, 0, place.members()[member].name + "!", 1);
    return out;
}

void refuse_packed(const Place& place, std::size_t member,
                   const std::function<bool(std::string_view)>& ours) {
    const Member& m = place.members()[member];
    if (named_unopenable(m.name)) {
        const std::string_view plain = unpacked_name(m.name);
        if (std::ranges::any_of(place.members(), [&](const Member& o) { return o.name == plain; })) return;
        throw InputError(m.origin + ": packed or encrypted in a way that is not opened here",
                         "unpack or decrypt it first, and give the result");
    }
    if (!is_packed(place, member)) return;
    for (const FoundFile& f : all_files(place, member).files)
        if (ours(f.info().name))
            throw InputError(f.info().origin + ": a file of an extract in an archive that lies in the place",
                             "unpack the archive first, or take it out: nothing in it would be read");
}

}  // namespace gpswitch::archive
