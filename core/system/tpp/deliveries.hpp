#pragma once
#include <memory>

#include "core/archive/archive.hpp"
#include "core/system/tpp/manifest.hpp"

/// Which files make one delivery, and in which order deliveries count. Reads manifests, no data.
namespace gpswitch::tpp {

/// A table's file in a delivery.
struct File {
    std::string table;   ///< name without suffix, as the file is called
    std::string name;    ///< inside the place ("20260301_0200/SRExtract.zip!SRCode.csv")
    std::string origin;  ///< as messages call it
    const archive::Place* place = nullptr;
    std::size_t member = 0;
    bool delta = false, reference = false;  ///< as the manifest says
    std::string_view bytes() const { return place->bytes(member); }
};

/// What is done with a delivery. later: after the moment asked for.
enum class Use : std::uint8_t { read, later };

struct Delivery {
    std::string folder;  ///< inside the place; empty: the place itself
    /// The folder that holds it and others of the same set-up. Several places given as one are one set-up.
    std::string configuration;
    std::string origin;    ///< of its manifest
    std::string from, to;  ///< "2026-03-01 02:00:00"; from is empty when it has no delta
    bool deltas = false;
    Use use = Use::read;
    std::size_t manifest = 0;  ///< member of the place
    std::vector<File> files;   ///< those of the manifest, and the three beside it
    /// "delivery of 2026-03-01 02:00:00"
    std::string name_for_people() const { return "delivery of " + to; }
};

struct Deliveries {
    std::vector<Delivery> list;  ///< ascending by moment
    /// A licensee's table specification ("Specification v123.csv"), the newest by name; place is nullptr when
    /// there is none.
    File specification;
    std::vector<std::shared_ptr<archive::Place>> places;  ///< the place and the archives opened in it
    std::vector<Issue> issues;
};

/// SRMapping and SRMappingGroup lie beside the archive and are in no manifest.
bool beside_manifest(std::string_view table);
/// The base of a file's path, and the folder before it.
std::string base_name(std::string_view path);
std::string folder_of(std::string_view path);

/// Finds the deliveries in a place, opens their archives (multi-part ones are joined first, in the place's
/// spool folder), and puts them in order. `as_of` (ISO 8601, may be empty): deliveries of later moments are
/// marked. `incomplete`: a sample, which need not begin with full files. Throws InputError: no manifest (the
/// delivery is unfinished), a file listed that is not there, a part of the archive missing, deliveries that
/// begin with changes, or with a gap between the end of one and the beginning of the next (what changed in
/// between is lost), two different deliveries of one moment.
Deliveries deliveries(std::shared_ptr<archive::Place> files, const std::string& as_of, bool incomplete);

/// "2026-03-01" or "2026-03-01T06:00:00" as "2026-03-01 23:59:59", "2026-03-01 06:00:00"; UK clock time.
std::string until_of(const std::string& as_of);

}  // namespace gpswitch::tpp
