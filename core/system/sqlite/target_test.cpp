#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>

#include "core/system/sqlite/test_store.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using namespace gpswitch::record;
using namespace gpswitch::sqlite::test;

namespace {

// Patients whose organisations come out of order, as they are needed.
Package practice() {
    Package p;
    p.census.practice = "{ABC}";
    p.census.ods = "A81001";
    p.organization("org-9", 9);
    p.patient("a", 1);
    p.patient("b", 2);
    p.organization("org-1", 1);
    p.organization("org-5", 5);
    p.patient("c", 3);
    p.records.push_back(
        std::make_unique<Record>());  // a held patient: no key, no items, and yet one of the census
    p.patient("d", 4);
    p.organization("org-3", 3);
    return p;
}

std::string message_of(const std::function<void()>& work, int exit_code = 4) {
    try {
        work();
    } catch (const Error& e) {
        CHECK(e.exit_code() == exit_code);
        return std::string(e.what()) + " | " + e.hint();
    }
    return "no error";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE(
    "sqlite: killed after any batch and run again, it ends dump for dump where an undisturbed run ends") {
    io::TestFolder folder;
    const Package package = practice();
    package.import(folder / "whole.db", 3);
    const std::string whole = dump(folder / "whole.db");
    CHECK(has(whole, "CREATE VIEW"));
    for (std::size_t batch : {1u, 3u}) {
        for (std::size_t n = 0; n <= package.records.size() / batch + 1; ++n) {
            CAPTURE(batch);
            CAPTURE(n);
            const std::string path =
                folder / ("killed-" + std::to_string(batch) + "-" + std::to_string(n) + ".db");
            package.import(path, batch, n);
            if (std::filesystem::exists(path) &&
                ask(path, "SELECT value FROM gpswitch_meta WHERE key='complete'") == "0")
                CHECK(has(message_of([&] { open(path); }, 3),
                          "import was interrupted; run it again to resume"));
            if (n % 2 == 1) package.import(path, 4 - batch, 1);  // killed again, with other batches
            package.import(path, 2);
            CHECK(dump(path) == whole);
            CHECK(integrity(path) == "ok");
        }
    }
}

// The kernel kills a process that writes past its file size limit, in the midst of whatever it is doing.
TEST_CASE("sqlite: killed in the midst of a write and run again, it ends where an undisturbed run ends") {
    io::TestFolder folder;
    const Package package = practice();
    package.import(folder / "whole.db");
    const std::string whole = dump(folder / "whole.db");
    const std::size_t size = std::filesystem::file_size(folder / "whole.db");
    int killed = 0, journals = 0;
    for (std::size_t limit = 4096; limit <= size + 4096; limit += size / 8) {
        CAPTURE(limit);
        const std::string path = folder / ("killed-" + std::to_string(limit) + ".db");
        const pid_t child = ::fork();
        if (child == 0) {
            const rlimit none{0, 0}, small{limit, limit};
            ::setrlimit(RLIMIT_CORE, &none);
            ::setrlimit(RLIMIT_FSIZE, &small);
            std::signal(SIGXFSZ, SIG_DFL);
            package.import(path, 1);
            ::_exit(0);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) {
            ++killed;
            if (std::filesystem::exists(path + "-journal")) ++journals;
            CHECK_THROWS_AS(open(path), InputError);
        }
        package.import(path, 2);
        CHECK(dump(path) == whole);
        CHECK(integrity(path) == "ok");
    }
    CHECK(killed > 6);
    CHECK(journals > 2);
    CHECK(killed < 10);
}

TEST_CASE("sqlite: importing twice changes nothing") {
    io::TestFolder folder;
    const Package package = practice();
    package.import(folder / "practice.db");
    const std::string before = folder.get("practice.db");
    {
        const auto target = sqlite::system().create({folder / "practice.db", false});
        const Checkpoint c = package.begin(*target);
        CHECK(c.complete);
        CHECK(c.patients == 4);
    }
    package.import(folder / "practice.db");
    CHECK(folder.get("practice.db") == before);
    CHECK(folder.entries() == 1);
}

TEST_CASE("sqlite: killed after its last commit and run again, it leaves no journal beside the store") {
    io::TestFolder folder;
    const Package package = practice();
    package.import(folder / "practice.db");
    const std::string before = folder.get("practice.db");
    for (const std::string& journal :
         {std::string(), std::string(512, '\0')}) {  // emptied, or its header zeroed
        folder.put("practice.db-journal", journal);
        package.import(folder / "practice.db");
        CHECK(folder.get("practice.db") == before);
        CHECK(folder.entries() == 1);
    }
}

TEST_CASE("sqlite: a newer package replaces what differs and keeps what is gone") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    practice().import(path);
    const std::string a = table(path, "SELECT * FROM Observation WHERE patient=1");

    Package newer;
    newer.fingerprint = "f2";
    newer.census.practice = "{ABC}";
    newer.census.as_of = "2025-06-01";
    newer.patient("a", 1);
    newer.patient("aa", 11);
    newer.patient("b", 22);
    newer.organization("org-1", 111);
    newer.organization("org-7", 7);
    newer.organization("org-6", 6);
    newer.patient("d", 4);
    newer.import(path, 2, 1);  // killed in the midst of it
    CHECK(has(message_of([&] { open(path); }, 3), "import was interrupted"));
    CHECK(has(message_of([&] { practice().import(path); }), "package or mapping changed in between"));
    newer.import(path, 2);

    CHECK(integrity(path) == "ok");
    CHECK(table(path, "SELECT * FROM Observation WHERE patient=1") == a);
    CHECK(table(path, "SELECT number,key FROM gpswitch_patient ORDER BY key") ==
          "1|a\n5|aa\n2|b\n3|c\n4|d\n");
    CHECK(table(path, "SELECT patient,valueQuantity_value FROM Observation WHERE seq=1 ORDER BY 1") ==
          "1|1.0\n2|22.0\n3|3.0\n4|4.0\n5|11.0\n");
    CHECK(ask(path, "SELECT count(*) FROM component WHERE patient=2") == "3");
    CHECK(ask(path, "SELECT value FROM gpswitch_meta WHERE key='patients_kept'") == "1");
    CHECK(ask(path, "SELECT value FROM gpswitch_meta WHERE key='as_of'") == "2025-06-01");

    // What is older would bring back what has been changed and deleted since.
    for (const char* moment : {"2025-05-31", "2025-05-31T23:59:59+01:00", "2025-05-31T22:59:59Z"}) {
        CAPTURE(moment);
        Package older = practice();
        older.fingerprint = "f0";
        older.census.as_of = moment;
        CHECK(has(message_of([&] { older.import(path); }), "this is older"));
    }
    CHECK(ask(path, "SELECT value FROM gpswitch_meta WHERE key='fingerprint'") == "f2");
    for (const char* moment : {"2025-06-01T00:00:00+01:00", "2025-05-31T23:00:00Z", ""}) {
        CAPTURE(moment);
        newer.fingerprint = std::string("same ") + moment;
        newer.census.as_of = moment;
        CHECK_NOTHROW(newer.import(path));
        newer.census.as_of = "2025-06-01";
        newer.fingerprint = "f2";
        newer.import(path);
    }
    CHECK(table(path, "SELECT seq,id,name FROM Organization ORDER BY row") ==
          "0|org-1|Surgery 111\n1|org-3|Surgery 3\n2|org-5|Surgery 5\n3|org-9|Surgery 9\n4|org-6|Surgery "
          "6\n5|org-7|Surgery 7\n");
    CHECK(ask(path,
              "SELECT count(*) FROM identifier i JOIN Organization o ON i.parent=o.row AND i.seq=o.seq") ==
          "6");
    CHECK(ask(path, "SELECT count(*) FROM coding WHERE path='identifier[0].type'") == "6");
    const std::string once = dump(path);
    newer.import(path);
    CHECK(dump(path) == once);
    CHECK(open(path)->census().patients.size() == 5);
}

TEST_CASE("sqlite: a store of the format before is read, and not written to") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    const Package package = practice();
    package.import(path);
    CHECK(open(path)->census().version == "2");
    {
        sqlite::Database db(path, sqlite::Database::Use::write);
        db.exec("UPDATE gpswitch_meta SET value='1' WHERE key='format'");
    }
    CHECK(open(path)->census().version == "1");
    CHECK(has(message_of([&] { package.import(path); }), "was made by another version of gpswitch"));
    package.import(path, 2, SIZE_MAX, true);
    CHECK(open(path)->census().version == "2");
}

TEST_CASE("sqlite: two patients under one key are refused: neither replaces the other") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    Package package;
    package.patient("a", 1);
    package.patient("b", 2);
    package.patient("b", 3);
    package.census.patients.push_back({"b", 7});
    const std::string message = message_of([&] { package.import(path, 1); });
    CHECK(has(message, "patients 2 to 3 of the source"));
    CHECK(has(message, "1 patients are safely in"));
    CHECK(ask(path, "SELECT group_concat(key) FROM gpswitch_patient") == "a");
    CHECK(ask(path, "SELECT value FROM gpswitch_meta WHERE key='complete'") == "0");

    // Both held back by their source, they are nobody's.
    for (std::size_t i : {1u, 2u}) package.records[i]->key = {}, package.records[i]->items.clear();
    package.fingerprint = "f2";
    package.import(path, 1, SIZE_MAX, true);
    CHECK(ask(path, "SELECT group_concat(key) FROM gpswitch_patient") == "a");
}

TEST_CASE("sqlite: refuses what is not its own, and leaves it alone") {
    io::TestFolder folder;
    const Package package = practice();
    const std::string store = folder / "store.db";
    package.import(store);
    {
        folder.put("plain.db", "");
        sqlite::Database plain(folder / "plain.db", sqlite::Database::Use::write);
        plain.exec("CREATE TABLE t(x)");
        folder.put("wal.db", "");
        sqlite::Database wal(folder / "wal.db", sqlite::Database::Use::write);
        wal.exec("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
    }
    folder.put("text.db", std::string(5000, 'x'));
    std::filesystem::create_directory(folder / "folder.db");
    Package other = practice();
    other.census.practice = "{XYZ}";
    other.fingerprint = "f3";
    struct Row {
        std::string place;
        const Package& package;
        const char* says;
    };
    const Row rows[] = {
        {folder / "plain.db", package, "is not a gpswitch store"},
        {folder / "wal.db", package, "is not a gpswitch store"},
        {folder / "text.db", package, "is not a gpswitch store"},
        {folder / "folder.db", package, "a folder, not a database file"},
        {folder / "none/x.db", package, "cannot be created: No such file or directory"},
        {"/proc/gpswitch.db", package, "cannot be created"},
        {store, other, "holds another practice"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.place);
        const std::string before = std::filesystem::is_regular_file(row.place)
                                       ? folder.get(std::filesystem::path(row.place).filename().string())
                                       : "";
        CHECK_MESSAGE(has(message_of([&] { row.package.import(row.place); }), row.says),
                      message_of([&] { row.package.import(row.place); }));
        if (!before.empty())
            CHECK(folder.get(std::filesystem::path(row.place).filename().string()) == before);
    }
    {
        sqlite::Database db(store, sqlite::Database::Use::write);
        db.exec("BEGIN EXCLUSIVE");
        CHECK(has(message_of([&] { package.import(store); }), "another program is using it"));
    }
    {
        sqlite::Database db(store, sqlite::Database::Use::write);
        db.exec("UPDATE gpswitch_meta SET value='other' WHERE key='schema_sha256'");
    }
    CHECK(has(message_of([&] { package.import(store); }), "another version of gpswitch"));
    CHECK(has(message_of([&] { open(store); }, 3), "another version of gpswitch"));
}

TEST_CASE(
    "sqlite: with overwrite the new store appears when it is whole; a killed run goes on, another starts "
    "afresh") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    const Package package = practice();
    package.import(folder / "whole.db");
    folder.put("practice.db", "something else");
    folder.put("practice.db-journal", "left by another");
    package.import(path, 2, 2, true);
    CHECK(folder.get("practice.db") == "something else");
    CHECK(package.begin(*sqlite::system().create({path, true})).patients == 2);
    Package other = practice();
    other.fingerprint = "f9";
    other.import(path, 2, 1, true);
    CHECK(package.begin(*sqlite::system().create({path, true})).patients == 0);
    package.import(path, 2, 1, true);
    package.import(path, 2, SIZE_MAX, true);
    CHECK(dump(path) == dump(folder / "whole.db"));
    CHECK(folder.entries() == 2);
}

TEST_CASE("sqlite: only the owner may read it, and nothing lies beside it") {
    io::TestFolder folder;
    practice().import(folder / "practice.db");
    struct stat s {};
    REQUIRE(::stat((folder / "practice.db").c_str(), &s) == 0);
    CHECK((s.st_mode & 0777) == 0600);
    CHECK(folder.entries() == 1);
}

TEST_CASE("sqlite: a disk that fills up rolls back one batch, and the run can be repeated") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    Package package = practice();
    package.import(folder / "whole.db");
    auto& note =
        static_cast<Observation&>(*package.records[5]->items[1].entity).note.add(package.records[5]->arena);
    const std::string large(4'000'000, 'x');
    note.text = large;
    package.import(folder / "whole.db", 2, SIZE_MAX, true);

    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{2'000'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const std::string says = message_of([&] { package.import(path, 1); });
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK_MESSAGE(has(says, "2 patients are safely in"), says);
    CHECK(has(says, "practice.db: writing a batch: "));
    package.import(path);
    CHECK(dump(path) == dump(folder / "whole.db"));
}

TEST_CASE("sqlite: a read-only store, a damaged one, and files that are none") {
    io::TestFolder folder;
    const std::string path = folder / "practice.db";
    practice().import(path);
    folder.put("text.db", std::string(5000, 'x'));
    folder.put("empty.db", "");
    std::string bytes = folder.get("practice.db");
    folder.put("cut.db", bytes.substr(0, bytes.size() / 2));
    std::fill(bytes.begin() + 4096, bytes.begin() + 200'000, 'x');
    folder.put("damaged.db", bytes);
    {
        sqlite::Database plain(folder / "empty.db", sqlite::Database::Use::write);
        plain.exec("CREATE TABLE t(x)");
    }
    struct Row {
        const char* name;
        const char* says;
    };
    const Row rows[] = {
        {"text.db", "is not an SQLite database"},
        {"empty.db", "an SQLite database, but not a gpswitch store"},
        {"cut.db", "damaged"},
        {"damaged.db", "damaged"},
        {"none.db", "no such file"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const std::string says = message_of(
            [&] {
                const auto source = open(folder / row.name);
                const std::uint32_t all[] = {0, 1, 2, 3};
                const auto cursor = source->read(all);
                Record r;
                while (cursor->next(r)) continue;
            },
            3);
        CHECK_MESSAGE(has(says, row.says), says);
    }
    ::chmod(path.c_str(), 0400);
    CHECK(open(path)->census().patients.size() == 4);
}

TEST_CASE("sqlite: recognises its own files") {
    io::TestFolder folder;
    practice().import(folder / "practice.db");
    struct OneFile : archive::Place {
        explicit OneFile(std::string b) : list{{"x", "x", b.size()}}, content(std::move(b)) {}
        const std::vector<archive::Member>& members() const override { return list; }
        std::string_view bytes(std::size_t) const override { return content; }
        const std::vector<Refused>& refused() const override { return none; }
        void check() const override {}
        std::vector<archive::Member> list;
        std::vector<Refused> none;
        std::string content;
    };
    const std::string bytes = folder.get("practice.db");
    std::string plain = bytes;
    plain[70] = 'X';
    CHECK(sqlite::system().recognise(OneFile(bytes)).certainty == 100);
    CHECK(sqlite::system().recognise(OneFile(plain)).certainty == 0);
    CHECK(has(sqlite::system().recognise(OneFile(plain)).reason, "not a gpswitch store"));
    CHECK(sqlite::system().recognise(OneFile("id,name\n")).certainty == 0);

    // A store inside an archive is read from memory.
    SourceOptions options;
    options.place = folder / "practice.zip";
    options.files = std::make_shared<OneFile>(bytes);
    const auto source = sqlite::system().open(options);
    REQUIRE(source->census().patients.size() == 4);
    const std::uint32_t last[] = {3};
    Record r;
    CHECK(source->read(last)->next(r));
    CHECK(r.key == "d");
}
