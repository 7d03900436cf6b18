#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gpswitch::io {

/// A file mapped read-only where it lies; the view lives as long as the object. Empty files give an empty view.
/// Errors: InputError when missing, unreadable or not a plain file. check() throws InputError when the file has become
/// shorter since it was opened (reading past the new end would be SIGBUS: call it before trusting a long scan, and
/// install_sigbus_handler() turns the race that is left into exit 3 with a message instead of a crash).
class MappedFile {
  public:
    static std::shared_ptr<MappedFile> open(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    std::string_view bytes() const { return {data_, size_}; }
    const std::string& path() const { return path_; }
    void check() const;

  private:
    MappedFile() = default;
    friend std::shared_ptr<MappedFile> map_spool(int fd, std::uint64_t size, const std::string& name);
    std::string path_;
    int fd_ = -1;
    const char* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Call once, in main.
void install_sigbus_handler();

/// A nameless file (O_TMPFILE, 0600) in `folder` of which a reader then gets a mapping; gone with the process.
/// Errors: TargetError when the folder cannot be written or the disk is full (says how much was needed).
class SpoolFile {
  public:
    explicit SpoolFile(const std::string& folder);
    ~SpoolFile();
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;
    void write(std::string_view bytes);
    /// Ends writing. `name` is what messages call it.
    std::shared_ptr<MappedFile> map(const std::string& name);

  private:
    std::string folder_;
    int fd_ = -1;
    std::uint64_t size_ = 0;
    std::string buffer_;
};

/// A file written beside its final place (".NAME.partial-XXXXXX", 0600) and renamed by publish(); the destructor removes
/// what was not published. "/dev/null" and "-" (stdout) are written directly. Buffered; not thread-safe.
/// Errors: TargetError (disk full, no permission, broken pipe): what was written is removed.
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
    std::string path_, partial_;
    int fd_ = -1;
    bool direct_ = false;
    std::uint64_t size_ = 0;
    std::string buffer_;
};

/// A folder built beside its final place (".NAME.partial-XXXXXX", 0700) and renamed by publish(). With `overwrite` an
/// existing folder or file at `path` is moved aside first and removed after the rename; without, one that exists is a
/// UsageError before anything is written.
/// The destructor removes the whole unpublished folder. A killed run leaves only the .partial folder, never the name.
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
    std::string final_, partial_;
    bool overwrite_ = false, published_ = false;
};

/// Bytes free for us on the file system of `folder`.
std::uint64_t space_left(const std::string& folder);
/// All of a (small) file. InputError when it cannot be read.
std::string read_all(const std::string& path);
bool exists(const std::string& path);
bool is_folder(const std::string& path);

}  // namespace gpswitch::io
