#include "core/summary/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/report/words.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"

namespace gpswitch::summary {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// The line that ends a certificate. What stands before it is what its hash is over, so that
/// `sed '/^  "sha256":/,$d' certificate.json | sha256sum` finds the same.
constexpr std::string_view kLast = "  \"sha256\": \"";

struct Found {
    std::map<std::string, std::string> plain;  ///< path below the folder, and as it is opened
    std::vector<std::string> other;            ///< links, sockets
};

Found files_in(const std::string& folder) {
    Found out;
    std::error_code failed;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end;
         it.increment(failed)) {
        const auto status = it->symlink_status(failed);
        if (failed) break;
        if (fs::is_directory(status)) continue;
        const std::string path = it->path().lexically_relative(folder).generic_string();
        if (fs::is_regular_file(status))
            out.plain[path] = it->path().string();
        else
            out.other.push_back(path);
    }
    if (failed) throw InputError(fmt::format("{} cannot be read: {}", folder, failed.message()));
    return out;
}

FileHash hash_of(const std::string& path, const std::string& opened) {
    const auto file = io::MappedFile::open(opened);
    Sha256 hash;
    hash.add(file->bytes());
    file->check();
    return {path, hash.hex(), file->bytes().size()};
}

ordered_json to_json(const std::vector<FileHash>& files) {
    ordered_json out = ordered_json::array();
    for (const FileHash& f : files)
        out.push_back({{"path", f.path}, {"bytes", f.bytes}, {"sha256", f.sha256}});
    return out;
}

ordered_json totals_of(const std::string& ledger_json) {
    if (ledger_json.empty()) return nullptr;
    Summary s;
    add_ledger(s, ledger_json);
    ordered_json by_fate = ordered_json::object();
    for (const FateMeaning& f : fates()) by_fate[std::string(f.name)] = s.rows(f.name);
    return {{"patients", s.patients},
            {"patientsHeld", s.patients_held},
            {"rows", s.rows()},
            {"fates", by_fate},
            {"written", s.written()}};
}

/// What two runs over the same input have in common, whatever machine and hour: no clock, no target.
std::string content_hash(const ordered_json& certificate) {
    const auto& of_this_run = certificate.at("ofThisRun");
    ordered_json same;
    for (const char* key : {"source", "mapping", "gates", "ledger"}) same[key] = certificate.at(key);
    same["files"] = ordered_json::array();
    for (const auto& file : certificate.at("files"))
        if (std::find(of_this_run.begin(), of_this_run.end(), file.at("path")) == of_this_run.end())
            same["files"].push_back(file);
    return sha256_hex(same.dump());
}

std::string sealed(const ordered_json& certificate) {
    std::string text = certificate.dump(2);
    text.erase(text.rfind("\n}"));
    text += ",\n";
    return text + std::string(kLast) + sha256_hex(text) + "\"\n}\n";
}

void compare_files(const std::string& folder, const ordered_json& certificate, Verification& out) {
    Found found = files_in(folder);
    found.plain.erase(std::string(kCertificate));
    for (const auto& listed : certificate.at("files")) {
        const std::string path = listed.at("path");
        const std::uint64_t bytes = listed.at("bytes");
        ++out.files;
        out.bytes += bytes;
        const auto at = found.plain.find(path);
        if (at == found.plain.end()) {
            if (std::find(found.other.begin(), found.other.end(), path) == found.other.end())
                out.discrepancies.push_back({path, "missing"});
            continue;
        }
        const FileHash now = hash_of(path, at->second);
        if (now.bytes != bytes)
            out.discrepancies.push_back(
                {path, fmt::format("changed: {} bytes, and not {}", words::grouped(now.bytes),
                                   words::grouped(bytes))});
        else if (now.sha256 != listed.at("sha256").get<std::string>())
            out.discrepancies.push_back({path, "changed: of the same size, with another SHA-256"});
        found.plain.erase(at);
    }
    for (const auto& [path, opened] : found.plain) out.discrepancies.push_back({path, "added"});
    for (const std::string& path : found.other)
        out.discrepancies.push_back({path, "not a plain file: the certificate knows none such"});
}

/// The certificate's own words, against its hashes and against themselves.
void compare_certificate(const std::string& text, const ordered_json& certificate, Verification& out) {
    const auto problem = [&out](std::string what) {
        out.discrepancies.push_back({std::string(kCertificate), std::move(what)});
    };
    const auto last = std::min(text.rfind(kLast), text.size());
    out.sha256 = sha256_hex(std::string_view(text).substr(0, last));
    if (out.sha256 != certificate.at("sha256").get<std::string>() ||
        text.substr(last) != std::string(kLast) + out.sha256 + "\"\n}\n")
        problem("changed: the hash over it all is another");
    if (content_hash(certificate) != certificate.at("content").get<std::string>())
        problem("changed: the content hash is another");
    const auto& ledger = certificate.at("ledger");
    if (ledger.is_null()) return;
    std::uint64_t rows = 0;
    for (const auto& [name, n] : ledger.at("fates").items()) rows += n.get<std::uint64_t>();
    if (rows != ledger.at("rows").get<std::uint64_t>()) problem("its fates do not add up to its rows");
}

}  // namespace

std::vector<FileHash> hash_files(const std::string& place) {
    if (!io::is_folder(place)) return {hash_of(fs::path(place).filename().string(), place)};
    std::vector<FileHash> out;
    for (const auto& [path, opened] : files_in(place).plain) out.push_back(hash_of(path, opened));
    return out;
}

std::string certificate(const std::string& folder, const CertificateFacts& facts) {
    const Found found = files_in(folder);
    if (!found.other.empty())
        throw InputError(fmt::format("{}/{} is not a plain file", folder, found.other.front()),
                         "what a certificate speaks for has only plain files: remove it");
    std::vector<FileHash> files;
    for (const auto& [path, opened] : found.plain)
        if (path != kCertificate) files.push_back(hash_of(path, opened));
    ordered_json gates = ordered_json::array();
    for (const Gate& g : facts.gates) gates.push_back({{"gate", g.name}, {"outcome", to_text(g.outcome)}});
    ordered_json out = {{"certificate", 1},
                        {"gpswitch", facts.version},
                        {"source", ordered_json::parse(facts.source_json)},
                        {"mapping", ordered_json::parse(facts.mapping_json)},
                        {"target",
                         {{"address", facts.target},
                          {"system", facts.target_system},
                          {"rehearsal", facts.rehearsal},
                          {"files", to_json(facts.target_files)}}},
                        {"gates", gates},
                        {"ledger", totals_of(facts.ledger_json)},
                        {"ofThisRun", facts.of_this_run},
                        {"files", to_json(files)}};
    out["content"] = content_hash(out);
    return sealed(out);
}

Verification verify(const std::string& folder) {
    const std::string path = (fs::path(folder) / kCertificate).string();
    if (!io::exists(path))
        throw InputError(fmt::format("{}: there is no certificate in it", folder),
                         "name a folder that gpswitch switch has finished; one that ends in .partial is not");
    const std::string text = io::read_all(path);
    Verification out;
    try {
        const ordered_json certificate = ordered_json::parse(text);
        if (certificate.at("certificate") != 1)
            throw InputError(fmt::format("{}: a certificate of format {}, which this gpswitch does not know",
                                         path, certificate.at("certificate").dump()),
                             "check it with the gpswitch that made it, or a newer one");
        compare_certificate(text, certificate, out);
        compare_files(folder, certificate, out);
        std::vector<std::string> gates;
        for (const auto& g : certificate.at("gates"))
            gates.push_back(
                fmt::format("{} {}", g.at("gate").get<std::string>(), g.at("outcome").get<std::string>()));
        out.answer = words::joined(gates);
    } catch (const ordered_json::exception&) {
        out.discrepancies.push_back(
            {std::string(kCertificate), "changed: it cannot be read as a certificate"});
    }
    std::stable_sort(out.discrepancies.begin(), out.discrepancies.end(),
                     [](const Discrepancy& a, const Discrepancy& b) { return a.path < b.path; });
    return out;
}

}  // namespace gpswitch::summary
