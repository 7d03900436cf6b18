#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/diff/diff.hpp"
#include "core/diff/patients.hpp"
#include "core/util/text.hpp"

namespace gpswitch::diff {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& j) { return j.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string_view to_text(FieldDifference::Kind kind) {
    static constexpr std::string_view kNames[] = {"changed", "only-before", "only-after", "order"};
    return kNames[static_cast<std::size_t>(kind)];
}

// "component[1].value differs", with values where there are any.
std::string sentence(const FieldDifference& f) {
    const auto value = [](const std::string& s) { return s.empty() ? "" : " \"" + shown(s, 200) + "\""; };
    switch (f.kind) {
        case FieldDifference::Kind::changed:
            if (f.before.empty() && f.after.empty()) return f.path + " differs";
            return f.path + value(f.before) + " became" + value(f.after);
        case FieldDifference::Kind::only_before: return f.path + value(f.before) + " is only in BEFORE";
        case FieldDifference::Kind::only_after: return f.path + value(f.after) + " is only in AFTER";
        case FieldDifference::Kind::order: return f.path + " has another order";
    }
    return f.path;
}

std::string message(const Difference& d) {
    std::string out;
    switch (d.kind) {
        case Kind::changed: out = d.explained ? "differs as predicted" : ""; break;
        case Kind::only_before: out = "is only in BEFORE"; break;
        case Kind::only_after: out = "is only in AFTER"; break;
        case Kind::moved: out = "stands under another patient: " + d.moved_to; break;
    }
    for (const FieldDifference& f : d.fields) out += (out.empty() ? "" : "; ") + sentence(f);
    if (!d.never.empty()) out += fmt::format("; {} is lost or changed, which nothing can explain", d.never);
    for (const std::string& rule : d.rules) out += fmt::format("; rule {}", rule);
    return out;
}

std::string who(const PatientDifferences& p) {
    if (p.before == p.after || p.after.empty()) return p.before;
    return p.before.empty() ? p.after : p.before + ", AFTER " + p.after;
}

class TextWriter : public Writer {
  public:
    explicit TextWriter(Output output) : output_(std::move(output)) {}

    void patient(const PatientDifferences& p) override {
        const char* note = "";
        if (p.before.empty()) note = " (only in AFTER)";
        if (p.after.empty()) note = " (only in BEFORE)";
        output_(who(p) + note + "\n");
        for (const Difference& d : p.differences) difference(d);
    }

    void finish(const Totals& t) override {
        const auto line = [&](const std::string& s) { output_(s + "\n"); };
        std::string ways;
        for (const auto& [how, n] : t.paired_by)
            ways += fmt::format("{}{} by {}", ways.empty() ? "" : ", ", n, how);
        line(fmt::format("patients: {} before, {} after, {} paired{}", t.patients_before, t.patients_after,
                         t.patients_paired, ways.empty() ? "" : " (" + ways + ")"));
        if (t.unpaired_before + t.unpaired_after != 0)
            line(fmt::format("unpaired: {} only before, {} only after", t.unpaired_before, t.unpaired_after));
        if (t.held_before + t.held_after != 0)
            line(fmt::format("held back by their source: {} before, {} after", t.held_before, t.held_after));
        line(fmt::format("entities: {} before, {} after, {} equal, {} explained, {} unexplained",
                         t.entities_before, t.entities_after, t.equal, t.explained, t.unexplained));
        if (!t.rules.empty()) line("explained:");
        for (const auto& [rule, n] : t.rules) line(fmt::format("  {:>8}  {}", n, rule));
        if (!t.unexplained_by.empty()) line("unexplained:");
        for (const auto& [what, n] : t.unexplained_by)
            line(fmt::format("  {:>8}  {} {}", n, diff::to_text(what.first), record::name_of(what.second)));
        if (t.never != 0) line(fmt::format("never explainable: {}", t.never));
        if (t.show_values) line("values are shown: this report holds patient data");
    }

  private:
    void difference(const Difference& d) {
        if (d.kind == Kind::changed && !d.explained) {
            output_(fmt::format("  {} changed{}\n", d.resource(),
                                d.never.empty() ? "" : fmt::format(": {}", d.never)));
            for (const FieldDifference& f : d.fields) output_("    " + sentence(f) + "\n");
            for (const std::string& rule : d.rules) output_("    explained in part: " + rule + "\n");
            return;
        }
        output_(fmt::format("  {} {}\n", d.resource(), message(d)));
    }

    Output output_;
};

class JsonLinesWriter : public Writer {
  public:
    explicit JsonLinesWriter(Output output) : output_(std::move(output)) {}

    void patient(const PatientDifferences& p) override {
        for (const Difference& d : p.differences) {
            Json j = {{"severity", gpswitch::to_text(d.severity())},
                      {"code", d.code()},
                      {"resource", d.resource()}};
            if (!d.fields.empty()) j["path"] = d.fields[0].path;
            j["message"] = message(d);
            j["difference"] = diff::to_text(d.kind);
            j["patient"] = p.before.empty() ? p.after : p.before;
            const std::string_view type = record::name_of(d.entity);
            if (!d.before.empty()) j["before"] = label(type, d.before);
            if (!d.after.empty()) j["after"] = label(type, d.after);
            if (!d.moved_to.empty()) j["movedTo"] = d.moved_to;
            for (const FieldDifference& f : d.fields) {
                Json field = {{"path", f.path}, {"difference", to_text(f.kind)}};
                if (!f.before.empty()) field["before"] = f.before;
                if (!f.after.empty()) field["after"] = f.after;
                j["fields"].push_back(field);
            }
            for (const std::string& rule : d.rules) j["rules"].push_back(rule);
            if (!d.never.empty()) j["never"] = d.never;
            output_(dump(j) + "\n");
        }
    }

    void finish(const Totals& t) override {
        Json by = Json::array(), rules = Json::object(), paired = Json::object();
        for (const auto& [what, n] : t.unexplained_by)
            by.push_back({{"difference", diff::to_text(what.first)},
                          {"type", record::name_of(what.second)},
                          {"count", n}});
        for (const auto& [rule, n] : t.rules) rules[rule] = n;
        for (const auto& [how, n] : t.paired_by) paired[how] = n;
        const Json totals = {{"patients",
                              {{"before", t.patients_before},
                               {"after", t.patients_after},
                               {"paired", t.patients_paired},
                               {"pairedBy", paired},
                               {"unpairedBefore", t.unpaired_before},
                               {"unpairedAfter", t.unpaired_after},
                               {"heldBefore", t.held_before},
                               {"heldAfter", t.held_after}}},
                             {"entities",
                              {{"before", t.entities_before},
                               {"after", t.entities_after},
                               {"equal", t.equal},
                               {"explained", t.explained},
                               {"unexplained", t.unexplained}}},
                             {"fields", t.fields},
                             {"neverExplainable", t.never},
                             {"rules", rules},
                             {"unexplained", by},
                             {"showValues", t.show_values}};
        output_(dump({{"totals", totals}}) + "\n");
    }

  private:
    Output output_;
};

// One finding a difference, in whatever format findings have.
class FindingWriter : public Writer {
  public:
    explicit FindingWriter(std::unique_ptr<IssueWriter> issues) : issues_(std::move(issues)) {}

    void patient(const PatientDifferences& p) override {
        for (const Difference& d : p.differences) {
            Issue i;
            i.severity = d.severity();
            i.code = d.code();
            i.resource = d.resource();
            if (d.fields.size() == 1) i.path = d.fields[0].path;
            i.message = fmt::format("{}: {}", who(p), message(d));
            issues_->add(i);
        }
    }
    void finish(const Totals&) override { issues_->finish(); }

  private:
    std::unique_ptr<IssueWriter> issues_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(Format format, Output output, WriterOptions options) {
    if (format == Format::text) return std::make_unique<TextWriter>(std::move(output));
    if (format == Format::jsonl) return std::make_unique<JsonLinesWriter>(std::move(output));
    return std::make_unique<FindingWriter>(make_issue_writer(format, std::move(output), std::move(options)));
}

}  // namespace gpswitch::diff
