#include "core/archive/decrypt.hpp"

#include <gpgme.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <memory>

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::archive {
namespace {

constexpr std::string_view kSuffix = ".gpg";
constexpr const char* kAgain = "ask for the file again, or compare its checksum";

struct ContextFree {
    void operator()(gpgme_context* c) const { gpgme_release(c); }
};
struct DataFree {
    void operator()(gpgme_data* d) const { gpgme_data_release(d); }
};
using ContextPointer = std::unique_ptr<gpgme_context, ContextFree>;
using DataPointer = std::unique_ptr<gpgme_data, DataFree>;

/// gpg may end before it has read all that it is given; writing to it then must not end us.
class NoBrokenPipe {
  public:
    NoBrokenPipe() {
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        ::sigaction(SIGPIPE, &ignore, &before_);
    }
    ~NoBrokenPipe() { ::sigaction(SIGPIPE, &before_, nullptr); }
    NoBrokenPipe(const NoBrokenPipe&) = delete;
    NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

  private:
    struct sigaction before_ = {};
};

/// Where the plain text goes.
struct Plain {
    const std::function<void(std::string_view)>& sink;
    std::exception_ptr failed = nullptr;
    std::uint64_t size = 0;

    static ssize_t write(void* self, const void* data, std::size_t size) {
        auto& plain = *static_cast<Plain*>(self);
        try {
            plain.sink({static_cast<const char*>(data), size});
            plain.size += size;
            return static_cast<ssize_t>(size);
        } catch (...) {
            plain.failed = std::current_exception();
            errno = EIO;
            return -1;
        }
    }
};

void need_gnupg(const std::string& where) {
    static const bool ready = gpgme_check_version(nullptr) != nullptr;
    if (!ready || gpgme_engine_check_version(GPGME_PROTOCOL_OpenPGP) != 0)
        throw InputError(where + ": is encrypted, and GnuPG is not installed here",
                         "install gpg and gpg-agent, or decrypt the files and give the result");
}

void need(gpgme_error_t code, const std::string& where) {
    if (code != 0) throw InputError(where + ": GnuPG cannot be used: " + gpgme_strerror(code));
}

/// What a message is encrypted for: "the key E1A2...", "the keys E1A2..., F3B4...", "a passphrase".
std::string locks_of(gpgme_decrypt_result_t result) {
    std::string keys;
    std::size_t n = 0;
    for (gpgme_recipient_t r = result == nullptr ? nullptr : result->recipients; r != nullptr; r = r->next) {
        if (r->keyid == nullptr) continue;
        const bool hidden = std::string_view(r->keyid).find_first_not_of('0') == std::string_view::npos;
        keys += (n++ == 0 ? "" : ", ") + (hidden ? std::string("one that it hides") : r->keyid);
    }
    if (n == 0) return "a passphrase";
    return (n == 1 ? "the key " : "the keys ") + keys;
}

/// `begun`: some of it could be read.
[[noreturn]] void refuse(gpgme_error_t code, gpgme_decrypt_result_t result, bool begun,
                         const std::string& where) {
    switch (gpgme_err_code(code)) {
        case GPG_ERR_NO_SECKEY:
            throw InputError(where + ": is encrypted for " + locks_of(result) + ": not in the keyring",
                             "import that secret key (gpg --import), or let GNUPGHOME name the keyring that "
                             "has it; gpg --list-secret-keys --keyid-format long shows those that are here");
        case GPG_ERR_BAD_PASSPHRASE:
        case GPG_ERR_NO_PASSPHRASE:
        case GPG_ERR_NO_PIN_ENTRY:
        case GPG_ERR_CANCELED:
        case GPG_ERR_FULLY_CANCELED:
        case GPG_ERR_TIMEOUT:
        case GPG_ERR_NO_AGENT:
            throw InputError(where + ": is encrypted for " + locks_of(result) +
                                 ": locked, and nobody to unlock it: " + gpgme_strerror(code),
                             "unlock it first, so that gpg-agent knows its passphrase (gpg --decrypt "
                             "FILE >/dev/null, at a terminal), then run again");
        case GPG_ERR_NO_DATA:
            if (begun) break;
            throw InputError(where + ": is no OpenPGP message, or not a whole one", kAgain);
        default: break;
    }
    const bool unguarded = result != nullptr && result->legacy_cipher_nomdc != 0;
    throw InputError(where + ": cut short, damaged or tampered with: " +
                         (unguarded ? "it has no check of its integrity" : gpgme_strerror(code)),
                     kAgain);
}

/// One that is known to be bad: the bytes are not what was signed.
void check_signature(gpgme_ctx_t context, const std::string& where) {
    const gpgme_verify_result_t result = gpgme_op_verify_result(context);
    for (gpgme_signature_t s = result == nullptr ? nullptr : result->signatures; s != nullptr; s = s->next)
        if (gpgme_err_code(s->status) == GPG_ERR_BAD_SIGNATURE)
            throw InputError(where + ": its signature is bad: it is not what was signed", kAgain);
}

}  // namespace

bool named_encrypted(std::string_view name) {
    const std::string n = lower(name);
    return n.ends_with(".csv.gpg") && !n.ends_with("/.csv.gpg") && n != ".csv.gpg";
}

std::string plain_name(std::string_view name) {
    return std::string(name.substr(0, name.size() - kSuffix.size()));
}

void decrypt(std::string_view bytes, const std::string& where,
             const std::function<void(std::string_view)>& sink) {
    if (bytes.empty()) throw InputError(where + ": is empty", kAgain);
    const NoBrokenPipe quiet;
    need_gnupg(where);
    gpgme_ctx_t context = nullptr;
    need(gpgme_new(&context), where);
    const ContextPointer context_owner(context);
    gpgme_set_offline(context, 1);
    need(gpgme_set_pinentry_mode(
             context, ::isatty(STDIN_FILENO) != 0 ? GPGME_PINENTRY_MODE_DEFAULT : GPGME_PINENTRY_MODE_ERROR),
         where);
    gpgme_data_t cipher = nullptr, text = nullptr;
    need(gpgme_data_new_from_mem(&cipher, bytes.data(), bytes.size(), 0), where);
    const DataPointer cipher_owner(cipher);
    Plain plain{sink};
    gpgme_data_cbs callbacks = {nullptr, Plain::write, nullptr, nullptr};
    need(gpgme_data_new_from_cbs(&text, &callbacks, &plain), where);
    const DataPointer text_owner(text);
    const gpgme_error_t code = gpgme_op_decrypt_verify(context, cipher, text);
    if (plain.failed != nullptr) std::rethrow_exception(plain.failed);
    if (code != 0) refuse(code, gpgme_op_decrypt_result(context), plain.size > 0, where);
    check_signature(context, where);
}

}  // namespace gpswitch::archive
