#include "core/system/sqlite/sqlite.hpp"

#include "core/system/sqlite/schema.hpp"

namespace gpswitch::sqlite {
namespace {

struct Sqlite : record::System {
    std::string_view name() const override { return "sqlite"; }
    std::string_view summary() const override {
        return "relational store in one SQLite file, with views for what people ask";
    }
    bool reads() const override { return true; }
    bool writes() const override { return true; }
    std::vector<std::string_view> versions() const override { return {"2", "1"}; }

    record::Recognition recognise(const archive::Place& files) const override {
        if (files.members().size() != 1) return {0, "not one file"};
        const std::string_view bytes = files.bytes(0);
        // The application id: offset 68, big-endian (https://www.sqlite.org/fileformat.html, section 1.3).
        if (bytes.size() < 100 || !bytes.starts_with(std::string_view("SQLite format 3\0", 16)))
            return {0, "not an SQLite database"};
        std::uint32_t id = 0;
        for (std::size_t i = 68; i < 72; ++i) id = id << 8 | static_cast<unsigned char>(bytes[i]);
        if (id != kApplicationId) return {0, "an SQLite database, but not a gpswitch store"};
        return {100, "an SQLite database with the application id of a gpswitch store"};
    }
    std::unique_ptr<record::Source> open(const record::SourceOptions& options) const override {
        return open_store(options);
    }
    std::unique_ptr<record::Target> create(const record::TargetOptions& options) const override {
        return create_store(options);
    }
};

}  // namespace

const record::System& system() {
    static const Sqlite instance;
    return instance;
}

}  // namespace gpswitch::sqlite
