// The limit probe: what no program that does the job of `map` can be faster than on this machine. Reads the same CSV,
// finds every field and row in it, and writes the same number of bytes of JSON, taken from the rows; with "hash" also
// makes the SHA-256 of everything read and written, as a package's manifest must have. One thread.
//   limit EXTRACT BYTES-PER-ROW [hash]     prints rows read, seconds of CPU, rows per CPU second
#include <fcntl.h>
#include <immintrin.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kBuffer = 256 * 1024;

struct Out {
    int fd = open("/dev/null", O_WRONLY);
    EVP_MD_CTX* hash = nullptr;
    std::vector<char> buffer = std::vector<char>(kBuffer + 64);
    std::size_t used = 0;
    void flush() {
        if (hash != nullptr) EVP_DigestUpdate(hash, buffer.data(), used);
        if (write(fd, buffer.data(), used) < 0) std::exit(4);
        used = 0;
    }
    // `n` bytes, again and again from the row.
    void put(const char* row, std::size_t size, std::size_t n) {
        while (n > 0) {
            if (used == kBuffer) flush();
            std::size_t piece = n < size ? n : size;
            if (piece > kBuffer - used) piece = kBuffer - used;
            std::memcpy(buffer.data() + used, row, piece);
            used += piece;
            n -= piece;
        }
    }
};

std::uint64_t same(__m256i a, __m256i b, char c) {
    const __m256i v = _mm256_set1_epi8(c);
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v))) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v)))} << 32;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    const std::size_t bytes_per_row = std::strtoull(argv[2], nullptr, 10);
    const bool hashing = argc > 3 && std::string_view(argv[3]) == "hash";
    std::vector<std::filesystem::path> files;
    for (const auto& e : std::filesystem::directory_iterator(argv[1]))
        if (e.path().extension() == ".csv") files.push_back(e.path());
    Out out;
    EVP_MD_CTX* in_hash = EVP_MD_CTX_new();
    if (hashing) {
        out.hash = EVP_MD_CTX_new();
        EVP_DigestInit_ex(out.hash, EVP_sha256(), nullptr);
    }
    std::uint64_t rows = 0, fields = 0;
    for (const auto& path : files) {
        const std::size_t size = std::filesystem::file_size(path);
        if (size == 0) continue;
        const int fd = open(path.c_str(), O_RDONLY);
        const char* data = static_cast<const char*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0));
        if (data == MAP_FAILED) return 3;
        if (hashing) {
            EVP_DigestInit_ex(in_hash, EVP_sha256(), nullptr);
            EVP_DigestUpdate(in_hash, data, size);
        }
        std::uint64_t inside = 0;
        std::size_t start = 0;
        bool header = true;
        for (std::size_t at = 0; at < size; at += 64) {
            char last[64];
            const char* p = data + at;
            if (size - at < 64) {
                std::memset(last, 0, sizeof last);
                std::memcpy(last, p, size - at);
                p = last;
            }
            const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
            const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
            std::uint64_t quoted = same(a, b, '"');
            for (unsigned shift = 1; shift < 64; shift *= 2) quoted ^= quoted << shift;
            quoted ^= inside;
            inside = std::uint64_t{0} - (quoted >> 63);
            fields += static_cast<std::uint64_t>(std::popcount(same(a, b, ',') & ~quoted));
            for (std::uint64_t ends = same(a, b, '\n') & ~quoted; ends != 0; ends &= ends - 1) {
                const std::size_t end = at + static_cast<std::size_t>(std::countr_zero(ends));
                if (!header) {
                    ++rows;
                    out.put(data + start, end + 1 - start, bytes_per_row);
                }
                header = false;
                start = end + 1;
            }
        }
        munmap(const_cast<char*>(data), size);
        close(fd);
    }
    out.flush();
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const double seconds = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    std::printf("%llu %.4f %.0f\n", static_cast<unsigned long long>(rows), seconds, static_cast<double>(rows) / seconds);
    return fields == 0 ? 1 : 0;
}
