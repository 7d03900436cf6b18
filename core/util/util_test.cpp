#include <doctest/doctest.h>

#include <cstring>

#include <openssl/sha.h>

#include <random>

#include "core/util/arena.hpp"
#include "core/util/bytes.hpp"
#include "core/util/hash.hpp"
#include "core/util/nhs_number.hpp"
#include "core/util/text.hpp"

using namespace gpswitch;

TEST_CASE("nhs number: check digit") {
    struct Row {
        const char* text;
        bool valid;
        const char* why;
    };
    const Row rows[] = {
        {"9434765919", true, "worked example: sum 299, check 9"},
        {"4010232137", true, "worked example: sum 92, check 7"},
        {"9876543210", true, "remainder 0 gives 11, written 0"},
        {"943 476 5919", true, "spaces are allowed"},
        {"943-476-5919", true, "hyphens are allowed"},
        {"9434765918", false, "wrong check digit"},
        {"1234567890", false, "check would be 10: no digit is right"},
        {"9999999999", false, "ten equal digits pass the sum but are a placeholder"},
        {"0000000000", false, "placeholder"},
        {"943476591", false, "nine digits"},
        {"94347659190", false, "eleven digits"},
        {"943476591X", false, "a letter"},
        {"", false, "absent isn't zero"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CAPTURE(row.why);
        CHECK(nhs_number::parse(row.text).empty() == !row.valid);
    }
}

TEST_CASE("sha256: published vector") {
    // FIPS 180-2, appendix B.1
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("uuid v5: version, variant, length prefix") {
    const auto a = uuid_v5({"ab", "c"});
    const std::string_view text(a.data(), a.size());
    CHECK(is_uuid(text));
    CHECK(text[14] == '5');
    CHECK(std::string_view("89ab").find(text[19]) != std::string_view::npos);
    CHECK(uuid_v5({"ab", "c"}) == a);
    CHECK(uuid_v5({"a", "bc"}) != a);
    CHECK(uuid_v5({"abc"}) != a);
}

namespace {

std::string libcrypto_sha256(std::string_view s) {
    unsigned char d[32];
    SHA256(reinterpret_cast<const unsigned char*>(s.data()), s.size(), d);
    std::string out;
    for (const unsigned char c : d) {
        out += "0123456789abcdef"[c >> 4];
        out += "0123456789abcdef"[c & 15];
    }
    return out;
}

// RFC 9562 by the letter, with libcrypto's SHA-1.
std::string plain_uuid(const std::vector<std::string>& parts) {
    std::string all = "\x3e\x6d\x0c\x5a\x9b\x47\x5f\x21\x8d\x12\x70\x4f\xb6\xe8\x2a\x91";
    for (const std::string& p : parts) {
        for (int shift = 24; shift >= 0; shift -= 8) all += static_cast<char>(p.size() >> shift & 255);
        all += p;
    }
    unsigned char d[20];
    SHA1(reinterpret_cast<const unsigned char*>(all.data()), all.size(), d);
    d[6] = static_cast<unsigned char>((d[6] & 15) | 0x50);
    d[8] = static_cast<unsigned char>((d[8] & 63) | 0x80);
    std::string out;
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += "0123456789abcdef"[d[i] >> 4];
        out += "0123456789abcdef"[d[i] & 15];
    }
    return out;
}

}  // namespace

TEST_CASE("sha256: libcrypto says the same of any length, in any pieces, alone and side by side") {
    std::mt19937 random(7);
    std::string data(5000, '\0');
    for (char& c : data) c = static_cast<char>(random());
    const std::string_view whole = data;
    for (std::size_t n = 0; n < 400; ++n)
        CHECK(sha256_hex(whole.substr(0, n)) == libcrypto_sha256(whole.substr(0, n)));
    for (int i = 0; i < 300; ++i) {
        const std::string_view x = whole.substr(0, random() % 5000), y = whole.substr(random() % 5000);
        Sha256 a, b, c;
        for (std::size_t at = 0, step = 0; at < x.size(); at += step) {
            step = std::min<std::size_t>(x.size() - at, random() % 200 + 1);
            c.add(x.substr(at, step));
        }
        // A first piece leaves both somewhere within a block.
        const std::size_t p = std::min<std::size_t>(x.size(), random() % 130),
                          q = std::min<std::size_t>(y.size(), random() % 130);
        a.add(x.substr(0, p));
        b.add(y.substr(0, q));
        Sha256::add_both(a, x.substr(p), b, y.substr(q));
        const std::string of_x = libcrypto_sha256(x);
        CHECK(a.hex() == of_x);
        CHECK(b.hex() == libcrypto_sha256(y));
        CHECK(c.hex() == of_x);
        CHECK(c.hex() == libcrypto_sha256(""));
    }
}

TEST_CASE("uuid v5: the same whether its beginning was hashed before or not") {
    std::mt19937 random(11);
    for (int i = 0; i < 2000; ++i) {
        std::vector<std::string> p(4);
        for (std::string& s : p)
            s.assign(random() % (i % 20 == 0 ? 900 : 60), static_cast<char>('a' + random() % 26));
        const std::string expected = plain_uuid(p);
        const auto text = [](const UuidText& u) { return std::string(u.data(), u.size()); };
        CHECK(text(uuid_v5({p[0], p[1], p[2], p[3]})) == expected);
        CHECK(text(UuidPrefix({p[0], p[1]}).id({p[2], p[3]})) == expected);
        CHECK(text(UuidPrefix({p[0]}).with({p[1]}).with({p[2]}).id({p[3]})) == expected);
    }
}

TEST_CASE("bytes: JSON strings of any length and content, without a byte read beyond them") {
    std::mt19937 random(3);
    const std::string_view special = "\"\\\n\r\t\x01";
    for (int i = 0; i < 20'000; ++i) {
        std::string s, expected = "[";
        for (std::size_t n = random() % 70; n > 0; --n)
            s += random() % 20 == 0 ? special[random() % special.size()]
                                    : static_cast<char>('a' + random() % 26);
        for (const char c : s) {
            const std::size_t at = special.find(c);
            static constexpr const char* kWritten[] = {"\\\"", "\\\\", "\\n", "\\r", "\\t", "\\u0001"};
            if (at == std::string_view::npos)
                expected += c;
            else
                expected += kWritten[at];
        }
        const std::vector<char> exact(s.begin(), s.end());
        Bytes b;
        b.put('[');
        b.put_escaped({exact.data(), exact.size()});
        b.put(static_cast<std::uint64_t>(i));
        REQUIRE(b.view() == expected + std::to_string(i));
    }
}

TEST_CASE("text: decimals are FHIR's") {
    for (const char* good : {"0", "60.000", "-0.5", "1e400", "5.600000024E-1"})
        CHECK_MESSAGE(is_decimal(good), good);
    for (const char* bad : {"", ".5", "5.", "1,5", "01", "+1", "NaN", "1 2", "--1", "1e"})
        CHECK_MESSAGE(!is_decimal(bad), bad);
}

TEST_CASE("text: guid as key") {
    std::string out;
    CHECK(normal_guid("{422ba762-d6f5-478d-81d5-bdef1cd6065d}", out));
    CHECK(out == "422BA762-D6F5-478D-81D5-BDEF1CD6065D");
    CHECK(normal_guid("422BA762-D6F5-478D-81D5-BDEF1CD6065D", out));
    CHECK(!normal_guid("{422ba762}", out));
    CHECK(!normal_guid("", out));
}

TEST_CASE("text: utf-8") {
    CHECK(valid_utf8("caf\xC3\xA9"));
    CHECK(!valid_utf8("caf\xE9"));
    CHECK(!valid_utf8(std::string_view("a\0b", 3)));
    CHECK(!valid_utf8("\xED\xA0\x80"));  // a surrogate
    CHECK(!valid_utf8("\xC0\xAF"));      // overlong
    CHECK(!valid_utf8("\xE2\x82"));      // cut
}

TEST_CASE("arena: lists grow and text stays") {
    Arena arena(64);
    List<int> list;
    for (int i = 0; i < 1000; ++i) list.add(arena) = i;
    const auto kept = arena.join("ab", "", "cd");
    CHECK(list.size == 1000);
    for (int i = 0; i < 1000; ++i) REQUIRE(list[i] == i);
    CHECK(kept == "abcd");
    arena.clear();
    CHECK(arena.copy("x") == "x");
}

TEST_CASE("arena: blocks are handed out again in their order") {
    Arena arena(64);
    std::vector<const char*> first, second;
    for (auto* places : {&first, &second}) {
        for (const std::size_t size : {std::size_t{40}, std::size_t{40}, std::size_t{500}, std::size_t{40}}) {
            places->push_back(arena.text(size));
            std::memset(const_cast<char*>(places->back()), 'x', size);
        }
        arena.clear();
    }
    CHECK(first == second);
    // What does not fit the next block gets one of its own.
    std::memset(arena.text(4000), 'y', 4000);
    const std::string_view small = arena.copy("small");
    std::memset(arena.text(64), 'z', 64);
    CHECK(small == "small");
}

TEST_CASE("text: base64") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foobar") == "Zm9vYmFy");
}
