#include "cmd/workspace.hpp"

#include <doctest/doctest.h>

#include "core/io/file.hpp"
#include "core/io/test_folder.hpp"
#include "core/util/error.hpp"

using namespace gpswitch;
using cmd::Workspace;

namespace {

cmd::GateRecord passed(const std::string& name) {
    return {{name, summary::Outcome::passed, "well", {}}, R"({"rows":3})"};
}

}  // namespace

TEST_CASE("workspace: under its own name only when it is whole") {
    const io::TestFolder f;
    Workspace w(f / "move/");
    CHECK(w.path() == (f / "move.partial"));
    CHECK(w.take_over("{}") == Workspace::Found::nothing);
    w.write("a", "b");
    CHECK_FALSE(io::exists(f / "move"));
    w.close();
    w.publish(false);
    CHECK(f.get("move/a") == "b");
    CHECK_FALSE(io::exists(f / "move.partial"));
}

TEST_CASE("workspace: one that was left goes on where it stopped, for the same thing only") {
    const io::TestFolder f;
    {
        Workspace w(f / "move");
        w.take_over(R"({"source":1})");
        w.begin("export");
        w.finish(passed("export"));
        w.begin("map");
        w.write("half", "done");
    }
    {
        Workspace w(f / "move");
        CHECK(w.take_over(R"({"source":1})") == Workspace::Found::same);
        REQUIRE(w.done().size() == 1);
        CHECK(w.done()[0].gate.name == "export");
        CHECK(w.done()[0].facts == R"({"rows":3})");
        CHECK(w.begun() == "map");
        CHECK(f.get("move.partial/half") == "done");
    }
    {
        Workspace w(f / "move");
        CHECK(w.take_over(R"({"source":2})") == Workspace::Found::other);
        CHECK(w.done().empty());
        CHECK_FALSE(io::exists(f / "move.partial/half"));
    }
    const std::string asked =
        R"({"asked":{"source":2},"gates":[{"gate":"map","says":"x","facts":{},"outcome":)";
    for (const std::string& text : {std::string("cut sh"), asked + R"("splendid"}]})", asked + "7}]}",
                                    std::string(R"({"asked":{"source":2},"gates":[{}]})"),
                                    std::string(R"({"asked":{"source":2},"gates":[],"begun":1})")}) {
        CAPTURE(text);
        f.put("move.partial/gates.json", text);
        Workspace w(f / "move");
        CHECK(w.take_over(R"({"source":2})") == Workspace::Found::other);
        CHECK(w.done().empty());
        CHECK(w.begun().empty());
    }
}

TEST_CASE("workspace: what is somebody else's is neither emptied nor removed") {
    const io::TestFolder f;
    f.put("move.partial/letter", "mine");
    CHECK_THROWS_AS(Workspace(f / "move"), UsageError);
    CHECK(f.get("move.partial/letter") == "mine");
    CHECK_FALSE(io::exists(f / "move.partial/.lock"));
}

TEST_CASE("workspace: discarding removes what this run made, and not what an earlier one left") {
    const io::TestFolder f;
    {
        Workspace w(f / "move");
        w.discard();
        CHECK_FALSE(io::exists(f / "move.partial"));
    }
    {
        Workspace w(f / "move");
        w.take_over("{}");
        w.finish(passed("export"));
    }
    Workspace w(f / "move");
    w.discard();  // before it was taken over: the source could not be opened
    CHECK(io::exists(f / "move.partial/gates.json"));
}

TEST_CASE("workspace: one run at a time") {
    const io::TestFolder f;
    const Workspace w(f / "move");
    CHECK_THROWS_AS(Workspace(f / "move"), UsageError);
}

TEST_CASE("workspace: an existing folder is replaced when asked, and only then") {
    const io::TestFolder f;
    f.put("move/old", "1");
    Workspace w(f / "move");
    w.take_over("{}");
    w.write("new", "2");
    w.close();
    CHECK_THROWS_AS(w.publish(false), TargetError);
    CHECK(f.get("move/old") == "1");
    w.publish(true);
    CHECK(f.get("move/new") == "2");
    CHECK_FALSE(io::exists(f / "move/old"));
    CHECK_FALSE(io::exists(f / "move.partial"));
}

TEST_CASE("workspace: a name is needed") {
    for (const char* name : {"/", ".", "..", "/tmp/.."}) CHECK_THROWS_AS(Workspace{name}, UsageError);
}
