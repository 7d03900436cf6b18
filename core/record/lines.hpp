#pragma once
#include <functional>
#include <vector>

#include "core/record/system.hpp"

namespace gpswitch::record {

/// What a Source may be besides, when each of its entities is one line of text in standard codes. Lines that
/// are the same bytes are the same entity, and who looks for differences need not have them read.
struct Lines {
    struct Entry {
        EntityKind kind;
        Text text;
        /// Reading it may show that the whole patient must be held.
        bool grave;
    };
    /// The patient's lines, as the items of the record will be. False when the record will have anything else
    /// in it: a line that cannot be read, a patient who is held back. Thread-safe.
    virtual bool lines(std::uint32_t patient, std::vector<Entry>& out) const = 0;

    /// Says which lines of the nth patient asked for are left unread: resizes `passed` to the number of
    /// lines, or leaves it empty, for none.
    using Pass = std::function<void(std::size_t nth, std::vector<bool>& passed)>;
    /// As Source::read, without rows and items for the lines passed over; needs are there as far as they can
    /// be seen without reading.
    virtual std::unique_ptr<Cursor> read(std::span<const std::uint32_t> patients, Pass pass) = 0;

  protected:
    ~Lines() = default;
};

}  // namespace gpswitch::record
