// Documents: what is read can be written and read again, the same; what is refused says where.
#include "core/json/json.hpp"

#include "core/fuzz/fuzz.hpp"

using namespace gpswitch;

namespace {

void within(const json::Value& v, std::size_t size) {
    fuzz::promise(v.offset < size, "a value starts in the text");
    for (const json::Value* item : v.items) within(*item, size);
    for (const json::Member& m : v.members) within(*m.value, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // On the heap with nothing behind it: reading past the end is noticed.
    const std::unique_ptr<char[]> exact(new char[size]);
    for (std::size_t i = 0; i < size; ++i) exact[i] = static_cast<char>(data[i]);
    const std::string_view text(exact.get(), size);
    static json::Parser parser;
    Arena arena;
    json::Error error;
    const json::Value* v = parser.parse(text, arena, error);
    if (v == nullptr) {
        fuzz::promise(!error.message.empty() && error.offset <= size,
                      "a refusal says why, and where in the text");
        return 0;
    }
    fuzz::promise(error.message.empty(), "what is read has no error");
    within(*v, size);
    std::string once, twice;
    json::append(once, *v);
    json::Parser other;
    const json::Value* w = other.parse(once, arena, error);
    fuzz::promise(w != nullptr, "what is written can be read");
    json::append(twice, *w);
    fuzz::promise(once == twice, "written twice, it is the same");
    return 0;
}
