#include "core/util/bytes.hpp"

namespace gpswitch {

void Bytes::grow(std::size_t n) {
    const std::size_t used = size();
    std::size_t room = used * 2 + kSlack;
    if (room < used + n + kSlack) room = used + n + kSlack;
    if (room < 4096) room = 4096;
    auto* more = static_cast<char*>(std::realloc(data_, room));
    if (more == nullptr) throw std::bad_alloc();
    data_ = more;
    at_ = more + used;
    end_ = more + room;
}

void Bytes::put_special(unsigned char c) {
    static constexpr char kHex[] = "0123456789abcdef";
    switch (c) {
        case '"': return put("\\\"");
        case '\\': return put("\\\\");
        case '\n': return put("\\n");
        case '\r': return put("\\r");
        case '\t': return put("\\t");
        default:
            controls_ = true;
            put("\\u00");
            put(kHex[c >> 4]);
            put(kHex[c & 15]);
    }
}

}  // namespace gpswitch
