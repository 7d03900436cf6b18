#include <algorithm>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "core/archive/archive.hpp"
#include "core/archive/handle.hpp"
#include "core/io/file.hpp"
#include "core/util/error.hpp"

namespace gpswitch::archive {
namespace {
namespace fs = std::filesystem;
constexpr std::time_t k1980 = 315'532'800;  // 1980-01-01 00:00 UTC, the earliest time a zip can hold

/// What libarchive writes into; an exception must not pass through its C code. Nor is it told of a failure:
/// its zip writer goes on with memory it has given back. It writes into nothing until we stop it.
struct Sink {
    io::OutputFile out;
    std::exception_ptr failed = nullptr;

    static la_ssize_t write(::archive*, void* self, const void* data, std::size_t size) {
        auto& sink = *static_cast<Sink*>(self);
        try {
            if (sink.failed == nullptr) sink.out.write({static_cast<const char*>(data), size});
        } catch (...) { sink.failed = std::current_exception(); }
        return static_cast<la_ssize_t>(size);
    }
    void check() const {
        if (failed != nullptr) std::rethrow_exception(failed);
    }
};

void need_written(::archive* a, int code, const std::string& path) {
    if (code != ARCHIVE_OK) throw TargetError(path + ": cannot be packed: " + reason(a));
}

std::vector<std::string> files_of(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (!entry.is_symlink() && entry.is_regular_file())
            names.push_back(entry.path().lexically_relative(folder).string());
    std::sort(names.begin(), names.end());
    return names;
}

Writer make_writer(Packing packing, const std::string& path) {
    Writer writer(archive_write_new());
    ::archive* a = writer.get();
    if (packing == Packing::zip) {
        need_written(a, archive_write_set_format_zip(a), path);
        need_written(a, archive_write_set_options(a, "zip:compression=deflate,zip:hdrcharset=UTF-8"), path);
    } else {
        need_written(a, archive_write_set_format_pax_restricted(a), path);
        need_written(a, archive_write_add_filter_zstd(a), path);
    }
    need_written(a, archive_write_set_bytes_per_block(a, 1 << 16), path);
    need_written(a, archive_write_set_bytes_in_last_block(a, 1), path);
    return writer;
}

void add(::archive* a, Packing packing, const std::string& folder, const std::string& name,
         const std::string& path, const Sink& sink) {
    const auto file = io::MappedFile::open(folder + "/" + name);
    const Entry entry(archive_entry_new());
    archive_entry* e = entry.get();
    archive_entry_set_pathname(e, name.c_str());
    archive_entry_set_size(e, static_cast<la_int64_t>(file->bytes().size()));
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0600);
    archive_entry_set_uid(e, 0);
    archive_entry_set_gid(e, 0);
    // A zip holds local time: without one libarchive writes 1980-01-01, with one it depends on where we are.
    if (packing != Packing::zip) archive_entry_set_mtime(e, k1980, 0);
    need_written(a, archive_write_header(a, e), path);
    for (std::string_view rest = file->bytes(); !rest.empty();) {
        const la_ssize_t n = archive_write_data(a, rest.data(), std::min<std::size_t>(rest.size(), 1u << 20));
        if (n <= 0) need_written(a, ARCHIVE_FATAL, path);
        rest.remove_prefix(static_cast<std::size_t>(n));
        sink.check();
    }
    need_written(a, archive_write_finish_entry(a), path);
    file->check();
}
}  // namespace

void pack(const std::string& folder, const std::string& path, Packing packing) {
    if (packing == Packing::folder) throw std::logic_error("pack: a folder is not packed");
    const Utf8Names names;
    Sink sink{io::OutputFile(path)};
    try {
        const Writer writer = make_writer(packing, path);
        ::archive* a = writer.get();
        need_written(a, archive_write_open(a, &sink, nullptr, Sink::write, nullptr), path);
        for (const std::string& name : files_of(folder)) add(a, packing, folder, name, path, sink);
        need_written(a, archive_write_close(a), path);
        sink.check();
    } catch (const InputError& e) {
        throw TargetError(path + ": cannot be packed: " + e.what());
    } catch (const fs::filesystem_error& e) {
        throw TargetError(path + ": cannot be packed: " + e.path1().string() + ": " + e.code().message());
    }
    sink.out.publish();
}

}  // namespace gpswitch::archive
