#include <doctest/doctest.h>
#include <fmt/format.h>

#include "core/report/page.hpp"
#include "core/report/writer.hpp"

using namespace gpswitch;

namespace {

const RuleInfo kRule{"FHIR-ELEM-002",
                     Severity::error,
                     "an element is missing",
                     "It is asked for.",
                     "http://hl7.org/fhir/R4/conformance-rules.html",
                     "give it"};

Issue missing(std::uint64_t line, const std::string& path = "Patient.name[0].family") {
    Issue i;
    i.severity = Severity::error;
    i.code = "FHIR-ELEM-002";
    i.member = "Patient.ndjson";
    i.line = line;
    i.resource = fmt::format("Patient/p{}", line);
    i.path = path;
    i.message = "this element is required <by it>";
    i.source = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient";
    return i;
}

std::string page_of(const std::vector<Issue>& issues, WriterOptions options = {}) {
    std::string out;
    options.describe = [](std::string_view code) { return code == kRule.code ? &kRule : nullptr; };
    auto writer = make_issue_writer(
        Format::html, [&](std::string_view s) { out += s; }, options);
    for (const Issue& i : issues) writer->add(i);
    writer->finish();
    return out;
}

std::size_t times(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("page of findings: by rule and kind, with addresses") {
    Issue warning;
    warning.code = "VAL-REF-001";
    warning.message = "leads nowhere";
    const std::string page =
        page_of({warning, missing(1), missing(2, "Patient.name[1].family"), missing(3, "Patient.birthDate")});
    CHECK(page.starts_with("<!DOCTYPE html>\n"));
    CHECK(page.find("<html lang=\"en-GB\">") != std::string::npos);
    CHECK(page.find("4 findings of 2 rules.") != std::string::npos);
    // The gravest rule first, with what is known of it.
    CHECK(page.find("id=\"FHIR-ELEM-002\"") < page.find("id=\"VAL-REF-001\""));
    CHECK(page.find("an element is missing. It is asked for.") != std::string::npos);
    // Two items of one element are one kind, whose places are told apart.
    CHECK(times(page, "<details") == 3);
    CHECK(page.find(
              "<b>2</b> \u00d7 <code>Patient.name.family</code>: this element is required &lt;by it&gt;") !=
          std::string::npos);
    CHECK(page.find(
              "<code>Patient.ndjson:2</code> <code>Patient/p2</code> <code>Patient.name[1].family</code>") !=
          std::string::npos);
    // It loads nothing and runs nothing.
    for (const char* tag : {"<script", "<link", "<img", "<iframe", "src=", "url("}) {
        CAPTURE(tag);
        CHECK(page.find(tag) == std::string::npos);
    }
}

TEST_CASE("page of findings: none, and values") {
    CHECK(page_of({}).find("No findings.") != std::string::npos);
    CHECK(page_of({}).find("may hold patient data") == std::string::npos);
    WriterOptions options;
    options.shows_values = true;
    CHECK(page_of({missing(1)}, options).find("may hold patient data") != std::string::npos);
}

TEST_CASE("page of findings: a page does not grow with the number of findings") {
    std::vector<Issue> many;
    for (std::uint64_t i = 1; i <= 20000; ++i) many.push_back(missing(i));
    const std::string page = page_of(many);
    CHECK(page.size() < 40000);
    CHECK(page.find("<td class=\"n\">20,000</td>") != std::string::npos);
    CHECK(times(page, "<li>") == 50);
    CHECK(page.find("The first 50 of 20,000 places") != std::string::npos);

    for (Issue& i : many) i.path = fmt::format("Patient.x{}", i.line);
    const std::string kinds = page_of(many);
    CHECK(kinds.size() < 200000);
    CHECK(times(kinds, "<details") == 100);
    CHECK(kinds.find("And 19,900 findings of kinds that this page has no room for") != std::string::npos);
}

TEST_CASE("page: sources that are addresses are links, others are text") {
    CHECK(page::source("https://a.example/x?y&z") ==
          "<a href=\"https://a.example/x?y&amp;z\" "
          "rel=\"noreferrer\"><code>https://a.example/x?y&amp;z</code></a>");
    CHECK(page::source("javascript:alert(1)") == "javascript:alert(1)");
}
