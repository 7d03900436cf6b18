#pragma once
#include <string>
#include <vector>

#include "core/record/system.hpp"

namespace gpswitch::systems {

/// Every system, in the order they are tried and listed. Adding one: a folder, and a line in all.cpp.
const std::vector<const record::System*>& all();
/// By name; nullptr when there is none.
const record::System* find(std::string_view name);

/// False when its place is no file, folder or archive (options, for one): nothing is opened for it, and
/// SourceOptions::files is empty.
bool place_is_file(const record::System& system);

/// A store that an interrupted import goes on in and a later one updates; any other target appears whole, and
/// is written afresh.
bool goes_on(const record::System& system);

/// "[system:]place" taken apart; `system` is nullptr when there is no prefix of a known system. A
/// Windows-like or relative path with a colon is not a prefix unless a system is called that.
struct Address {
    const record::System* system = nullptr;
    std::string place;
};
Address parse(const std::string& text);

/// The system that recognises the files. Throws InputError when none does (listing why not) or two are
/// equally sure (asking for the prefix).
const record::System& recognise(const archive::Place& files);

}  // namespace gpswitch::systems
