#include "core/pipeline/export.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "core/archive/joined_place.hpp"
#include "core/io/file.hpp"
#include "core/json/json.hpp"
#include "core/pipeline/export_manifest.hpp"
#include "core/pipeline/seal.hpp"
#include "core/util/error.hpp"
#include "core/util/hash.hpp"
#include "core/util/text.hpp"

namespace gpswitch::pipeline {

using record::Fate;

namespace {

/// A member being written, or only counted; bytes, rows and hash kept along the way.
class Member {
  public:
    Member(const std::string& path, SealedMember what) : what_(std::move(what)) {
        if (!path.empty()) file_ = std::make_unique<io::OutputFile>(path);
    }
    void write(std::string_view bytes, std::uint64_t rows) {
        if (file_) file_->write(bytes);
        hash_.add(bytes);
        what_.bytes += bytes.size();
        what_.rows += rows;
    }
    SealedMember close() {
        if (file_) file_->publish();
        what_.sha256 = hash_.hex();
        return what_;
    }

  private:
    SealedMember what_;
    std::unique_ptr<io::OutputFile> file_;
    Sha256 hash_;
};

/// The folder that becomes the EXPORT, or is packed into it; nothing at all in a dry run.
class Output {
  public:
    explicit Output(const ExportOptions& options) : options_(options) {
        if (options.output.empty()) return;
        packing_ = archive::packing_of(options.output);
        const bool packed = packing_ != archive::Packing::folder;
        if (packed && io::exists(options.output) && !options.overwrite)
            throw UsageError(options.output + " exists", "name another one or pass --overwrite");
        // An archive's members are written beside it first; that folder never gets the name.
        folder_ = std::make_unique<io::OutputFolder>(options.output, options.overwrite || packed);
    }
    /// Where to write that member, its folders made; empty: nowhere.
    std::string path_of(const std::string& name) const {
        if (!folder_) return {};
        const std::filesystem::path path = std::filesystem::path(folder_->path()) / name;
        std::error_code failed;
        std::filesystem::create_directories(path.parent_path(), failed);
        if (failed) throw TargetError(options_.output + ": a folder cannot be made: " + failed.message());
        return path.string();
    }
    void publish() {
        if (!folder_) return;
        if (packing_ == archive::Packing::folder) return folder_->publish();
        archive::pack(folder_->path(), options_.output, packing_);
        folder_.reset();
    }

  private:
    const ExportOptions& options_;
    archive::Packing packing_ = archive::Packing::folder;
    std::unique_ptr<io::OutputFolder> folder_;
};

class Writing : public record::ExportWriter {
  public:
    Writing(const record::Census& census, const ExportOptions& options)
        : options_(options), output_(options) {
        for (const record::Table& t : census.tables) {
            tables_.push_back({t.name, t.member, t.rows, 0, {}});
            total_ += t.rows;
        }
    }

    void member(const std::string& name, std::size_t table) override {
        close();
        if (name == kExportManifest || name.starts_with("held/"))
            throw InputError(shown(name) + ": an export has a file of that name itself",
                             "give the file another name in the source");
        if (!names_.insert(name).second) throw LedgerError(shown(name) + ": written twice");
        table_ = table;
        open_ =
            std::make_unique<Member>(output_.path_of(name), SealedMember{name, table_name(table), 0, 0, {}});
    }
    void write(std::string_view bytes, std::uint64_t rows) override {
        open_->write(bytes, rows);
        if (table_ == kNoTable && rows > 0) throw LedgerError("rows of no table in the export");
        if (table_ != kNoTable) tables_[table_].written += rows;
        count(rows);
    }
    void settle(std::size_t table, Fate fate, std::string_view rule, std::uint64_t rows) override {
        tables_.at(table).settled[{fate, std::string(rule)}] += rows;
        count(rows);
    }
    void hold(std::size_t table, std::uint64_t line, std::string_view key, std::string_view rule,
              std::string_view raw) override {
        settle(table, Fate::held, rule, 1);
        if (!held_)
            held_ = std::make_unique<Member>(output_.path_of(std::string(kExportHeld)),
                                             SealedMember{std::string(kExportHeld), "", 0, 0, {}});
        std::string text = "{\"table\":";
        json::append_string(text, tables_[table].name);
        text += fmt::format(",\"line\":{},\"key\":", line);
        json::append_string(text, key);
        text += ",\"rule\":";
        json::append_string(text, rule);
        if (valid_utf8(raw)) {
            text += ",\"raw\":";
            json::append_string(text, raw);
        } else {
            text += ",\"base64\":\"" + base64(raw) + "\"";
        }
        held_->write(text + "}\n", 1);
    }

    /// Rows read = written + settled, table by table; then the seal, then the name.
    void publish(ExportResult& result) {
        close();
        if (held_) members_.push_back(held_->close());
        for (const ExportTable& t : tables_) {
            std::uint64_t n = t.written;
            for (const auto& [key, rows] : t.settled) n += rows;
            if (n != t.read)
                throw LedgerError(fmt::format("{}: {} rows read but {} settled", t.name, t.read, n));
        }
        result.tables = tables_;
        result.members = members_.size();
        for (const SealedMember& m : members_) result.bytes += m.bytes;
        Member manifest(output_.path_of(std::string(kExportManifest)), {});
        manifest.write(manifest_of(result, members_), 0);
        manifest.close();
        output_.publish();
    }

  private:
    std::string table_name(std::size_t table) const {
        return table == kNoTable ? std::string() : tables_.at(table).name;
    }
    void close() {
        if (open_) members_.push_back(open_->close());
        open_.reset();
    }
    void count(std::uint64_t rows) {
        done_ += rows;
        if (options_.progress) options_.progress(done_, total_);
        if (options_.interrupted != nullptr && *options_.interrupted)
            throw Error(130, "interrupted", "nothing was written; run the same command again");
    }

    const ExportOptions& options_;
    Output output_;
    std::vector<ExportTable> tables_;
    std::vector<SealedMember> members_;
    std::set<std::string> names_;
    std::unique_ptr<Member> open_, held_;
    std::size_t table_ = 0;
    std::uint64_t done_ = 0, total_ = 0;
};

/// One whole EXPORT, checked against its seal already: the same bytes again.
ExportResult again(const archive::Place& place, const ExportOptions& options) {
    ExportResult result;
    Output output(options);
    for (std::size_t i = 0; i < place.members().size(); ++i) {
        const archive::Member& m = place.members()[i];
        if (m.name == kExportManifest) result = read_manifest(place.bytes(i), m.origin).result;
        Member copy(output.path_of(m.name), {});
        copy.write(place.bytes(i), 0);
        copy.close();
    }
    place.check();
    output.publish();
    result.resealed = true;
    return result;
}

}  // namespace

std::uint64_t ExportResult::read() const {
    std::uint64_t n = 0;
    for (const ExportTable& t : tables) n += t.read;
    return n;
}

std::uint64_t ExportResult::rows(Fate fate) const {
    std::uint64_t n = 0;
    for (const ExportTable& t : tables) {
        if (fate == Fate::migrated) n += t.written;
        for (const auto& [key, rows] : t.settled)
            if (key.first == fate) n += rows;
    }
    return n;
}

ExportResult export_to(const record::System& system,
                       const std::vector<std::shared_ptr<archive::Place>>& places,
                       const ExportOptions& options) {
    std::vector<std::shared_ptr<archive::Place>> open;
    for (const auto& place : places) open.push_back(unsealed(place));
    for (const auto& place : places)
        if (const auto census = sealed_census(*place); census && census->system != system.name())
            throw InputError(fmt::format("an export of {}, not of {}", census->system, system.name()),
                             "leave the name of the system out, or name the one it is of");
    if (places.size() == 1 && is_sealed(*places[0]) && options.practice.empty() && options.as_of.empty())
        return again(*places[0], options);

    record::SourceOptions from;
    from.files = archive::join(open);
    from.mapping = options.mapping;
    from.practice = options.practice;
    from.as_of = options.as_of;
    from.show_values = options.show_values;
    const auto exporter = system.exporter(from);
    ExportResult result;
    Writing writing(exporter->census(), options);
    exporter->write(writing);
    if (options.issues != nullptr)
        for (const Issue& issue : exporter->issues()) options.issues->add(issue);
    from.files->check();
    result.census = exporter->census();
    result.patients = result.census.patients.size();
    result.census.patients.clear();
    writing.publish(result);
    return result;
}

}  // namespace gpswitch::pipeline
