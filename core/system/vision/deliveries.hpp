#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/report/issue.hpp"

/// Which files make one delivery, and in which order deliveries count. Reads names only; archives are told by
/// their first bytes, whatever they are called.
namespace gpswitch::vision {

/// A CSV file, in the place or in a zip that lies in it.
struct File {
    std::string extract, type;  ///< "INCREMENTAL", "journal_data_extract"
    std::string name;           ///< inside the place ("a.zip!b.csv")
    std::string origin;         ///< as messages call it
    const archive::Place* place = nullptr;
    std::size_t member = 0;
    std::string_view bytes() const { return place->bytes(member); }
};

/// What is done with a file. later: its delivery is later than the moment asked for. full_copy: FULL files
/// repeat what comes in INCREMENTAL ones: of the same type, at the same moment or before.
enum class Use : std::uint8_t { read, later, full_copy };

/// One practice and one moment: up to five zips.
struct Delivery {
    std::string ods;
    std::string moment;   ///< "2018-08-17 00:05:00", of the names
    std::string cut_off;  ///< "2018-08-17 00:00:00": midnight at the start of that day
    bool later = false;
    std::vector<File> files;
    const File* find(std::string_view type) const;
};

struct Deliveries {
    std::vector<Delivery> list;  ///< ascending by moment
    std::vector<std::shared_ptr<archive::Place>> places;
    std::vector<Issue> issues;
    Use use_of(const Delivery& delivery, const File& file) const;
};

/// Finds the deliveries of a place, opens the archives in it and those in them. `as_of` (ISO 8601, may be
/// empty): deliveries whose data are of a later moment are marked. Throws InputError: no file of an extract;
/// a file that may be one of a delivery and cannot be read (packed or encrypted in a way that is not known, a
/// name like that of a delivery which is none); two different files of one type in one delivery; every
/// delivery later than `as_of`.
Deliveries deliveries(std::shared_ptr<archive::Place> files, const std::string& as_of);

}  // namespace gpswitch::vision
