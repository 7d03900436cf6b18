#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/ledger/ledger.hpp"
#include "core/record/fit.hpp"
#include "core/record/json.hpp"
#include "core/system/fhir/fhir.hpp"
#include "core/util/bytes.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/version.hpp"

namespace gpswitch::fhir {
namespace {

using nlohmann::ordered_json;
using record::EntityKind;

/// A member being written: bytes, lines and hash kept along the way. What is added waits until flush().
class Member {
  public:
    Member(const std::string& path, std::string name) : name_(std::move(name)), file_(path) {}
    void add(std::string_view lines, std::uint64_t rows) {
        waiting_.put(lines);
        rows_ += rows;
        bytes_ += lines.size();
    }
    void add(std::string_view lines) {
        add(lines, static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n')));
    }
    std::size_t waiting() const { return waiting_.size(); }
    /// Hashes and writes what waits. Two members at a time, as two hashes side by side are faster.
    static void flush(std::vector<Member*> members) {
        std::erase_if(members, [](const Member* m) { return m->waiting_.empty(); });
        std::ranges::sort(members, {}, [](const Member* m) { return m->waiting_.size(); });
        std::vector<std::string_view> left;
        for (const Member* m : members) left.push_back(m->waiting_.view());
        // The longest goes along with one shorter one after the other.
        while (left.size() > 1) {
            const std::size_t last = left.size() - 1, n = std::min(left[last].size(), left[last - 1].size());
            Sha256::add_both(members[last]->hash_, left[last].substr(0, n), members[last - 1]->hash_,
                             left[last - 1].substr(0, n));
            left[last].remove_prefix(n);
            left[last - 1].remove_prefix(n);
            const std::size_t done = left[last].empty() ? last : last - 1;
            members[done]->write();
            members.erase(members.begin() + static_cast<std::ptrdiff_t>(done));
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(done));
        }
        if (left.empty()) return;
        members[0]->hash_.add(left[0]);
        members[0]->write();
    }
    ordered_json close() {
        file_.publish();
        return {{"name", name_}, {"rows", rows_}, {"bytes", bytes_}, {"sha256", hash_.hex()}};
    }
    std::uint64_t rows() const { return rows_; }

  private:
    void write() {
        file_.write(waiting_.view());
        waiting_.clear();
    }
    std::string name_;
    io::OutputFile file_;
    Sha256 hash_;
    Bytes waiting_;
    std::uint64_t rows_ = 0, bytes_ = 0;
};

/// Buffers of records that are written, for the next ones: memory that has just been used is still near.
class Spares {
  public:
    Bytes take() {
        const std::scoped_lock lock(mutex_);
        if (free_.empty()) return {};
        Bytes bytes = std::move(free_.back());
        free_.pop_back();
        bytes.clear();
        return bytes;
    }
    void give(Bytes bytes) {
        const std::scoped_lock lock(mutex_);
        if (free_.size() < kMost) free_.push_back(std::move(bytes));
    }

  private:
    static constexpr std::size_t kMost = 4;  ///< each grows to the largest record it has held
    std::mutex mutex_;
    std::vector<Bytes> free_;
};

struct Lines : record::Encoded {
    struct Piece {
        EntityKind kind;
        std::size_t begin, end;
        std::uint64_t rows;
    };
    Bytes text;
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

    /// Writes the lines already: what had to be displaced is known then.
    void limit(record::Record& record) const override {
        Desk& desk = mine();
        desk.lines = lines_of(record, &record);
        desk.record = &record;
    }

    std::unique_ptr<record::Encoded> encode(const record::Record& record) const override {
        Desk& desk = mine();
        if (desk.record != &record) return lines_of(record, nullptr);
        desk.record = nullptr;
        return std::move(desk.lines);
    }

    std::uint64_t batch_rows() const override { return kBatchRows; }

    void commit(std::span<const std::unique_ptr<record::Encoded>> records) override {
        for (const auto& r : records) {
            auto& lines = static_cast<Lines&>(*r);
            const std::string_view text = lines.text.view();
            for (const auto& p : lines.pieces) {
                Member*& m = of_kind_[static_cast<std::size_t>(p.kind)];
                if (m == nullptr) m = &member(std::string(record::name_of(p.kind)) + ".ndjson");
                m->add(text.substr(p.begin, p.end - p.begin), p.rows);
            }
            if (!r->fates.empty()) member(kFates).add(r->fates, r->rows);
            if (!r->held.empty()) member(kHeld).add(r->held);
            if (!r->issues.empty()) member(kIssues).add(r->issues);
            waiting_ += text.size() + r->fates.size() + r->held.size() + r->issues.size();
            spares_.give(std::move(lines.text));
            if (waiting_ > kMostWaiting) flush();
        }
    }

    void add(const Issue& issue) override { member(kIssues).add(issue.json() + "\n", 1); }

    void publish(const ledger::Ledger& ledger) override {
        // Every package has its account, also an empty one.
        for (std::string_view name : {kFates, kIssues, kHeld}) member(name);
        member(kLedger).add(ledger.json());
        flush();
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
    /// What limit() has written for the encode() that follows in the same worker.
    struct Desk {
        std::uint64_t serial = 0;
        const record::Record* record = nullptr;
        std::unique_ptr<Lines> lines;
    };
    Desk& mine() const {
        thread_local Desk desk;
        if (desk.serial != serial_) desk = Desk{serial_, nullptr, nullptr};
        return desk;
    }
    static std::uint64_t next_serial() {
        static std::atomic<std::uint64_t> n{0};
        return ++n;
    }

    /// `said`: gets what was displaced; may be nullptr.
    std::unique_ptr<Lines> lines_of(const record::Record& record, record::Record* said) const {
        auto lines = std::make_unique<Lines>();
        lines->text = spares_.take();
        lines->text.want(record.items.size() * 1100);
        for (const record::Item& item : record.items) {
            const std::size_t begin = lines->text.size();
            if (!record::append_json(lines->text, item.kind, *item.entity) && said != nullptr)
                record::say_misfits(*said, item);
            lines->text.put('\n');
            // Entities of one kind mostly stand together.
            const bool more = !lines->pieces.empty() && lines->pieces.back().kind == item.kind;
            if (!more) lines->pieces.push_back({item.kind, begin, begin, 0});
            lines->pieces.back().end = lines->text.size();
            ++lines->pieces.back().rows;
        }
        return lines;
    }

    std::string path_of(std::string_view name) const {
        return discard_ ? "/dev/null" : folder_->path() + "/" + std::string(name);
    }

    void flush() {
        std::vector<Member*> all;
        for (const auto& [name, m] : members_) all.push_back(m.get());
        Member::flush(std::move(all));
        waiting_ = 0;
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

    const std::uint64_t serial_ = next_serial();
    std::string place_;
    archive::Packing packing_;
    bool discard_;
    std::unique_ptr<io::OutputFolder> folder_;
    record::Origin origin_;
    std::map<std::string, std::unique_ptr<Member>, std::less<>> members_;
    std::array<Member*, record::kEntityKinds> of_kind_{};
    mutable Spares spares_;
    static constexpr std::uint64_t kBatchRows = 256;  ///< a package has no transactions: as it fits the cache
    static constexpr std::size_t kMostWaiting = 512 * 1024;  ///< bytes: still in the second-level cache
    std::size_t waiting_ = 0;
};

}  // namespace

std::unique_ptr<record::Target> create_package(const record::TargetOptions& options) {
    return std::make_unique<PackageTarget>(options);
}

}  // namespace gpswitch::fhir
