// Archives that are cut short, damaged, encrypted or hostile: each is an InputError, never a member less in
// silence.
#include <doctest/doctest.h>

#include <chrono>

#include "core/archive/archive.hpp"
#include "core/archive/test_archive.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

namespace {
/// The message with which it is refused; "" when it is read.
std::string trouble(const std::string& bytes, const OpenOptions& options = {}) {
    const io::TestFolder folder;
    try {
        Place::open(folder.put("x.bin", bytes), options);
        return "";
    } catch (const InputError& e) { return e.what(); }
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string noise(std::size_t size) {
    std::string out(size, '\0');
    std::uint32_t x = 1;
    for (char& c : out) {
        x = x * 1664525 + 1013904223;
        c = static_cast<char>(x >> 24);
    }
    return out;
}

std::string text_of(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; out.size() < size; ++i) out += "\"row\",\"" + std::to_string(i * i) + "\"\r\n";
    return out;
}

std::string filtered(const std::string& format, const std::string& filter,
                     const std::string& first = text_of(3000)) {
    return make_archive(format, filter, {{"a.csv", first}, {"b.csv", noise(700)}});
}
}  // namespace

TEST_CASE("archive: cut off anywhere, none is read") {
    struct Row {
        std::string bytes;
        std::size_t from;
        const char* why;
    };
    const Row rows[] = {
        {filtered("zip", ""), 4, "zip, deflated"},
        {filtered("zip-stored", ""), 4, "zip, stored"},
        {make_archive("zip-stored", "", {{"inner.zip", filtered("zip", "")}, {"b", "b"}}), 4,
         "zip that holds a zip: its end must not pass for ours"},
        {filtered("7z", ""), 6, "7z"},
        {filtered("tar", "gz"), 2, "tar.gz"},
        {filtered("tar", "zst"), 4, "tar.zst"},
        {filtered("tar", "xz"), 6, "tar.xz"},
        {compress("gz", text_of(3000)), 2, "gz"},
        {compress("zst", text_of(3000)), 4, "zst"},
        {compress("xz", text_of(3000)), 6, "xz"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        REQUIRE(trouble(row.bytes).empty());
        for (std::size_t n = row.from; n < row.bytes.size();
             n += n + 64 < row.bytes.size() && n > 128 ? 13 : 1) {
            CAPTURE(n);
            CHECK(!trouble(row.bytes.substr(0, n)).empty());
        }
        // A 7z says at its front how long it is; what follows is not looked at.
        if (!row.bytes.starts_with("7z")) CHECK(!trouble(row.bytes + "x").empty());
    }
}

TEST_CASE("archive: a tar cut between two members is cut") {
    std::string tar = make_archive("tar", "", {{"a", noise(1024)}, {"b", std::string(2048, '\0')}});
    while (tar.ends_with(std::string(512, '\0')))
        tar.resize(tar.size() - 512);  // now b's content is gone, too
    const std::string header_and_content = tar + std::string(2048, '\0');
    CHECK(!trouble(tar).empty());
    CHECK(has(trouble(header_and_content), "cut short"));  // ends in zeros, but they are b's
    CHECK(has(trouble(tar.substr(0, 1536)), "cut short"));
    CHECK(trouble(header_and_content + std::string(512, '\0')).empty());
    CHECK(trouble(header_and_content + std::string(20 * 512, '\0')).empty());
    for (std::size_t n = 512; n < header_and_content.size(); n += 37) {
        CAPTURE(n);
        CHECK(!trouble(header_and_content.substr(0, n)).empty());
    }
    CHECK(has(trouble(compress("gz", header_and_content)), "cut short"));
    CHECK(has(trouble(compress("zst", header_and_content)), "cut short"));
}

TEST_CASE("archive: a changed byte of content is noticed") {
    struct Row {
        std::string bytes;
        const char* why;
    };
    const Row rows[] = {
        {make_archive("zip", "", {{"a.csv", text_of(4000)}}), "zip, deflated"},
        {make_archive("zip-stored", "", {{"a.csv", text_of(4000)}}), "zip, stored"},
        {make_archive("7z", "", {{"a.csv", text_of(4000)}}), "7z"},
        {compress("gz", noise(4000)), "gz with stored blocks: only the CRC tells"},
        {make_archive("tar", "gz", {{"a.csv", noise(4000)}}), "tar.gz"},
        {compress("xz", noise(4000)), "xz"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        REQUIRE(trouble(row.bytes).empty());
        for (const std::size_t part : {3u, 4u, 5u}) {
            std::string bytes = row.bytes;
            bytes[bytes.size() * part / 8] ^= 1;
            CAPTURE(part);
            CHECK(!trouble(bytes).empty());
        }
    }
    std::string zip = make_archive("zip-stored", "", {{"good.csv", "1"}, {"bad.csv", "content"}});
    zip[zip.find("content")] = 'k';
    CHECK(has(trouble(zip), "!bad.csv"));  // the message says which
}

TEST_CASE("archive: two members of one name are an error") {
    for (const char* format : {"zip", "tar", "7z"}) {
        CAPTURE(format);
        CHECK(has(trouble(make_archive(format, "", {{"a/b", "1"}, {"c", "2"}, {"a/b", "3"}})),
                  "!a/b: two members"));
        CHECK(has(trouble(make_archive(format, "", {{"a/b", "1"}, {"./a//b", "3"}})), "!a/b: two members"));
    }
}

TEST_CASE("archive: an encrypted zip says so") {
    std::string zip = make_archive("zip", "", {{"a.csv", "1"}});
    const std::size_t directory = zip.find("PK\1\2");
    zip[6] = static_cast<char>(zip[6] | 1);
    zip[directory + 8] = static_cast<char>(zip[directory + 8] | 1);
    CHECK(has(trouble(zip), "!a.csv: is encrypted"));
}

TEST_CASE("archive: a way of packing that is not known is not called damage") {
    std::string zip = make_archive("zip-stored", "", {{"a.csv", "1"}});
    zip[8] = zip[zip.find("PK\1\2") + 10] = 9;  // Deflate64
    CHECK(has(trouble(zip), "!a.csv: Unsupported"));
}

TEST_CASE("archive: bombs end quickly, with the member and the limit") {
    const std::string zeros(1u << 20, '\0');
    const std::string zip =
        make_archive("zip-fast", "", {{"small.csv", "1"}, {"bomb.csv", zeros, AE_IFREG, "", 1024}});
    const std::string zst =
        make_archive("tar", "zst", {{"small.csv", "1"}, {"bomb.csv", zeros, AE_IFREG, "", 1024}});
    const std::string gz = compress("gz", zeros, 100);
    const std::string xz = compress("xz", zeros, 100);
    const auto made = std::chrono::steady_clock::now();
    for (const std::string& bytes : {zip, zst}) {
        const std::string said = trouble(bytes);
        CHECK(has(said, "!bomb.csv"));
        CHECK(has(said, "200 times"));
    }
    CHECK(has(trouble(gz), "200 times"));
    CHECK(has(trouble(xz), "200 times"));
    const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - made).count();
    CHECK(seconds < 20);

    std::string lies = zip;  // the directory says 1,000 bytes: the limits must not be taken from it
    const std::size_t entry = lies.rfind("PK\1\2");
    const char small[4] = {'\xE8', 3, 0, 0};
    lies.replace(entry + 24, 4, small, 4);
    CHECK(!trouble(lies).empty());
}

TEST_CASE("archive: limits on bytes and members") {
    const std::vector<TestEntry> entries = {{"a", noise(4000)}, {"b", noise(4000)}, {"c", noise(4000)}};
    for (const char* format : {"zip", "tar", "7z"}) {
        CAPTURE(format);
        const std::string bytes = make_archive(format, "", entries);
        OpenOptions exact, fewer_bytes, fewer_members;
        exact.limits.max_bytes = 12'000;
        exact.limits.max_members = 3;
        fewer_bytes.limits.max_bytes = 11'999;
        fewer_members.limits.max_members = 2;
        CHECK(trouble(bytes, exact).empty());
        CHECK(has(trouble(bytes, fewer_bytes), "!c: would make more than the limit of 11999 bytes"));
        CHECK(has(trouble(bytes, fewer_members), "!c: is one member more than the limit of 2"));
    }
}

TEST_CASE("archive: a zip whose members share their bytes is refused") {
    // Both entries of the directory point at the first member (the pattern of the overlapping bombs).
    std::string zip = make_archive("zip-stored", "", {{"a", "1234"}, {"b", "1234"}});
    const std::size_t second = zip.rfind("PK\1\2");
    zip.replace(second + 42, 4, 4, '\0');
    CHECK(has(trouble(zip), "overlaps"));
}

TEST_CASE("archive: random damage never crashes") {
    std::uint32_t x = 99;
    auto random = [&] { return (x = x * 1664525 + 1013904223) >> 8; };
    for (const char* format : {"zip", "7z", "tar"}) {
        const std::string whole = filtered(format, "", text_of(300));
        for (int i = 0; i < 300; ++i) {
            std::string bytes = whole;
            for (std::uint32_t n = 1 + random() % 4; n > 0; --n)
                bytes[6 + random() % (bytes.size() - 6)] = static_cast<char>(random());
            trouble(bytes);
        }
    }
}
