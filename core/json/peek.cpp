#include "core/json/peek.hpp"

#include <simdjson.h>

#include <array>

namespace gpswitch::json {

using namespace simdjson;

namespace {

/// Below Parser's limit: what is nested deeper is left to it.
constexpr std::size_t kDepth = 150;
/// Objects of more members are left to Parser, which finds doubles among many faster.
constexpr std::size_t kMembers = 64;

bool each_key_once(const dom::element& e);

bool each_key_once(const dom::object& object) {
    std::array<std::string_view, kMembers> seen;
    std::size_t n = 0;
    std::uint64_t marks = 0;  // one bit for each key seen: most keys have one of their own
    for (const auto field : object) {
        if (n == kMembers || field.key.empty()) return false;
        const auto first = static_cast<unsigned char>(field.key.front()),
                   last = static_cast<unsigned char>(field.key.back());
        const std::uint64_t mark = std::uint64_t{1} << ((field.key.size() * 11 + first * 3u + last) & 63);
        for (std::size_t i = 0; (marks & mark) != 0 && i < n; ++i)
            if (seen[i] == field.key) return false;
        marks |= mark;
        seen[n++] = field.key;
        if (!each_key_once(field.value)) return false;
    }
    return true;
}

bool each_key_once(const dom::element& e) {
    if (e.is_object()) return each_key_once(dom::object(e));
    if (!e.is_array()) return true;
    for (const dom::element item : dom::array(e))
        if (!each_key_once(item)) return false;
    return true;
}

}  // namespace

struct Peek::Impl {
    dom::parser parser;
    dom::element root;
    std::size_t room = 0;
};

Peek::Peek() : impl_(std::make_unique<Impl>()) {}
Peek::~Peek() = default;
Peek::Peek(Peek&&) noexcept = default;

bool Peek::open(std::string_view text) {
    if (text.size() > impl_->room) {
        impl_->room = text.size() * 2;
        if (impl_->parser.allocate(impl_->room, kDepth) != SUCCESS) return false;
    }
    if (impl_->parser.parse(text.data(), text.size()).get(impl_->root) != SUCCESS) return false;
    return impl_->root.is_object() && each_key_once(impl_->root);
}

std::string_view Peek::text(std::string_view pointer) const {
    std::string_view out;
    return impl_->root.at_pointer(pointer).get(out) == SUCCESS ? out : std::string_view{};
}

bool Peek::has(std::string_view pointer) const { return impl_->root.at_pointer(pointer).error() == SUCCESS; }

}  // namespace gpswitch::json
