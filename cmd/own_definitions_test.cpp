#include "cmd/own_definitions.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "core/io/file.hpp"
#include "core/profile/table.hpp"

using namespace gpswitch;

TEST_CASE(
    "own definitions: the shipped table knows every extension of the record model, and where it may stand") {
    const std::string path = GPSWITCH_SOURCE_DIR "/mappings/profiles/fhir-r4-ukcore.txt";
    const std::string text = io::read_all(path);
    const auto table = profile::Table::load(text, path);
    const auto bundle = cmd::own_definitions();
    REQUIRE(bundle["entry"].size() >= 40);
    for (const auto& entry : bundle["entry"]) {
        const auto& definition = entry["resource"];
        INFO(definition["url"], ": the table is older than the record model; run scripts/make-profiles");
        const auto* known = table->profile(definition["url"].get<std::string>());
        REQUIRE(known != nullptr);
        REQUIRE(known->contexts.size() == definition["context"].size());
        for (std::size_t i = 0; i < known->contexts.size(); ++i)
            CHECK(known->contexts[i].text == definition["context"][i]["expression"].get<std::string>());
    }
}

TEST_CASE("own definitions: a value, a value of a type of its own, parts") {
    const auto bundle = cmd::own_definitions();
    const auto named = [&bundle](const std::string& id) {
        for (const auto& entry : bundle["entry"])
            if (entry["resource"]["id"] == id) return entry["resource"];
        return nlohmann::ordered_json();
    };
    const auto review = named("problem-last-review");
    CHECK(review["context"].dump() == R"([{"type":"element","expression":"Condition"}])");
    CHECK(review["name"] == "GpswitchProblemLastReview");
    CHECK(review["differential"]["element"].back().dump() ==
          R"({"id":"Extension.value[x]","path":"Extension.value[x]","type":[{"code":"dateTime"}],"min":1})");
    CHECK(named("problem-last-reviewer")["differential"]["element"].back()["type"][0]["code"] == "Reference");
    // Where a text says it all there is a text, else its parts.
    const auto source = named("source");
    CHECK(source["context"][0]["expression"] == "DomainResource");
    CHECK(source["differential"]["element"].back()["type"][0]["code"] == "string");
    CHECK(source["differential"]["element"][2]["sliceName"] == "table");
    CHECK(source["differential"]["element"][2]["path"] == "Extension.extension");
    CHECK(source["differential"]["element"][3]["fixedUri"] == "table");
    CHECK(named("registration-status")["context"][0]["expression"] == "EpisodeOfCare.statusHistory");
    CHECK(named("ValueApproximation")["context"][0]["expression"] == "Quantity");
}
