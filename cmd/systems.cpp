// cmd/systems.cpp: every brick and what it can do. See gpswitch-systems(1).
#include "core/system/all.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "cmd/commands.hpp"
#include "cmd/output.hpp"
#include "cmd/words.hpp"

namespace gpswitch::cmd {
namespace {

struct SystemsOptions {
    std::string format = "text";
};

std::string directions(const record::System& s) {
    if (s.reads() && s.writes()) return "reads, writes";
    return s.reads() ? "reads" : "writes";
}

std::string text() {
    std::vector<std::vector<std::string>> rows = {{"SYSTEM", "DOES", "VERSIONS", "MAPPING", "WHAT IT IS"}};
    for (const auto* s : systems::all()) {
        std::vector<std::string> versions;
        for (const auto v : s->versions()) versions.emplace_back(v);
        rows.push_back({std::string(s->name()), directions(*s), joined(versions),
                        std::string(s->mapping_id()), std::string(s->summary())});
    }
    std::string out = aligned(rows);
    for (const auto* s : systems::all()) {
        const auto absent = s->absent();
        const auto cannot = s->cannot_carry();
        if (absent.empty() && cannot.empty()) continue;
        out += fmt::format("\n{}\n", s->name());
        for (const auto item : absent) out += fmt::format("  never in it: {}\n", item);
        for (const auto& c : cannot)
            out += fmt::format("  cannot carry {}{}{}: {}\n", c.entity, c.field.empty() ? "" : ".", c.field,
                               c.why);
    }
    return out;
}

std::string json() {
    using nlohmann::ordered_json;
    ordered_json out = ordered_json::array();
    for (const auto* s : systems::all()) {
        ordered_json cannot = ordered_json::array();
        for (const auto& c : s->cannot_carry()) {
            ordered_json one = {{"entity", c.entity}};
            if (!c.field.empty()) one["field"] = c.field;
            one["why"] = c.why;
            cannot.push_back(one);
        }
        out.push_back({{"name", s->name()},
                       {"summary", s->summary()},
                       {"reads", s->reads()},
                       {"writes", s->writes()},
                       {"versions", s->versions()},
                       {"mapping", s->mapping_id()},
                       {"absent", s->absent()},
                       {"cannotCarry", cannot}});
    }
    return out.dump(2) + '\n';
}

ExitCode run(const SystemsOptions& o) {
    print(o.format == "json" ? json() : text());
    return ExitCode::ok;
}

}  // namespace

void add_systems(Commands& commands) {
    auto o = std::make_shared<SystemsOptions>();
    auto* c = commands.add("systems", "List every system: what it reads, writes, and cannot carry",
                           [o](Context&) { return run(*o); },
                           {{"gpswitch systems", "gpswitch systems --format json"}, "gpswitch-systems(1)"});
    c->add_option("--format", o->format, "text or json")
        ->type_name("FORMAT")
        ->check(CLI::Validator([check = one_of({"text", "json"})](std::string& t) { return check(t); }, ""));
}

}  // namespace gpswitch::cmd
