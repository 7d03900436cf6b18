#include <sys/stat.h>

#include <map>

#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/ledger/ledger.hpp"
#include "core/record/json.hpp"
#include "core/system/fhir/fhir.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/version.hpp"

namespace gpswitch::fhir {
namespace {

using nlohmann::ordered_json;
using record::EntityKind;

/// A member being written: bytes, lines and hash kept along the way.
class Member {
  public:
    Member(const std::string& path, std::string name) : name_(std::move(name)), file_(path) {}
    void write(std::string_view lines) {
        file_.write(lines);
        hash_.add(lines);
        for (std::size_t at = lines.find('\n'); at != std::string_view::npos; at = lines.find('\n', at + 1))
            ++rows_;
        bytes_ += lines.size();
    }
    /// One line whose count is known.
    void line(std::string_view text) {
        file_.write(text);
        hash_.add(text);
        ++rows_;
        bytes_ += text.size();
    }
    ordered_json close() {
        file_.publish();
        return {{"name", name_}, {"rows", rows_}, {"bytes", bytes_}, {"sha256", hash_.hex()}};
    }
    std::uint64_t rows() const { return rows_; }

  private:
    std::string name_;
    io::OutputFile file_;
    Sha256 hash_;
    std::uint64_t rows_ = 0, bytes_ = 0;
};

struct Lines : record::Encoded {
    struct Piece {
        EntityKind kind;
        std::size_t begin, end;
    };
    std::string text;
    std::vector<Piece> pieces;
};

class PackageTarget : public record::Target {
  public:
    explicit PackageTarget(const record::TargetOptions& options)
        : place_(options.place),
          packing_(archive::packing_of(options.place)),
          discard_(options.place == "/dev/null") {
        if (discard_) return;
        if (packing_ != archive::Packing::folder && io::exists(place_) && !options.overwrite)
            throw UsageError(place_ + " exists", "name another one or pass --overwrite");
        // An archive's members are written beside it first; that folder never gets the name.
        folder_ = std::make_unique<io::OutputFolder>(
            place_, options.overwrite || packing_ != archive::Packing::folder);
    }

    record::Checkpoint begin(const record::Origin& origin) override {
        origin_ = origin;
        return {};
    }

    std::unique_ptr<record::Encoded> encode(const record::Record& record) const override {
        auto lines = std::make_unique<Lines>();
        lines->pieces.reserve(record.items.size());
        lines->text.reserve(record.items.size() * 1200);
        for (const record::Item& item : record.items) {
            const std::size_t begin = lines->text.size();
            record::append_json(lines->text, item.kind, *item.entity);
            lines->text += '\n';
            lines->pieces.push_back({item.kind, begin, lines->text.size()});
        }
        return lines;
    }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            const auto& lines = static_cast<const Lines&>(*r);
            const std::string_view text = lines.text;
            for (const auto& p : lines.pieces)
                member(std::string(record::name_of(p.kind)) + ".ndjson")
                    .line(text.substr(p.begin, p.end - p.begin));
            if (!r->fates.empty()) member(kFates).write(r->fates);
            if (!r->held.empty()) member(kHeld).write(r->held);
            if (!r->issues.empty()) member(kIssues).write(r->issues);
        }
    }

    void add(const Issue& issue) override { member(kIssues).line(issue.json() + "\n"); }

    void publish(const ledger::Ledger& ledger) override {
        // Every package has its account, also an empty one.
        for (std::string_view name : {kFates, kIssues, kHeld}) member(name);
        member(kLedger).write(ledger.json());
        const std::string text = manifest().dump(2) + "\n";
        io::OutputFile file(path_of(kManifest));
        file.write(text);
        file.publish();
        if (discard_) return;
        if (packing_ == archive::Packing::folder) return folder_->publish();
        archive::pack(folder_->path(), place_, packing_);
        folder_.reset();
    }

  private:
    std::string path_of(std::string_view name) const {
        return discard_ ? "/dev/null" : folder_->path() + "/" + std::string(name);
    }

    Member& member(std::string_view name) {
        auto it = members_.find(name);
        if (it == members_.end()) {
            if (name.starts_with("held/") && !discard_) ::mkdir((folder_->path() + "/held").c_str(), 0700);
            it = members_
                     .emplace(std::string(name), std::make_unique<Member>(path_of(name), std::string(name)))
                     .first;
        }
        return *it->second;
    }

    ordered_json manifest() {
        const record::Census& c = *origin_.census;
        ordered_json output = ordered_json::array();
        for (std::size_t k = 0; k < record::kEntityKinds; ++k) {
            const std::string type(record::name_of(static_cast<EntityKind>(k)));
            const auto it = members_.find(type + ".ndjson");
            if (it != members_.end())
                output.push_back({{"type", type}, {"url", type + ".ndjson"}, {"count", it->second->rows()}});
        }
        ordered_json members = ordered_json::array();
        for (auto& [name, m] : members_) members.push_back(m->close());
        ordered_json inputs = ordered_json::array();
        for (const auto& i : c.inputs)
            inputs.push_back({{"name", i.name}, {"bytes", i.bytes}, {"sha256", i.sha256}});
        ordered_json m = {{"package", 1}, {"gpswitch", kVersion}};
        if (!c.as_of.empty()) m["transactionTime"] = c.as_of;
        m["request"] = "urn:gpswitch:map";
        m["requiresAccessToken"] = false;
        m["outputFormat"] = "application/fhir+ndjson";
        m["output"] = output;
        m["error"] = ordered_json::array();
        m["source"] = {{"system", c.system},
                       {"version", c.version},
                       {"practice", c.practice},
                       {"ods", c.ods},
                       {"fingerprint", origin_.fingerprint},
                       {"inputs", inputs}};
        m["mapping"] = origin_.mapping_id.empty() ? ordered_json(nullptr)
                                                  : ordered_json{{"id", origin_.mapping_id},
                                                                 {"version", origin_.mapping_version},
                                                                 {"sha256", origin_.mapping_sha256}};
        m["patients"] = c.patients.size();
        if (!c.selection.empty()) m["selection"] = c.selection;
        m["absent"] = c.absent;
        m["warnings"] = c.warnings;
        m["members"] = members;
        return m;
    }

    std::string place_;
    archive::Packing packing_;
    bool discard_;
    std::unique_ptr<io::OutputFolder> folder_;
    record::Origin origin_;
    std::map<std::string, std::unique_ptr<Member>, std::less<>> members_;
};

}  // namespace

std::unique_ptr<record::Target> create_package(const record::TargetOptions& options) {
    return std::make_unique<PackageTarget>(options);
}

}  // namespace gpswitch::fhir
