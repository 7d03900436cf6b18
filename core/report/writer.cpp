#include "core/report/writer.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/report/page_writer.hpp"
#include "core/report/words.hpp"
#include "core/report/xml_text.hpp"

namespace gpswitch {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

class TextWriter : public IssueWriter {
  public:
    TextWriter(Output output, const WriterOptions& options)
        : IssueWriter(options.most), output_(std::move(output)) {}
    void finish() override {
        if (not_written() > 0) output_(not_shown(not_written()) + "\n");
        output_(totals() + "\n");
    }

  protected:
    void write(const Issue& issue) override { output_(issue.text() + "\n"); }

  private:
    Output output_;
};

class JsonLinesWriter : public IssueWriter {
  public:
    JsonLinesWriter(Output output, const WriterOptions& options)
        : IssueWriter(options.most), output_(std::move(output)) {}
    void finish() override {}

  protected:
    void write(const Issue& issue) override { output_(issue.json() + "\n"); }

  private:
    Output output_;
};

class JunitWriter : public IssueWriter {
  public:
    JunitWriter(Output output, WriterOptions options)
        : IssueWriter(options.most), output_(std::move(output)), options_(std::move(options)) {}

    void finish() override {
        std::string title;
        append_xml(title, options_.title);
        const std::uint64_t tests = total() == 0 ? 1 : total();
        const std::string counts = fmt::format(R"(name="{}" tests="{}" failures="{}" errors="{}")", title,
                                               tests, count(Severity::error), count(Severity::fatal));
        output_(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n<testsuite {0}>\n",
                            counts));
        if (not_written() > 0)
            output_(fmt::format("<properties><property name=\"notShown\" value=\"{}\"/></properties>\n",
                                not_written()));
        if (total() == 0) output_(fmt::format("<testcase classname=\"{}\" name=\"no findings\"/>\n", title));
        output_(cases_);
        output_("</testsuite>\n</testsuites>\n");
    }

  protected:
    void write(const Issue& issue) override {
        std::string name = issue.code;
        for (const std::string& s : {issue.address(), issue.resource, issue.path})
            if (!s.empty()) name += " " + s;
        cases_ += "<testcase classname=\"";
        append_xml(cases_, options_.title + "." + issue.code);
        cases_ += "\" name=\"";
        append_xml(cases_, name);
        cases_ += "\">";
        properties(issue);
        if (issue.severity < Severity::error) {
            cases_ += "<system-out>";
            append_xml(cases_, issue.text());
            cases_ += "</system-out>";
        } else {
            const char* tag = issue.severity == Severity::fatal ? "error" : "failure";
            cases_ += fmt::format("<{} type=\"", tag);
            append_xml(cases_, issue.code);
            cases_ += "\" message=\"";
            append_xml(cases_, issue.message);
            cases_ += "\">";
            append_xml(cases_, issue.text());
            cases_ += fmt::format("</{}>", tag);
        }
        cases_ += "</testcase>\n";
    }

  private:
    void properties(const Issue& issue) {
        std::string text;
        const auto add = [&text](std::string_view name, std::string_view value) {
            if (value.empty()) return;
            text += fmt::format("<property name=\"{}\" value=\"", name);
            append_xml(text, value);
            text += "\"/>";
        };
        const auto number = [](std::uint64_t n) { return n == 0 ? std::string() : std::to_string(n); };
        add("severity", to_text(issue.severity));
        add("member", issue.member);
        add("line", number(issue.line));
        add("column", number(issue.column));
        add("resource", issue.resource);
        add("path", issue.path);
        add("source", issue.source);
        add("hint", issue.hint);
        cases_ += "<properties>" + text + "</properties>";
    }

    Output output_;
    WriterOptions options_;
    std::string cases_;
};

// A member as a URI reference: what is no unreserved character or '/' is percent-encoded.
std::string uri(std::string_view member) {
    std::string out;
    for (char c : member) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~/!").find(c) != std::string_view::npos;
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

class SarifWriter : public IssueWriter {
  public:
    SarifWriter(Output output, WriterOptions options)
        : IssueWriter(options.most), output_(std::move(output)), options_(std::move(options)) {}

    void finish() override {
        begin();
        Json rules = Json::array();
        for (const std::string& code : codes_) rules.push_back(rule(code));
        Json driver = {{"name", "gpswitch"}};
        if (!options_.version.empty()) driver["version"] = options_.version;
        driver["rules"] = rules;
        const Json counts = {{"findings", total()}, {"notShown", not_written()}};
        output_("\n],\"tool\":" + dump({{"driver", driver}}) + ",\"properties\":" + dump(counts) + "}]}\n");
    }

  protected:
    void write(const Issue& issue) override {
        begin();
        const auto [it, is_new] = index_.try_emplace(issue.code, codes_.size());
        if (is_new) codes_.push_back(issue.code);
        output_((total() == 1 ? "\n" : ",\n") + dump(result(issue, it->second)));
    }

  private:
    void begin() {
        if (begun_) return;
        begun_ = true;
        output_(
            R"({"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"results":[)");
    }

    static const char* level(Severity s) {
        return s == Severity::information ? "note" : s == Severity::warning ? "warning" : "error";
    }

    Json rule(const std::string& code) const {
        Json j = {{"id", code}};
        const RuleInfo* r = options_.describe ? options_.describe(code) : nullptr;
        if (r == nullptr) return j;
        j["shortDescription"] = {{"text", r->title}};
        j["fullDescription"] = {{"text", r->why}};
        j["defaultConfiguration"] = {{"level", level(r->severity)}};
        j["help"] = {{"text", r->hint}};
        j["properties"] = {{"source", r->source}};
        return j;
    }

    static Json result(const Issue& issue, std::size_t rule) {
        Json location = Json::object();
        if (!issue.member.empty()) {
            location["physicalLocation"] = {{"artifactLocation", {{"uri", uri(issue.member)}}}};
            if (issue.line != 0) location["physicalLocation"]["region"] = {{"startLine", issue.line}};
        }
        std::string element = issue.resource;
        if (!issue.path.empty()) element += (element.empty() ? "" : " ") + issue.path;
        if (!element.empty()) location["logicalLocations"] = Json::array({{{"fullyQualifiedName", element}}});
        Json properties = {{"severity", to_text(issue.severity)}};
        if (issue.column != 0) properties["column"] = issue.column;
        if (!issue.resource.empty()) properties["resource"] = issue.resource;
        if (!issue.path.empty()) properties["path"] = issue.path;
        if (!issue.source.empty()) properties["source"] = issue.source;
        if (!issue.hint.empty()) properties["hint"] = issue.hint;
        Json j = {{"ruleId", issue.code},
                  {"ruleIndex", rule},
                  {"level", level(issue.severity)},
                  {"message", {{"text", issue.message}}}};
        if (!location.empty()) j["locations"] = Json::array({location});
        j["properties"] = properties;
        return j;
    }

    Output output_;
    WriterOptions options_;
    std::vector<std::string> codes_;
    std::map<std::string, std::size_t> index_;
    bool begun_ = false;
};

class OutcomeWriter : public IssueWriter {
  public:
    OutcomeWriter(Output output, const WriterOptions& options)
        : IssueWriter(options.most), output_(std::move(output)) {}

    void finish() override {
        // FHIR wants at least one issue in an OperationOutcome.
        if (total() == 0)
            entry({{"severity", "information"},
                   {"code", "informational"},
                   {"details", {{"text", "no findings"}}}});
        // Where nothing at all may be shown this is the one issue.
        if (not_written() > 0)
            entry({{"severity", "information"},
                   {"code", "informational"},
                   {"details", {{"text", not_shown(not_written())}}}});
        output_("]}\n");
    }

  protected:
    void write(const Issue& issue) override {
        Json j = Json::object();
        if (const Json where = extensions(issue); !where.empty()) j["extension"] = where;
        j.update(Json{{"severity", to_text(issue.severity)},
                      {"code", issue.severity == Severity::information ? "informational" : "invalid"},
                      {"details",
                       {{"coding", Json::array({{{"system", "https://gpswitch.org/CodeSystem/issue"},
                                                 {"code", issue.code}}})},
                        {"text", issue.message}}}});
        std::string more = issue.address();
        for (const std::string& s : {issue.resource, issue.source, issue.hint})
            if (!s.empty()) more += (more.empty() ? "" : "; ") + s;
        if (!more.empty()) j["diagnostics"] = more;
        const std::string expression = fhir_path(issue);
        if (!expression.empty()) j["expression"] = Json::array({expression});
        entry(j);
    }

  private:
    // Extensions that HL7 defines for OperationOutcome.issue.
    static Json extensions(const Issue& issue) {
        constexpr std::string_view base = "http://hl7.org/fhir/StructureDefinition/operationoutcome-";
        Json out = Json::array();
        const auto add = [&](std::string_view name, std::string_view type, const Json& value) {
            out.push_back({{"url", fmt::format("{}{}", base, name)}, {std::string(type), value}});
        };
        if (!issue.member.empty()) add("file", "valueString", issue.member);
        // FHIR's integers have 32 bits; what is beyond stands in diagnostics.
        if (issue.line != 0 && issue.line < 0x80000000u) add("issue-line", "valueInteger", issue.line);
        if (issue.column != 0 && issue.column < 0x80000000u) add("issue-col", "valueInteger", issue.column);
        if (!issue.source.empty()) add("authority", "valueUri", issue.source);
        return out;
    }

    // Only where the path is an element of a resource; a CSV column is none. Some paths begin with the type
    // (or with the Bundle's), those of records do not.
    static std::string fhir_path(const Issue& issue) {
        if (!issue.path.empty() && issue.path[0] >= 'A' && issue.path[0] <= 'Z' &&
            issue.source.find(':') != std::string::npos)
            return issue.path;
        const std::size_t slash = issue.resource.find('/');
        if (issue.path.empty() || slash == std::string::npos || issue.path.find(' ') != std::string::npos)
            return {};
        return issue.resource.substr(0, slash) + "." + issue.path;
    }

    void entry(const Json& j) {
        output_((begun_ ? ",\n" : R"({"resourceType":"OperationOutcome","issue":[)") + dump(j));
        begun_ = true;
    }

    Output output_;
    bool begun_ = false;
};

}  // namespace

std::optional<Format> format_of(std::string_view name) {
    const auto& names = format_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Format>(i);
    return std::nullopt;
}

const std::vector<std::string_view>& format_names() {
    static const std::vector<std::string_view> names = {"text", "jsonl", "junit", "sarif", "outcome", "html"};
    return names;
}

void IssueWriter::add(const Issue& issue) {
    ++counts_[static_cast<std::size_t>(issue.severity)];
    if (total_++ < most_) write(issue);
}

std::string IssueWriter::totals() const {
    if (total_ == 0) return "no findings";
    std::string out = fmt::format("{} finding{}:", total_, total_ == 1 ? "" : "s");
    const char* separator = " ";
    const auto part = [&](Severity s, const char* one, const char* many) {
        if (count(s) == 0) return;
        out += fmt::format("{}{} {}", separator, count(s), count(s) == 1 ? one : many);
        separator = ", ";
    };
    part(Severity::fatal, "fatal", "fatal");
    part(Severity::error, "error", "errors");
    part(Severity::warning, "warning", "warnings");
    part(Severity::information, "information", "information");
    return out;
}

std::string not_shown(std::uint64_t n) {
    return fmt::format("{} {} not shown", words::count(n, "more finding", "more findings"),
                       n == 1 ? "is" : "are");
}

std::unique_ptr<IssueWriter> make_issue_writer(Format format, Output output, WriterOptions options) {
    switch (format) {
        case Format::text: return std::make_unique<TextWriter>(std::move(output), options);
        case Format::jsonl: return std::make_unique<JsonLinesWriter>(std::move(output), options);
        case Format::junit: return std::make_unique<JunitWriter>(std::move(output), std::move(options));
        case Format::sarif: return std::make_unique<SarifWriter>(std::move(output), std::move(options));
        case Format::outcome: return std::make_unique<OutcomeWriter>(std::move(output), options);
        case Format::html: return make_page_writer(std::move(output), std::move(options));
    }
    throw std::logic_error("unknown report format");
}

}  // namespace gpswitch
