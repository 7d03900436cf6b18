#pragma once
#include <string>
#include <vector>

#include "core/record/record.hpp"

namespace gpswitch::record {

/// What a Target will not carry of an item of a record.
struct Foreseen {
    enum class How : std::uint8_t {
        lost,      ///< nothing of the field, or less of it, will be read back
        replaced,  ///< what another entry of the same row says stands there
        instead,   ///< of the field another value will be read, which stands for it in the layout
        first,     ///< of a list one item is written
        other,     ///< the entry will be read as one of another kind
        own,       ///< no loss: the layout's own code of it will be another one; `path` is empty
        key,       ///< no loss: `why` is the key of the row that it will come from
        held,      ///< the entry is not written, and the import says so: `why` is the code of its issue
        made,      ///< another entry will be read of the row with the key `why` besides
        derived,   ///< the entry is not written; whoever reads makes one like it of others
    };
    std::uint32_t item = 0;  ///< index into Record::items
    How how = How::lost;
    /// "component[1].valueQuantity", with the indexes that are known; empty for entries.
    std::string path;
    std::string why;  ///< in the Target's own words
};

/// What a Target may be besides, when its layout has not room for everything.
struct Foresight {
    /// Says what limit() and encode() would do to the record (in standard form), which stays as it is.
    /// Between begin() and the end of the Target; one thread. Adds to `out`, in no particular
    /// order.
    virtual void foresee(const Record& record, std::vector<Foreseen>& out) const = 0;

  protected:
    ~Foresight() = default;
};

}  // namespace gpswitch::record
