#pragma once
// For tests only: a keyring of GnuPG that goes away, and what is encrypted for it.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/io/test_folder.hpp"

namespace gpswitch::archive {

/// Is gpg there to make keys with? Where it is not, a test says so and is over.
inline bool gpg_installed() {
    const bool is = std::system("gpg --version >/dev/null 2>&1") == 0;
    if (!is) MESSAGE("skipped: gpg is not installed");
    return is;
}

/// GNUPGHOME while it lives: one key, ed25519 and cv25519, of nobody. Not thread-safe.
struct TestKeyring {
    explicit TestKeyring(const std::string& with_passphrase = {}) : passphrase(with_passphrase) {
        ::chmod(home.path.c_str(), 0700);
        if (const char* given = ::getenv("GNUPGHOME"); given != nullptr) before_ = given;
        use();
        gpg("--pinentry-mode loopback --passphrase '" + passphrase +
            "' --quick-generate-key test@example.invalid future-default default never");
        lock();
    }
    ~TestKeyring() {
        lock();
        if (before_.empty())
            ::unsetenv("GNUPGHOME");
        else
            ::setenv("GNUPGHOME", before_.c_str(), 1);
    }
    TestKeyring(const TestKeyring&) = delete;
    TestKeyring& operator=(const TestKeyring&) = delete;

    void use() const { ::setenv("GNUPGHOME", home.path.c_str(), 1); }
    /// Ends the agent, which forgets passphrases.
    void lock() const {
        static_cast<void>(
            std::system(("gpgconf --homedir '" + home.path + "' --kill gpg-agent >/dev/null 2>&1").c_str()));
    }
    void gpg(const std::string& what) const {
        REQUIRE(std::system(("gpg --homedir '" + home.path + "' --batch --yes --quiet --trust-model always " +
                             what + " >/dev/null 2>&1 </dev/null")
                                .c_str()) == 0);
    }
    /// "X.csv" becomes "X.csv.gpg".
    void encrypt(const std::string& file, const std::string& more = {}) const {
        gpg(more + " --encrypt -r test@example.invalid -o '" + file + ".gpg' '" + file + "'");
        std::filesystem::remove(file);
    }
    io::TestFolder home;
    std::string passphrase;

  private:
    std::string before_;
};

}  // namespace gpswitch::archive
