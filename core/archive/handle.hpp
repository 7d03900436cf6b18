#pragma once
// libarchive's handles and manners, for the .cpp files of this folder only.
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <memory>
#include <string>
#include <string_view>

namespace gpswitch::archive {

struct ReadFree {
    void operator()(::archive* a) const { archive_read_free(a); }
};
struct WriteFree {
    void operator()(::archive* a) const { archive_write_free(a); }
};
struct EntryFree {
    void operator()(archive_entry* e) const { archive_entry_free(e); }
};
using Reader = std::unique_ptr<::archive, ReadFree>;
using Writer = std::unique_ptr<::archive, WriteFree>;
using Entry = std::unique_ptr<archive_entry, EntryFree>;

/// libarchive converts names to the locale's character set, and in the C locale replaces what is not ASCII by
/// '?'. While this lives, the thread's locale is UTF-8.
class Utf8Names {
  public:
    Utf8Names();
    ~Utf8Names();
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

  private:
    locale_t ours_, before_;
};

/// libarchive's own words for the last error.
std::string reason(::archive* a);
/// Throws InputError(where + what libarchive says) unless `code` is fine.
void need_ok(::archive* a, int code, const std::string& where);
/// Hands `bytes` to a reader that is set up; they must outlive it.
void open_bytes(::archive* a, std::string_view bytes, const std::string& where);

}  // namespace gpswitch::archive
