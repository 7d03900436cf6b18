#pragma once
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "core/io/file.hpp"
#include "core/profile/checker.hpp"

/// What tests of profiles share: the table that ships, and a check of one resource.
namespace gpswitch::profile {

inline const Table& shipped() {
    static const auto file =
        io::MappedFile::open(GPSWITCH_SOURCE_DIR "/mappings/profiles/fhir-r4-ukcore.txt");
    static const auto table = Table::load(file->bytes(), file->path());
    return *table;
}

inline std::vector<Finding> found_in(const std::string& text, const CheckOptions& options = {}) {
    Document document(shipped().atoms());
    json::Error error;
    std::vector<Finding> out;
    if (!document.parse(text, text.size(), error)) {
        out.push_back({Severity::fatal, "FHIR-JSON-001", 0, "", "", error.message});
        return out;
    }
    Checker(shipped(), options).check(document, out);
    return out;
}

}  // namespace gpswitch::profile
