#pragma once
// For tests only: archives of any sort, good and strange.
#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/archive/handle.hpp"
#include "core/io/test_folder.hpp"

namespace gpswitch::archive {

struct TestEntry {
    std::string name, bytes;
    unsigned type = AE_IFREG;
    std::string link = {};
    unsigned repeat = 1;  ///< how often `bytes` comes
};

/// `format`: "zip", "zip-fast", "zip-stored", "tar", "7z"; `filter`: "", "gz", "zst", "xz".
inline std::string make_archive(const std::string& format, const std::string& filter,
                                const std::vector<TestEntry>& entries) {
    const io::TestFolder folder;
    const Utf8Names names;
    {
        const Writer writer(archive_write_new());
        ::archive* a = writer.get();
        if (format == "tar") archive_write_set_format_pax_restricted(a);
        if (format == "7z") archive_write_set_format_7zip(a);
        if (format.starts_with("zip")) archive_write_set_format_zip(a);
        if (format == "zip-fast") archive_write_set_options(a, "zip:compression-level=1");
        if (format == "zip-stored") archive_write_zip_set_compression_store(a);
        if (filter == "gz") archive_write_add_filter_gzip(a);
        if (filter == "zst") archive_write_add_filter_zstd(a);
        if (filter == "xz") archive_write_add_filter_xz(a);
        REQUIRE(archive_write_open_filename(a, (folder / "a").c_str()) == ARCHIVE_OK);
        for (const auto& t : entries) {
            const Entry entry(archive_entry_new());
            archive_entry* e = entry.get();
            archive_entry_set_pathname(e, t.name.c_str());
            archive_entry_set_filetype(e, t.type);
            archive_entry_set_perm(e, 0644);
            archive_entry_set_size(e, static_cast<la_int64_t>(t.bytes.size() * t.repeat));
            if (t.type == AE_IFLNK) archive_entry_set_symlink(e, t.link.c_str());
            if (t.type == AE_IFREG && !t.link.empty()) archive_entry_set_hardlink(e, t.link.c_str());
            REQUIRE(archive_write_header(a, e) == ARCHIVE_OK);
            for (unsigned i = 0; i < t.repeat && !t.bytes.empty(); ++i)
                REQUIRE(archive_write_data(a, t.bytes.data(), t.bytes.size()) > 0);
        }
        REQUIRE(archive_write_close(a) == ARCHIVE_OK);
    }
    return folder.get("a");
}

/// One compressed file.
inline std::string compress(const std::string& filter, std::string_view bytes, unsigned repeat = 1) {
    const io::TestFolder folder;
    {
        const Writer writer(archive_write_new());
        ::archive* a = writer.get();
        archive_write_set_format_raw(a);
        if (filter == "gz") archive_write_add_filter_gzip(a);
        if (filter == "zst") archive_write_add_filter_zstd(a);
        if (filter == "xz") archive_write_add_filter_xz(a);
        REQUIRE(archive_write_open_filename(a, (folder / "a").c_str()) == ARCHIVE_OK);
        const Entry entry(archive_entry_new());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        REQUIRE(archive_write_header(a, entry.get()) == ARCHIVE_OK);
        for (unsigned i = 0; i < repeat && !bytes.empty(); ++i)
            REQUIRE(archive_write_data(a, bytes.data(), bytes.size()) > 0);
        REQUIRE(archive_write_close(a) == ARCHIVE_OK);
    }
    return folder.get("a");
}

}  // namespace gpswitch::archive
