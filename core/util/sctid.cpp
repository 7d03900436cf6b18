#include "core/util/sctid.hpp"

namespace gpswitch {

bool valid_sctid(std::string_view id, char component) {
    static constexpr unsigned char kD[10][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
        {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
        {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
        {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
    static constexpr unsigned char kP[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
        {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
    if (id.size() < 6 || id.size() > 18 || id[0] == '0') return false;
    unsigned c = 0;
    for (std::size_t i = 0; i < id.size(); ++i) {
        const char d = id[id.size() - 1 - i];
        if (d < '0' || d > '9') return false;
        c = kD[c][kP[i % 8][d - '0']];
    }
    const char partition = id[id.size() - 3];
    return c == 0 && (partition == '0' || partition == '1') && id[id.size() - 2] == component;
}

}  // namespace gpswitch
