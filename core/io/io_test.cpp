#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "core/io/file.hpp"
#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::io;

namespace {
/// Runs `body` in a child with its stderr in `said`; returns the exit code, or minus the signal.
int in_child(const std::function<int()>& body, std::string* said = nullptr) {
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(pipe_ends[1], STDERR_FILENO);
        ::close(pipe_ends[0]);
        int code = 99;
        try {
            code = body();
        } catch (const Error& e) { code = e.exit_code(); } catch (...) {
        }
        ::_exit(code);
    }
    ::close(pipe_ends[1]);
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
        if (said != nullptr) said->append(buffer, static_cast<std::size_t>(n));
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// No file of this process may grow over `bytes` while this lives; stands in for a full disk.
struct SmallDisk {
    explicit SmallDisk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        rlimit small = before_;
        small.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &small);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    ~SmallDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    rlimit before_{};
    void (*handler_)(int);
};

unsigned mode_of(const std::string& path) {
    struct stat s {};
    REQUIRE(::stat(path.c_str(), &s) == 0);
    return s.st_mode & 07777u;
}
}  // namespace

TEST_CASE("io: a mapped file is the file's bytes") {
    const TestFolder folder;
    for (const std::size_t size : {0u, 1u, 16384u, 16385u, 300'000u}) {  // copied up to 16 KiB, mapped above
        std::string bytes(size, 'x');
        if (size > 1) bytes.back() = 'y';
        CAPTURE(size);
        const auto file = MappedFile::open(folder.put("f", bytes));
        CHECK(file->bytes() == bytes);
        file->check();
    }
}

TEST_CASE("io: what is let go is no longer counted as ours, and still there; other memory is not touched") {
    TestFolder folder;
    std::string text;
    while (text.size() < 3'000'000) text += std::to_string(text.size()) + ' ';
    const auto path = folder.put("a", text);
    const auto file = MappedFile::open(path);
    const auto pages = [] {
        long unsigned all = 0, ours = 0;
        FILE* f = std::fopen("/proc/self/statm", "r");
        REQUIRE(f != nullptr);
        CHECK(std::fscanf(f, "%lu %lu", &all, &ours) == 2);
        std::fclose(f);
        return ours;
    };
    CHECK(file->bytes() == text);
    const auto before = pages();
    let_go(file->bytes().substr(0, 1'000'001));
    let_go(file->bytes().substr(1'000'001, 999'999));
    let_go(file->bytes().substr(2'000'000));
    CHECK(pages() + 500 < before);  // 732 pages of 4 KiB, a few of which others may have come for
    CHECK(file->bytes() == text);
    const std::string copy = text;
    let_go(text);
    let_go({});
    CHECK(text == copy);
}

TEST_CASE("io: what cannot be mapped is an input error") {
    const TestFolder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    for (const char* name : {"missing", "", "pipe"})
        CHECK_THROWS_AS(MappedFile::open(folder / name), InputError);
    CHECK_THROWS_AS(MappedFile::open("/dev/null"), InputError);
}

TEST_CASE("io: a file that changes is noticed") {
    struct Row {
        std::function<void(const std::string&)> change;
        const char* why;
    };
    const Row rows[] = {
        {[](const std::string& p) { std::filesystem::resize_file(p, 10); }, "shorter"},
        {[](const std::string& p) { std::filesystem::resize_file(p, 90'000); }, "longer"},
        {[](const std::string& p) { std::filesystem::remove(p); }, "gone"},
        {[](const std::string& p) {
             std::ofstream(p + "2") << std::string(50'000, 'y');
             std::filesystem::rename(p + "2", p);
         },
         "replaced"},
        {[](const std::string& p) {
             std::filesystem::last_write_time(
                 p, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
         },
         "written to"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.why);
        const TestFolder folder;
        const auto file = MappedFile::open(folder.put("f", std::string(50'000, 'x')));
        file->check();
        row.change(file->path());
        CHECK_THROWS_AS(file->check(), InputError);
    }
}

TEST_CASE("io: a file cut short under a reader is exit 3, not a crash") {
    const TestFolder folder;
    const std::string path = folder.put("f", std::string(1 << 20, 'x'));
    std::string said;
    const int code = in_child(
        [&] {
            install_sigbus_handler();
            const auto file = MappedFile::open(path);
            std::filesystem::resize_file(path, 0);
            return file->bytes().back() == 'x' ? 0 : 1;
        },
        &said);
    CHECK(code == 3);
    CHECK(said.find("input file became shorter while it was read") != std::string::npos);
}

TEST_CASE("io: a spool file is nameless, and mapped when written") {
    const TestFolder folder;
    SpoolFile spool(folder.path);
    const std::string piece(700'000, 'p');
    for (int i = 0; i < 5; ++i) spool.write(piece);
    spool.expect(1);
    CHECK_THROWS_AS(spool.expect(std::uint64_t{1} << 60), TargetError);
    CHECK(folder.entries() == 0);
    const auto file = spool.map("a.zip!x");
    CHECK(file->bytes().size() == 5 * piece.size());
    CHECK(file->bytes().substr(4 * piece.size()) == piece);
    file->check();
    CHECK(SpoolFile(folder.path).map("empty")->bytes().empty());
    CHECK_THROWS_AS(SpoolFile(folder / "missing"), TargetError);
}

TEST_CASE("io: an output file appears whole, or not at all") {
    const TestFolder folder;
    folder.put("old", "old");
    {
        OutputFile out(folder / "old");
        out.write("new ");
        CHECK(folder.get("old") == "old");
        CHECK(folder.entries() == 2);
        out.write(std::string(3 << 20, 'n'));
        CHECK(out.size() == 4 + (3 << 20));
        out.publish();
    }
    CHECK(folder.get("old") == "new " + std::string(3 << 20, 'n'));
    CHECK(mode_of(folder / "old") == 0600);
    { OutputFile(folder / "dropped").write("x"); }
    CHECK(folder.entries() == 1);

    std::filesystem::create_symlink("old", folder / "link");
    OutputFile through(folder / "link");
    through.write("linked");
    through.publish();
    CHECK(std::filesystem::is_symlink(folder / "link"));
    CHECK(folder.get("old") == "linked");
}

TEST_CASE("io: a target that cannot be written is a target error and leaves nothing behind") {
    const TestFolder folder;
    CHECK_THROWS_AS(OutputFile(folder / "missing/f"), TargetError);
    CHECK_THROWS_AS(OutputFile(folder.path), TargetError);
    const std::string big(3 << 20, 'x');
    {
        const SmallDisk disk(1 << 20);
        OutputFile out(folder / "f");
        CHECK_THROWS_AS(out.write(big), TargetError);
        CHECK(folder.entries() == 0);
        CHECK_THROWS_AS(out.write("more"), std::logic_error);
        SpoolFile spool(folder.path);
        CHECK_THROWS_AS(spool.write(big), TargetError);
    }
    {
        const SmallDisk disk(10);
        OutputFile out(folder / "f");
        out.write("short enough for the buffer");
        CHECK_THROWS_AS(out.publish(), TargetError);
        CHECK(folder.entries() == 0);
    }
    OutputFile full("/dev/full");
    full.write("x");
    CHECK_THROWS_AS(full.publish(), TargetError);
    OutputFile null("/dev/null");
    null.write("x");
    null.publish();
    CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("io: stdout closed early is a target error, not a signal") {
    const int code = in_child([] {
        int ends[2];
        if (::pipe(ends) != 0) return 98;
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        OutputFile out("-");
        out.write("x");
        out.publish();
        return 0;
    });
    CHECK(code == 4);
}

TEST_CASE("io: an output folder appears whole, or not at all") {
    const TestFolder folder;
    auto build = [&](bool overwrite, const char* text) {
        auto out = std::make_unique<OutputFolder>(folder / "set/", overwrite);
        CHECK(mode_of(out->path()) == 0700);
        std::filesystem::create_directory(out->path() + "/held");
        std::ofstream(out->path() + "/held/f") << text;
        return out;
    };
    build(false, "dropped");
    CHECK(folder.entries() == 0);
    build(false, "one")->publish();
    CHECK(folder.get("set/held/f") == "one");
    CHECK_THROWS_AS(OutputFolder(folder / "set", false), UsageError);

    folder.put("set/other", "of the old one");
    auto second = build(true, "two");
    CHECK(folder.get("set/held/f") == "one");
    second->publish();
    CHECK(folder.get("set/held/f") == "two");
    CHECK(!exists(folder / "set/other"));
    CHECK(folder.entries() == 1);

    std::filesystem::remove_all(folder / "set");
    folder.put("set", "a file");
    build(true, "three")->publish();
    CHECK(folder.get("set/held/f") == "three");
    CHECK(folder.entries() == 1);
}

TEST_CASE("io: an output folder never takes a name that came up meanwhile") {
    const TestFolder folder;
    {
        OutputFolder out(folder / "set", false);
        std::filesystem::create_directory(folder / "set");  // empty: a plain rename would replace it
        CHECK_THROWS_AS(out.publish(), TargetError);
    }
    CHECK(folder.entries() == 1);
    for (const char* path : {"", "/", ".", "..", "x/..", "x/."})
        CHECK_THROWS_AS(OutputFolder(path, true), UsageError);
    CHECK_THROWS_AS(OutputFolder(folder / "missing/set", false), TargetError);
}

TEST_CASE("io: small helpers") {
    const TestFolder folder;
    const std::string text(200'000, 't');
    CHECK(read_all(folder.put("f", text)) == text);
    CHECK(read_all(folder.put("empty", "")).empty());
    CHECK_THROWS_AS(read_all(folder / "missing"), InputError);
    CHECK_THROWS_AS(read_all(folder.path), InputError);
    CHECK(exists(folder / "f"));
    CHECK(!exists(folder / "missing"));
    CHECK(is_folder(folder.path));
    CHECK(!is_folder(folder / "f"));
    CHECK(space_left(folder.path) > 0);
    CHECK_THROWS_AS(space_left(folder / "missing"), TargetError);
}
