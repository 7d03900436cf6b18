#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gpswitch::io {

/// What tells whether the file under a name is still the one that was opened.
struct FileStamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified_ns = 0;
    bool operator==(const FileStamp&) const = default;
};

/// A file mapped read-only where it lies; the view lives as long as the object. Empty files give an empty
/// view. Files up to 16 KiB are copied instead, and no descriptor is kept: a folder of 100,000 letters needs
/// neither 100,000 mappings nor 100,000 descriptors. Errors: InputError when missing, unreadable or not a
/// plain file.
class MappedFile {
  public:
    static std::shared_ptr<MappedFile> open(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    std::string_view bytes() const { return {data_, size_}; }
    const std::string& path() const { return path_; }
    const FileStamp& stamp() const { return stamp_; }
    /// InputError when the file under this name is no longer the one that was opened: shorter, longer,
    /// written to, replaced, or gone. Reading past a new, earlier end is SIGBUS: call this before trusting a
    /// long scan, and let install_sigbus_handler() turn the race that is left into exit 3 with a message.
    /// Spool files never change.
    void check() const;

  private:
    MappedFile() = default;
    friend class SpoolFile;
    std::string path_;
    bool spool_ = false;
    const char* data_ = nullptr;
    std::size_t size_ = 0;
    std::unique_ptr<char[]> copy_;
    FileStamp stamp_;
};

/// Says that this part will not be read again soon: its pages no longer count as ours. They come back when it
/// is read after all. What is not part of a mapped file stays as it is. Thread-safe.
void let_go(std::string_view part);

/// The stamp of a plain file; InputError when it is missing or something else.
FileStamp stamp_of(const std::string& path);
/// check() for a file that is not mapped (yet).
void check_unchanged(const std::string& path, const FileStamp& stamp);

/// Call once, in main. Afterwards a mapped file that becomes shorter (or whose disk fails) under a reader
/// ends the process with exit 3 and a line on stderr. Nothing is cleaned up then: what is written stays under
/// its .partial name.
void install_sigbus_handler();

/// A nameless file (O_TMPFILE, 0600) in `folder` of which a reader then gets a mapping; gone with the
/// process, however it ends. Errors: TargetError when the folder cannot be written or the disk is full.
class SpoolFile {
  public:
    explicit SpoolFile(const std::string& folder);
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;
    /// TargetError when `bytes` more do not fit on the disk; says how much is needed and how much is free.
    /// Takes no space.
    void expect(std::uint64_t bytes);
    void write(std::string_view bytes);
    std::uint64_t size() const { return size_; }
    /// Ends writing. `name` is what messages call it.
    std::shared_ptr<MappedFile> map(const std::string& name);

  private:
    void flush();
    std::string folder_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::string buffer_;
};

/// Whoever read standard output has gone away: a write to it failed with EPIPE. The run fails like any other
/// that could not write, but there is nobody to be told why.
bool reader_gone();
/// For those who write to standard output by other means.
void note_write_error(int error);

/// A file written beside its final place (".NAME.partial-XXXXXX", 0600) and renamed by publish(), over
/// whatever is there (asking first is the command's business); the destructor removes what was not published.
/// "-" (stdout) and what is not a plain file, such as /dev/null or a pipe, is written directly: for those
/// SIGPIPE is switched off in the process, so that a reader who goes away is an error like any other. A
/// symbolic link stays; the file it leads to is replaced. Buffered; not thread-safe. Errors: TargetError
/// (disk full, no permission, broken pipe): what was written is removed.
class OutputFile {
  public:
    explicit OutputFile(const std::string& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    void write(std::string_view bytes);
    /// Flushes, fsyncs, renames.
    void publish();
    std::uint64_t size() const { return size_; }

  private:
    void flush();
    [[noreturn]] void fail(const std::string& what, int error);
    void discard();
    std::string path_, partial_;
    int fd_ = -1;
    bool direct_ = false;
    std::uint64_t size_ = 0;
    std::string buffer_;
};

/// A folder built beside its final place (".NAME.partial-XXXXXX", 0700) and renamed by publish(). Without
/// `overwrite`, a folder or file that exists at `path` is a UsageError before anything is written, and one
/// that appears meanwhile is a TargetError. With `overwrite`, publish() exchanges the two names in one step
/// and then removes the old content (on file systems that cannot exchange, the old one is moved aside first).
/// The destructor removes the whole unpublished folder. A killed run leaves only the .partial folder, never
/// the name; the next one of this user for the same name removes it, unless it is still being written.
/// Errors: UsageError also for a path without a name of its own ("", "/", ".", ".."); TargetError.
class OutputFolder {
  public:
    OutputFolder(const std::string& path, bool overwrite);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;
    /// Where to write now.
    const std::string& path() const { return partial_; }
    void publish();

  private:
    void replace();
    std::string final_, partial_;
    int held_ = -1;
    bool overwrite_ = false, published_ = false;
};

/// Bytes free for us on the file system of `folder`.
std::uint64_t space_left(const std::string& folder);
/// All of a (small) file or pipe. InputError when it cannot be read, or is over 1 GiB.
std::string read_all(const std::string& path);
bool exists(const std::string& path);
bool is_folder(const std::string& path);

}  // namespace gpswitch::io
