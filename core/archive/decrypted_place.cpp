#include "core/archive/decrypted_place.hpp"

#include <algorithm>

#include "core/archive/decrypt.hpp"
#include "core/archive/unpack.hpp"
#include "core/util/error.hpp"

namespace gpswitch::archive {
namespace {

constexpr std::uint64_t kAlwaysAllowed = 64u << 20;

/// Encrypted, and not left over beside what somebody has made of it already.
bool wanted(const Place& place, const Member& member) {
    if (!named_encrypted(member.name)) return false;
    const std::string plain = plain_name(member.name);
    const auto it = std::ranges::lower_bound(place.members(), plain, {}, &Member::name);
    return it == place.members().end() || it->name != plain;
}

/// Members of another place, those encrypted from a spool file.
class DecryptedPlace : public Place {
  public:
    DecryptedPlace(std::shared_ptr<Place> place, const OpenOptions& options)
        : place_(std::move(place)), limits_(options.limits) {
        io::SpoolFile spool(archive::spool_folder(options));
        expect(spool);
        for (std::size_t i = 0; i < place_->members().size(); ++i) {
            const Member& member = place_->members()[i];
            Entry entry{member, i, false, 0};
            if (wanted(*place_, member)) {
                entry.decrypted = true;
                entry.member.name = plain_name(member.name);
                entry.member.origin = plain_name(member.origin);
                entry.offset = spool.size();
                const std::string_view cipher = place_->bytes(i);
                decrypt(cipher, member.origin, [&](std::string_view piece) {
                    total_ += piece.size();
                    check(member, spool.size() + piece.size() - entry.offset);
                    spool.write(piece);
                });
                entry.member.size = spool.size() - entry.offset;
                io::let_go(cipher);
            }
            entries_.push_back(std::move(entry));
        }
        place_->check();
        finish();
        spool_ = spool.map("decrypted members");
    }

    const std::vector<Member>& members() const override { return members_; }
    const std::vector<Refused>& refused() const override { return place_->refused(); }
    std::string_view bytes(std::size_t member) const override {
        const Entry& e = entries_.at(member);
        return e.decrypted ? spool_->bytes().substr(e.offset, e.member.size) : place_->bytes(e.index);
    }
    void check() const override { place_->check(); }
    std::string spool_folder() const override { return place_->spool_folder(); }

  private:
    struct Entry {
        Member member;
        std::size_t index;
        bool decrypted;
        std::uint64_t offset;
    };

    /// Room for as much as is encrypted, at the least: it is known only afterwards how much it becomes.
    void expect(io::SpoolFile& spool) const {
        std::uint64_t n = 0;
        for (const Member& m : place_->members()) n += wanted(*place_, m) ? m.size : 0;
        spool.expect(n);
    }
    void check(const Member& member, std::uint64_t size) const {
        const auto over = [&](const std::string& what) {
            throw InputError(member.origin + ": " + what,
                             "if the file is genuine, decrypt it and give the result");
        };
        if (total_ > limits_.max_bytes)
            over("would make more than the limit of " + std::to_string(limits_.max_bytes) +
                 " bytes decrypted");
        if (size > kAlwaysAllowed && (size - 1) / limits_.max_ratio >= member.size)
            over("unpacks to over " + std::to_string(limits_.max_ratio) +
                 " times its size, which is the limit");
    }
    void finish() {
        std::ranges::stable_sort(entries_, {},
                                 [](const Entry& e) -> const std::string& { return e.member.name; });
        for (const Entry& e : entries_) members_.push_back(e.member);
    }

    std::shared_ptr<Place> place_;
    Limits limits_;
    std::uint64_t total_ = 0;
    std::vector<Entry> entries_;
    std::vector<Member> members_;
    std::shared_ptr<io::MappedFile> spool_;
};

}  // namespace

std::shared_ptr<Place> decrypted(std::shared_ptr<Place> place, const OpenOptions& options) {
    const auto& members = place->members();
    if (std::ranges::none_of(members, [&](const Member& m) { return wanted(*place, m); })) return place;
    return std::make_shared<DecryptedPlace>(std::move(place), options);
}

}  // namespace gpswitch::archive
