// The limit probe of `validate`: reads NDJSON and parses each line with simdjson into its DOM, and nothing
// else. One thread.
//   parse FILE     prints resources, bytes, seconds of CPU, MB and resources per CPU second
#include <fcntl.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

double cpu_seconds() {
    rusage u{};
    getrusage(RUSAGE_SELF, &u);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const int fd = open(argv[1], O_RDONLY);
    struct stat st {};
    if (fd < 0 || fstat(fd, &st) != 0) return 3;
    const auto size = static_cast<std::size_t>(st.st_size);
    const void* map = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) return 3;
    const char* text = static_cast<const char*>(map);
    simdjson::dom::parser parser;
    std::size_t resources = 0, values = 0;
    for (std::size_t at = 0; at < size;) {
        const void* newline = std::memchr(text + at, '\n', size - at);
        const std::size_t end =
            newline == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(newline) - text);
        if (end > at) {
            simdjson::dom::element e;
            // Near the end of the file simdjson has to copy the line: it reads a little beyond.
            if (parser.parse(text + at, end - at, size - end < simdjson::SIMDJSON_PADDING).get(e)) return 1;
            ++resources;
            values += e.is_object() ? 1 : 0;
        }
        at = end + 1;
    }
    const double s = cpu_seconds();
    std::printf("%zu %zu %.4f %.1f %.0f\n", resources, size, s, static_cast<double>(size) / 1e6 / s,
                static_cast<double>(resources) / s);
    return values == resources ? 0 : 1;
}
