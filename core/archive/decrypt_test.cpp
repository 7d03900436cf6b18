// Encrypted members: OpenPGP by GnuPG, with keys made for the test.
#include "core/archive/decrypt.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/archive/archive.hpp"
#include "core/archive/test_archive.hpp"
#include "core/archive/test_keyring.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::archive;

namespace {

/// Rows that do not compress to nothing, so that an error can lie behind much of the text.
std::string rows(std::size_t n) {
    std::string out = "Id,Text\r\n";
    for (std::size_t i = 0; i < n; ++i) out += std::to_string(i * 2654435761u) + ",row\r\n";
    return out;
}

std::string refusal(const std::string& path) {
    try {
        static_cast<void>(Place::open(path));
    } catch (const InputError& e) { return std::string(e.what()) + " | " + e.hint(); }
    return "none";
}

}  // namespace

TEST_CASE("encrypted: which names are decrypted, and what they become") {
    CHECK(named_encrypted("a/X.csv.gpg"));
    CHECK(named_encrypted("X.CSV.GPG"));
    for (const char* no : {"X.csv", "X.gpg", "pubring.gpg", ".csv.gpg", "a/.csv.gpg", "X.csv.gpg.sig"})
        CHECK_FALSE(named_encrypted(no));
    CHECK(plain_name("a/X.csv.gpg") == "a/X.csv");
}

TEST_CASE("encrypted: a folder, an archive and a file alone read as if they were plain, and leave nothing") {
    if (!gpg_installed()) return;
    const TestKeyring key;
    const io::TestFolder folder, spool;
    const std::string one = rows(20'000), two = "Id\r\n1\r\n";
    folder.put("in/deep/B.csv", one);
    folder.put("in/A.csv", two);
    folder.put("in/plain.csv", "Id\r\n2\r\n");
    folder.put("in/key.gpg", "not a table");
    key.encrypt(folder / "in/deep/B.csv", "--sign");
    key.encrypt(folder / "in/A.csv");
    OpenOptions options;
    options.spool_folder = spool.path;
    folder.put("in.zip", make_archive("zip", "",
                                      {{"A.csv.gpg", folder.get("in/A.csv.gpg")},
                                       {"deep/B.csv.gpg", folder.get("in/deep/B.csv.gpg")},
                                       {"plain.csv", "Id\r\n2\r\n"},
                                       {"key.gpg", "not a table"}}));
    for (const char* from : {"in", "in.zip"}) {
        const auto place = Place::open(folder / from, options);
        REQUIRE(place->members().size() == 4);
        CHECK(place->members()[0].name == "A.csv");
        CHECK(place->members()[0].size == two.size());
        CHECK(place->members()[1].name == "deep/B.csv");
        CHECK(place->members()[1].origin.ends_with("deep/B.csv"));
        CHECK(place->members()[2].name == "key.gpg");
        CHECK(place->bytes(0) == two);
        CHECK(place->bytes(1) == one);
        CHECK(place->bytes(2) == "not a table");
        CHECK(place->bytes(3) == "Id\r\n2\r\n");
        CHECK(place->spool_folder() == spool.path);
        CHECK(spool.entries() ==
              0);  // no name is given to plain text, not even for a moment that a kill cuts
        place->check();
    }
    const auto alone = Place::open(folder / "in/A.csv.gpg", options);
    REQUIRE(alone->members().size() == 1);
    CHECK(alone->members()[0].name == "A.csv");
    CHECK(alone->bytes(0) == two);
}

TEST_CASE("encrypted: a file that changes under the run is noticed") {
    if (!gpg_installed()) return;
    const TestKeyring key;
    const io::TestFolder folder;
    key.encrypt(folder.put("in/A.csv", "Id\r\n1\r\n"));
    const auto place = Place::open(folder / "in");
    folder.put("in/A.csv.gpg", "another one");
    CHECK_THROWS_AS(place->check(), InputError);
}

TEST_CASE("encrypted: a key that is not there is named, and so is what to do") {
    if (!gpg_installed()) return;
    const io::TestFolder folder;
    const std::string file = folder.put("in/A.csv", "Id\r\n1\r\n");
    const TestKeyring theirs;
    theirs.encrypt(file);
    const TestKeyring ours;
    const std::string why = refusal(folder / "in");
    CHECK(why.starts_with(file + ".gpg: is encrypted for the key "));
    CHECK(why.find(": not in the keyring") != std::string::npos);
    CHECK(why.find("gpg --import") != std::string::npos);
    // The key's id, as gpg shows it.
    const std::size_t at = why.find("the key ") + 8;
    CHECK(std::count_if(why.begin() + static_cast<std::ptrdiff_t>(at),
                        why.begin() + static_cast<std::ptrdiff_t>(at) + 16,
                        [](unsigned char c) { return std::isxdigit(c) != 0; }) == 16);
}

TEST_CASE("encrypted: a locked key is an error, not a question that nobody sees; unlocked it opens") {
    if (!gpg_installed()) return;
    const TestKeyring key("secret");
    const io::TestFolder folder;
    key.encrypt(folder.put("in/A.csv", "Id\r\n1\r\n"));
    const std::string command = "gpg --homedir '" + key.home.path +
                                "' --batch --quiet --pinentry-mode loopback --passphrase secret "
                                "--decrypt '" +
                                folder / "in/A.csv.gpg' >/dev/null 2>&1";
    // Standard input of a test is no terminal everywhere.
    REQUIRE(std::freopen("/dev/null", "r", stdin) != nullptr);
    key.lock();
    const std::string why = refusal(folder / "in");
    CHECK(why.find("locked, and nobody to unlock it") != std::string::npos);
    CHECK(why.find("gpg-agent") != std::string::npos);
    REQUIRE(std::system(command.c_str()) == 0);  // the agent knows the passphrase now
    CHECK(refusal(folder / "in") == "none");
}

TEST_CASE("encrypted: cut short, changed, unguarded or no message at all: never taken for whole") {
    if (!gpg_installed()) return;
    const TestKeyring key;
    const io::TestFolder folder;
    key.encrypt(folder.put("good/A.csv", rows(100'000)));
    const std::string good = folder.get("good/A.csv.gpg");
    const auto with = [&](const std::string& bytes) {
        folder.put("in/A.csv.gpg", bytes);
        return refusal(folder / "in");
    };
    CHECK(with(good) == "none");
    for (const std::size_t left : {good.size() / 2, good.size() - 30, good.size() - 1}) {
        CAPTURE(left);
        CHECK(with(good.substr(0, left)).find("cut short, damaged or tampered with") != std::string::npos);
    }
    for (const std::size_t at : {good.size() / 2, good.size() - 4}) {
        CAPTURE(at);
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK(with(changed).find("cut short, damaged or tampered with") != std::string::npos);
    }
    CHECK(with(good + good) != "none");
    CHECK(with(good + "and more") != "none");
    CHECK(with("Id\r\n1\r\n").find("is no OpenPGP message") != std::string::npos);
    CHECK(with("").find("is empty") != std::string::npos);
    key.encrypt(folder.put("old/A.csv", rows(100)), "--rfc2440 --disable-mdc --cipher-algo 3DES");
    CHECK(with(folder.get("old/A.csv.gpg")).find("no check of its integrity") != std::string::npos);
}

TEST_CASE("encrypted: beside the plain file it is left over, and needs no key") {
    const io::TestFolder folder;
    folder.put("in/A.csv.gpg", "of a key that nobody has any more");
    folder.put("in/A.csv", "Id\r\n1\r\n");
    const auto place = Place::open(folder / "in");
    REQUIRE(place->members().size() == 2);
    CHECK(place->bytes(0) == "Id\r\n1\r\n");
    CHECK(place->members()[1].name == "A.csv.gpg");
}

TEST_CASE("encrypted: what decrypts to far more than it is stops at the limit") {
    if (!gpg_installed()) return;
    const TestKeyring key;
    const io::TestFolder folder;
    key.encrypt(folder.put("in/A.csv", std::string(80u << 20, 'x')));
    CHECK(refusal(folder / "in").find("200 times its size") != std::string::npos);
}
