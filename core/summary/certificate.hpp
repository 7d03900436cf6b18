#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/summary/summary.hpp"

/// certificate.json: what a folder held when a move ended, by hash; specified in gpswitch-switch(1).
/// It shows what was changed since by accident or by a careless hand. It is not a signature: whoever can
/// write the folder can write another certificate, so its hash is to be kept somewhere else as well.
namespace gpswitch::summary {

inline constexpr std::string_view kCertificate = "certificate.json";

struct CertificateFacts {
    std::string version;                    ///< of gpswitch
    std::string source_json, mapping_json;  ///< JSON objects; mapping_json may be "null"
    std::string target, target_system;      ///< as given
    std::vector<FileHash> target_files;     ///< as they were when the move ended; outside the folder
    bool rehearsal = false;
    std::vector<Gate> gates;  ///< names and outcomes are used
    std::string ledger_json;  ///< ledger.json; empty when no gate made one
    std::vector<std::string>
        of_this_run;  ///< files that say when, how fast or where to: left out of `content`
};

/// The certificate over every plain file under `folder` (its own name left out), paths relative, ascending.
/// Errors: InputError when a file cannot be read or is not a plain one.
std::string certificate(const std::string& folder, const CertificateFacts& facts);

struct Discrepancy {
    std::string path;
    std::string what;  ///< "changed: 12 bytes, and not 11", "missing", "added" ...
};
struct Verification {
    std::uint64_t files = 0, bytes = 0;  ///< listed in the certificate
    std::string sha256;                  ///< the hash over it all, as it is now
    std::string answer;  ///< outcomes of the gates in words, "export passed, map reserved ..."
    std::vector<Discrepancy> discrepancies;  ///< ascending by path; empty: all is as it was
};
/// Compares a folder with its certificate; needs nothing but the folder. Errors: InputError when there is no
/// certificate, or not one of a format known here.
Verification verify(const std::string& folder);

/// Every plain file under `folder` with its hash, ascending by path; or the one file, when it is one.
/// Errors: InputError.
std::vector<FileHash> hash_files(const std::string& place);

}  // namespace gpswitch::summary
