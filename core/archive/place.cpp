#include <algorithm>
#include <filesystem>
#include <mutex>

#include "core/archive/archive.hpp"
#include "core/archive/decrypted_place.hpp"
#include "core/archive/unpack.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::archive {
namespace {
namespace fs = std::filesystem;

/// Files where they lie: one, or those of a folder. Each is opened on first use.
class FilesPlace : public Place {
  public:
    /// `files`: members with their paths in `origin`.
    FilesPlace(std::vector<Member> files, std::vector<Refused> refused, std::string spool)
        : members_(std::move(files)),
          refused_(std::move(refused)),
          spool_(std::move(spool)),
          open_(new Opened[members_.size()]) {
        stamps_.reserve(members_.size());
        for (Member& m : members_) {
            stamps_.push_back(io::stamp_of(m.origin));
            m.size = stamps_.back().size;
        }
    }
    const std::vector<Member>& members() const override { return members_; }
    const std::vector<Refused>& refused() const override { return refused_; }

    std::string_view bytes(std::size_t member) const override {
        Opened& o = open_[member];
        std::call_once(o.once, [&] {
            auto file = io::MappedFile::open(members_.at(member).origin);
            if (file->stamp() != stamps_[member]) io::check_unchanged(file->path(), stamps_[member]);
            o.file = std::move(file);
        });
        return o.file->bytes();
    }
    void check() const override {
        for (std::size_t i = 0; i < members_.size(); ++i) io::check_unchanged(members_[i].origin, stamps_[i]);
    }
    std::string spool_folder() const override { return spool_; }

  private:
    struct Opened {
        std::once_flag once;
        std::shared_ptr<io::MappedFile> file;
    };
    std::vector<Member> members_;
    std::vector<Refused> refused_;
    std::string spool_;
    std::vector<io::FileStamp> stamps_;
    std::unique_ptr<Opened[]> open_;
};

class ArchivePlace : public Place {
  public:
    ArchivePlace(Unpacked unpacked, std::string folder)
        : refused_(std::move(unpacked.refused)),
          spool_(std::move(unpacked.spool)),
          folder_(std::move(folder)) {
        for (auto& p : unpacked.pieces) {
            members_.push_back(std::move(p.member));
            offsets_.push_back(p.offset);
        }
    }
    const std::vector<Member>& members() const override { return members_; }
    const std::vector<Refused>& refused() const override { return refused_; }
    std::string_view bytes(std::size_t member) const override {
        return spool_->bytes().substr(offsets_.at(member), members_.at(member).size);
    }
    void check() const override {}
    std::string spool_folder() const override { return folder_; }

  private:
    std::vector<Member> members_;
    std::vector<Refused> refused_;
    std::vector<std::uint64_t> offsets_;
    std::shared_ptr<io::MappedFile> spool_;
    std::string folder_;
};

std::shared_ptr<Place> open_folder(const std::string& path, const OpenOptions& options) {
    std::vector<Member> members;
    std::vector<Place::Refused> refused;
    std::uint64_t n = 0;
    try {
        for (const auto& entry : fs::recursive_directory_iterator(path)) {
            const std::string name = entry.path().lexically_relative(path).string();
            if (++n > options.limits.max_members)
                throw InputError(path + "/" + name + ": is one member more than the limit of " +
                                 std::to_string(options.limits.max_members));
            if (entry.is_symlink()) {
                refused.push_back({name, "a link"});
            } else if (entry.is_regular_file()) {
                members.push_back({name, entry.path().string(), 0});
            } else if (!entry.is_directory()) {
                refused.push_back({name, "not a file"});
            }
        }
    } catch (const fs::filesystem_error& e) {
        throw InputError((e.path1().empty() ? path : e.path1().string()) + ": " + e.code().message());
    }
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.name < b.name; });
    std::sort(refused.begin(), refused.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return std::make_shared<FilesPlace>(std::move(members), std::move(refused), spool_folder(options));
}

std::shared_ptr<Place> open_encrypted(const std::string& path, const OpenOptions& options) {
    if (io::is_folder(path)) return open_folder(path, options);
    const auto file = io::MappedFile::open(path);
    const Kind kind = kind_of(file->bytes());
    if (kind != Kind::plain) {
        Unpacked unpacked = unpack(file->bytes(), path, kind, options);
        file->check();
        return std::make_shared<ArchivePlace>(std::move(unpacked), spool_folder(options));
    }
    std::vector<Member> one{{fs::path(path).filename().string(), path, 0}};
    return std::make_shared<FilesPlace>(std::move(one), std::vector<Place::Refused>{}, spool_folder(options));
}
}  // namespace

std::shared_ptr<Place> Place::open(const std::string& path, const OpenOptions& options) {
    std::string p = path;
    while (p.size() > 1 && p.back() == '/') p.pop_back();
    return decrypted(open_encrypted(io::is_folder(p) ? p : path, options), options);
}

std::shared_ptr<Place> Place::open_archive(std::string_view bytes, const std::string& where,
                                           const OpenOptions& options) {
    const Kind kind = kind_of(bytes);
    if (kind == Kind::plain) throw InputError(where + ": is no archive", "ask for the file again");
    return decrypted(
        std::make_shared<ArchivePlace>(unpack(bytes, where, kind, options), archive::spool_folder(options)),
        options);
}

Packing packing_of(const std::string& path) {
    if (path.ends_with(".zip")) return Packing::zip;
    if (path.ends_with(".tar.zst")) return Packing::tar_zst;
    return Packing::folder;
}

}  // namespace gpswitch::archive
