#include "core/archive/handle.hpp"

#include "core/util/error.hpp"
#include "core/util/text.hpp"

namespace gpswitch::archive {

Utf8Names::Utf8Names() : ours_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(nullptr) {
    if (ours_ != nullptr) before_ = ::uselocale(ours_);
}

Utf8Names::~Utf8Names() {
    if (ours_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(ours_);
}

std::string reason(::archive* a) {
    const char* text = archive_error_string(a);
    return text == nullptr ? "unknown reason" : shown(text, 200);
}

void need_ok(::archive* a, int code, const std::string& where) {
    if (code == ARCHIVE_OK) return;
    const std::string why = reason(a);
    if (why.starts_with("Unsupported"))  // Deflate64, which Windows makes of large files, is one of these
        throw InputError(where + ": " + why,
                         "unpack the archive with the program that made it, and give the folder");
    throw InputError(where + ": damaged or cut short: " + why,
                     "ask for the file again, or compare its checksum");
}

void open_bytes(::archive* a, std::string_view bytes, const std::string& where) {
    need_ok(a, archive_read_open_memory(a, bytes.data(), bytes.size()), where);
}

}  // namespace gpswitch::archive
