#include "core/report/writer.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/report/xml_text.hpp"

namespace gpswitch {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string address(const Issue& i) {
    std::string out = i.member;
    if (i.line != 0) out += fmt::format(":{}", i.line);
    if (i.line != 0 && i.column != 0) out += fmt::format(":{}", i.column);
    return out;
}

class TextWriter : public IssueWriter {
  public:
    explicit TextWriter(Output output) : output_(std::move(output)) {}
    void finish() override { output_(totals() + "\n"); }

  protected:
    void write(const Issue& issue) override { output_(issue.text() + "\n"); }

  private:
    Output output_;
};

class JsonLinesWriter : public IssueWriter {
  public:
    explicit JsonLinesWriter(Output output) : output_(std::move(output)) {}
    void finish() override {}

  protected:
    void write(const Issue& issue) override { output_(issue.json() + "\n"); }

  private:
    Output output_;
};

class JunitWriter : public IssueWriter {
  public:
    JunitWriter(Output output, WriterOptions options)
        : output_(std::move(output)), options_(std::move(options)) {}

    void finish() override {
        std::string title;
        append_xml(title, options_.title);
        const std::uint64_t tests = total() == 0 ? 1 : total();
        const std::string counts = fmt::format(R"(name="{}" tests="{}" failures="{}" errors="{}")", title,
                                               tests, count(Severity::error), count(Severity::fatal));
        output_(fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n<testsuite {0}>\n",
                            counts));
        if (total() == 0) output_(fmt::format("<testcase classname=\"{}\" name=\"no findings\"/>\n", title));
        output_(cases_);
        output_("</testsuite>\n</testsuites>\n");
    }

  protected:
    void write(const Issue& issue) override {
        const std::string where = address(issue);
        std::string name = issue.code;
        for (const std::string& s : {where, issue.resource, issue.path})
            if (!s.empty()) name += " " + s;
        cases_ += "<testcase classname=\"";
        append_xml(cases_, options_.title + "." + issue.code);
        cases_ += "\" name=\"";
        append_xml(cases_, name);
        cases_ += "\">";
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
        : output_(std::move(output)), options_(std::move(options)) {}

    void finish() override {
        begin();
        Json rules = Json::array();
        for (const std::string& code : codes_) {
            Json rule = {{"id", code}};
            const std::string text = options_.describe ? options_.describe(code) : std::string();
            if (!text.empty()) rule["shortDescription"] = {{"text", text}};
            rules.push_back(rule);
        }
        Json driver = {{"name", "gpswitch"}};
        if (!options_.version.empty()) driver["version"] = options_.version;
        driver["rules"] = rules;
        output_("\n],\"tool\":" + dump({{"driver", driver}}) + "}]}\n");
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

    static Json result(const Issue& issue, std::size_t rule) {
        const char* level = issue.severity == Severity::information ? "note"
                            : issue.severity == Severity::warning   ? "warning"
                                                                    : "error";
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
        if (!issue.hint.empty()) properties["hint"] = issue.hint;
        Json j = {{"ruleId", issue.code},
                  {"ruleIndex", rule},
                  {"level", level},
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
    explicit OutcomeWriter(Output output) : output_(std::move(output)) {}

    void finish() override {
        // FHIR wants at least one issue in an OperationOutcome.
        if (total() == 0)
            entry({{"severity", "information"},
                   {"code", "informational"},
                   {"details", {{"text", "no findings"}}}});
        output_("]}\n");
    }

  protected:
    void write(const Issue& issue) override {
        Json j = {
            {"severity", to_text(issue.severity)},
            {"code", issue.severity == Severity::information ? "informational" : "invalid"},
            {"details",
             {{"coding",
               Json::array({{{"system", "https://gpswitch.org/CodeSystem/issue"}, {"code", issue.code}}})},
              {"text", issue.message}}}};
        std::string more = address(issue);
        for (const std::string& s : {issue.resource, issue.hint})
            if (!s.empty()) more += (more.empty() ? "" : "; ") + s;
        if (!more.empty()) j["diagnostics"] = more;
        const std::string expression = fhir_path(issue);
        if (!expression.empty()) j["expression"] = Json::array({expression});
        entry(j);
    }

  private:
    // Only where the path is an element of a resource; a CSV column is none.
    static std::string fhir_path(const Issue& issue) {
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
    static const std::vector<std::string_view> names = {"text", "jsonl", "junit", "sarif", "outcome"};
    return names;
}

void IssueWriter::add(const Issue& issue) {
    ++counts_[static_cast<std::size_t>(issue.severity)];
    ++total_;
    write(issue);
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

std::unique_ptr<IssueWriter> make_issue_writer(Format format, Output output, WriterOptions options) {
    switch (format) {
        case Format::text: return std::make_unique<TextWriter>(std::move(output));
        case Format::jsonl: return std::make_unique<JsonLinesWriter>(std::move(output));
        case Format::junit: return std::make_unique<JunitWriter>(std::move(output), std::move(options));
        case Format::sarif: return std::make_unique<SarifWriter>(std::move(output), std::move(options));
        case Format::outcome: return std::make_unique<OutcomeWriter>(std::move(output));
    }
    throw std::logic_error("unknown report format");
}

}  // namespace gpswitch
