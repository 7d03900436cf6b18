#pragma once
// For tests only: a folder that goes away, and what to put in it.
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace gpswitch::io {

struct TestFolder {
    std::string path;
    TestFolder() {
        path = (std::filesystem::temp_directory_path() / "gpswitch-test-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder: " + path);
    }
    ~TestFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    std::string operator/(std::string_view name) const { return path + "/" + std::string(name); }
    /// Writes a file, and the folders above it; returns its path.
    std::string put(std::string_view name, std::string_view bytes) const {
        const std::string to = *this / name;
        std::filesystem::create_directories(std::filesystem::path(to).parent_path());
        std::ofstream(to, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return to;
    }
    std::string get(std::string_view name) const {
        std::ostringstream out;
        out << std::ifstream(*this / name, std::ios::binary).rdbuf();
        return out.str();
    }
    /// How many entries it has, hidden ones too.
    std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
    }
};

}  // namespace gpswitch::io
