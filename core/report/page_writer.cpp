#include "core/report/page_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/report/page.hpp"
#include "core/report/words.hpp"

namespace gpswitch {
namespace {

using page::escaped;
using words::grouped;

constexpr std::size_t kMostKinds = 100, kMostPlaces = 50;
constexpr std::size_t kOpenPlaces = 5;  ///< a kind with no more is unfolded

/// "Patient.name[0].given[1]" -> "Patient.name.given"
std::string without_items(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '[') {
            const std::size_t end = path.find_first_not_of("0123456789", i + 1);
            if (end != std::string_view::npos && end > i + 1 && path[end] == ']') {
                i = end;
                continue;
            }
        }
        out += path[i];
    }
    return out;
}

struct Kind {
    std::string path, message, source, hint;
    std::uint64_t count = 0;
    std::vector<std::string> places;  ///< as HTML
};

struct Group {
    Severity worst = Severity::information;
    std::uint64_t count = 0, beyond = 0;  ///< all; those of kinds that have no place of their own
    std::vector<Kind> kinds;
    std::map<std::string, std::size_t> index;
};

std::string place(const Issue& issue) {
    std::string out;
    for (const std::string& s : {issue.address(), issue.resource, issue.path})
        if (!s.empty()) out += fmt::format("{}<code>{}</code>", out.empty() ? "" : " ", escaped(s));
    return out.empty() ? "the whole" : out;
}

class PageWriter : public IssueWriter {
  public:
    PageWriter(Output output, WriterOptions options)
        : IssueWriter(options.most), output_(std::move(output)), options_(std::move(options)) {}

    void finish() override {
        std::vector<std::pair<std::string, const Group*>> order;
        for (const auto& [code, group] : groups_) order.emplace_back(code, &group);
        std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
            return a.second->worst != b.second->worst ? a.second->worst > b.second->worst
                                                      : a.second->count > b.second->count;
        });
        output_(page::head(options_.title, "Findings", options_.version));
        overview(order);
        for (const auto& [code, group] : order) section(code, *group);
        output_(page::foot(last_words()));
    }

  protected:
    void write(const Issue& issue) override {
        Group& group = groups_[issue.code];
        ++group.count;
        group.worst = std::max(group.worst, issue.severity);
        std::string path = without_items(issue.path);
        std::string key = path + '\n' + issue.source + '\n' + issue.message + '\n' + issue.hint;
        auto found = group.index.find(key);
        if (found == group.index.end()) {
            if (group.kinds.size() == kMostKinds) {
                ++group.beyond;
                return;
            }
            found = group.index.emplace(std::move(key), group.kinds.size()).first;
            group.kinds.push_back({std::move(path), issue.message, issue.source, issue.hint, 0, {}});
        }
        Kind& kind = group.kinds[found->second];
        ++kind.count;
        if (kind.places.size() < kMostPlaces) kind.places.push_back(place(issue));
    }

  private:
    void overview(const std::vector<std::pair<std::string, const Group*>>& order) {
        const bool grave = count(Severity::fatal) + count(Severity::error) > 0;
        output_(
            fmt::format("<div class=\"answer {}\"><p>{}</p>{}</div>\n",
                        total() == 0 ? "good"
                        : grave      ? "bad"
                                     : "fair",
                        escaped(sentence()),
                        not_written() == 0 ? "" : "<p class=\"then\">" + not_shown(not_written()) + ".</p>"));
        if (total() == 0) return;
        std::string out = "<div class=\"tiles\">\n";
        for (const auto s : {Severity::fatal, Severity::error, Severity::warning, Severity::information})
            if (s != Severity::fatal || count(s) > 0)
                out += page::tile(grouped(count(s)),
                                  s == Severity::error && count(s) != 1     ? "errors"
                                  : s == Severity::warning && count(s) != 1 ? "warnings"
                                                                            : to_text(s),
                                  s >= Severity::error && count(s) > 0 ? "bad" : "");
        out +=
            "</div>\n<section aria-labelledby=\"rules\"><h2 id=\"rules\">By rule</h2>\n<div "
            "class=\"scroll\"><table>"
            "<thead><tr><th scope=\"col\">Rule</th><th scope=\"col\">What is found</th><th "
            "scope=\"col\">Severity"
            "</th><th scope=\"col\" class=\"n\">Findings</th></tr></thead>\n<tbody>\n";
        for (const auto& [code, group] : order)
            out += fmt::format(
                "<tr><th scope=\"row\" class=\"nowrap\"><a href=\"#{0}\">{0}</a></th><td "
                "class=\"any\">{1}</td>"
                "<td>{2}</td>{3}</tr>\n",
                escaped(code), escaped(title(code, *group)), page::tag(to_text(group->worst)),
                page::number_cell(group->count));
        output_(out + "</tbody></table></div></section>\n");
    }

    std::string sentence() const {
        if (total() == 0) return "No findings.";
        return fmt::format("{} of {}.", words::count(total(), "finding", "findings"),
                           words::count(groups_.size(), "rule", "rules"));
    }

    std::string title(const std::string& code, const Group& group) const {
        const RuleInfo* r = options_.describe ? options_.describe(code) : nullptr;
        if (r != nullptr) return std::string(r->title);
        return group.kinds.size() == 1 ? group.kinds[0].message : std::string();
    }

    void section(const std::string& code, const Group& group) {
        std::string out = fmt::format(
            "<section id=\"{0}\" aria-labelledby=\"{0}-t\"><h2 id=\"{0}-t\">{0} {1}</h2>\n<p>{2} {3}</p>\n",
            escaped(code), page::tag(to_text(group.worst)), words::count(group.count, "finding", "findings"),
            group.kinds.size() == 1 ? "" : fmt::format("of {}", kinds(group)));
        if (const RuleInfo* r = options_.describe ? options_.describe(code) : nullptr; r != nullptr)
            out += fmt::format(
                "<dl><dt>Rule</dt><dd>{}. {}</dd><dt>Source</dt><dd>{}</dd><dt>What to "
                "do</dt><dd>{}</dd></dl>\n",
                escaped(r->title), escaped(r->why), page::source(r->source), escaped(r->hint));
        output_(out);
        std::vector<const Kind*> order;
        for (const Kind& k : group.kinds) order.push_back(&k);
        std::stable_sort(order.begin(), order.end(),
                         [](const Kind* a, const Kind* b) { return a->count > b->count; });
        for (const Kind* k : order) output_(kind(*k));
        output_(group.beyond == 0
                    ? "</section>\n"
                    : fmt::format("<p class=\"note\">And {} of kinds that this page has no room for; "
                                  "--format jsonl has them all.</p></section>\n",
                                  words::count(group.beyond, "finding", "findings")));
    }

    static std::string kinds(const Group& group) {
        return group.beyond == 0 ? words::count(group.kinds.size(), "kind", "kinds")
                                 : fmt::format("more than {} kinds", kMostKinds);
    }

    static std::string kind(const Kind& k) {
        std::string out = fmt::format("<details{}><summary><b>{}</b> \u00d7 {}{}</summary>\n",
                                      k.count <= kOpenPlaces ? " open" : "", grouped(k.count),
                                      k.path.empty() ? "" : fmt::format("<code>{}</code>: ", escaped(k.path)),
                                      escaped(k.message));
        if (!k.source.empty() || !k.hint.empty()) {
            out += "<dl>";
            if (!k.source.empty()) out += "<dt>Asked for by</dt><dd>" + page::source(k.source) + "</dd>";
            if (!k.hint.empty()) out += "<dt>What to do</dt><dd>" + escaped(k.hint) + "</dd>";
            out += "</dl>\n";
        }
        out += "<ol>\n";
        for (const std::string& p : k.places) out += "<li>" + p + "</li>\n";
        out += "</ol>\n";
        if (k.count > k.places.size())
            out +=
                fmt::format("<p class=\"note\">The first {} of {} places; --format jsonl has them all.</p>\n",
                            k.places.size(), grouped(k.count));
        return out + "</details>\n";
    }

    std::string last_words() const {
        std::string out =
            options_.shows_values
                ? "<p><strong>Made with --show-values: this page may hold patient data.</strong></p>"
                : "<p>No values from the records are on this page. Names of files and ids of "
                  "resources lead to records: it is for those who may see them. What may be "
                  "published is made by --scorecard.</p>";
        return out + fmt::format("<p>Made by gpswitch {}.</p>", escaped(options_.version));
    }

    Output output_;
    WriterOptions options_;
    std::map<std::string, Group> groups_;
};

}  // namespace

std::unique_ptr<IssueWriter> make_page_writer(Output output, WriterOptions options) {
    return std::make_unique<PageWriter>(std::move(output), std::move(options));
}

}  // namespace gpswitch
