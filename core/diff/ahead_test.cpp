#include "core/diff/ahead.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "core/diff/memory_source.hpp"

using namespace gpswitch;
using namespace gpswitch::diff;
using namespace gpswitch::diff::test;

namespace {

std::vector<std::uint32_t> numbers(std::uint32_t n) {
    std::vector<std::uint32_t> out(n);
    for (std::uint32_t i = 0; i < n; ++i) out[i] = i;
    return out;
}

}  // namespace

TEST_CASE("diff: records read ahead are those read in turn") {
    MemorySource source;
    fill_clinic(source, 50);
    const Side side{&source, {}};
    Ahead turn(side, numbers(50), false), ahead(side, numbers(50), true);
    for (int i = 0; i < 50; ++i) {
        const record::Record &a = turn.next(), &b = ahead.next();
        CHECK(a.key == b.key);
        REQUIRE(a.items.size() == b.items.size());
        for (std::size_t k = 0; k < a.items.size(); ++k)
            CHECK(record::equal(a.items[k].entity, b.items[k].entity, record::type_of(a.items[k].kind)));
    }
    CHECK_THROWS_AS(turn.next(), std::logic_error);
    CHECK_THROWS_AS(ahead.next(), std::logic_error);
}

TEST_CASE("diff: what is read ahead may be left unread") {
    MemorySource source;
    fill_clinic(source, 50);
    const Side side{&source, {}};
    Ahead ahead(side, numbers(50), true);
    CHECK(!ahead.next().key.empty());
}

TEST_CASE("diff: a failure while reading ahead comes where it would have come") {
    MemorySource source;
    fill_clinic(source, 50);
    int n = 0;
    const Side side{&source, [&n](record::Record&) {
                        if (++n == 6) throw std::runtime_error("broken off");
                    }};
    Ahead ahead(side, numbers(50), true);
    for (int i = 0; i < 5; ++i) CHECK(!ahead.next().key.empty());
    CHECK_THROWS_WITH(ahead.next(), "broken off");
}
