// cmd/systems.cpp: every brick and what it can do. See gpswitch-systems(1).
#include "core/system/all.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include "cmd/carry_table.hpp"
#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/output.hpp"
#include "cmd/words.hpp"
#include "core/mapping/mapping.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct SystemsOptions {
    std::string format = "text";
    bool carry = false;
};

std::string directions(const record::System& s) {
    if (s.reads() && s.writes()) return "reads, writes";
    return s.reads() ? "reads" : "writes";
}

/// By the system's mapping set; nothing of it when the set cannot be found or read: `mappings check` says
/// why.
std::vector<record::CannotCarry> cannot_carry(const record::System& s, const Context& context) {
    if (!s.writes()) return {};
    if (s.mapping_id().empty()) return s.cannot_carry();
    try {
        const auto set = context.load_mapping(std::string(s.mapping_id()));
        return s.cannot_carry(set.get());
    } catch (const MappingError&) { return s.cannot_carry(); }
}

std::string text(const Context& context) {
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
        const auto cannot = cannot_carry(*s, context);
        if (absent.empty() && cannot.empty()) continue;
        out += fmt::format("\n{}\n", s->name());
        for (const auto item : absent) out += fmt::format("  never in it: {}\n", item);
        for (const auto& c : cannot)
            out += fmt::format("  cannot carry {}{}{}: {}\n", c.entity, c.field.empty() ? "" : ".", c.field,
                               c.why);
    }
    return out;
}

std::string json(const Context& context) {
    using nlohmann::ordered_json;
    ordered_json out = ordered_json::array();
    for (const auto* s : systems::all()) {
        ordered_json cannot = ordered_json::array();
        for (const auto& c : cannot_carry(*s, context)) {
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

ExitCode run(const SystemsOptions& o, const Context& context) {
    if (o.carry) {
        const CarryTable table(context);
        print(o.format == "json" ? table.json() : table.text());
        return ExitCode::ok;
    }
    print(o.format == "json" ? json(context) : text(context));
    return ExitCode::ok;
}

}  // namespace

void add_systems(Commands& commands) {
    auto o = std::make_shared<SystemsOptions>();
    auto* c =
        commands.add("systems", "List every system: what it reads, writes, and cannot carry",
                     [o](Context& context) { return run(*o, context); },
                     {{"gpswitch systems", "gpswitch systems --format json", "gpswitch systems --carry"},
                      "gpswitch-systems(1)"});
    c->add_flag("--carry", o->carry, "Instead: what each system can carry, as a table");
    c->add_option("--format", o->format, "text or json")
        ->type_name("FORMAT")
        ->check(CLI::Validator([check = one_of({"text", "json"})](std::string& t) { return check(t); }, ""));
}

}  // namespace gpswitch::cmd
