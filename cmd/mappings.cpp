// cmd/mappings.cpp: the mapping tables and their versions. See gpswitch-mappings(1).
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cmd/commands.hpp"
#include "cmd/context.hpp"
#include "cmd/mappings_files.hpp"
#include "cmd/mappings_show.hpp"
#include "cmd/output.hpp"
#include "cmd/own_definitions.hpp"
#include "cmd/profile_check.hpp"
#include "cmd/talk.hpp"
#include "cmd/words.hpp"
#include "core/io/file.hpp"
#include "core/profile/sources.hpp"
#include "core/util/error.hpp"

namespace gpswitch::cmd {
namespace {

struct MappingsOptions {
    std::string format = "text";
    std::string set, table;
    bool hashes = false;
    std::vector<std::string> packages;
};

/// The sets asked for: all, those called ID or ID@VERSION, or the one in a folder.
std::vector<SetFolder> chosen(const std::string& what, const Context& context) {
    const auto roots = context.mapping_roots();
    std::vector<SetFolder> sets = find_sets(roots);
    const auto not_meant = [&what](const SetFolder& s) {
        return s.id != what && s.name() != what && s.folder != what;
    };
    if (!what.empty()) sets.erase(std::remove_if(sets.begin(), sets.end(), not_meant), sets.end());
    if (!sets.empty()) return sets;
    if (std::filesystem::exists(std::filesystem::path(what) / "mapping.json") && !what.empty()) {
        const auto folder = std::filesystem::weakly_canonical(what);
        return {{folder.parent_path().filename().string(), folder.filename().string(), what}};
    }
    throw MappingError(what.empty()
                           ? "there are no mapping sets in " + (roots.empty() ? "any folder" : joined(roots))
                           : fmt::format("there is no mapping set '{}' in {}", what,
                                         roots.empty() ? "any folder" : joined(roots)),
                       "--mappings FOLDER says where they are; `gpswitch mappings list` shows what is found");
}

ExitCode list(const MappingsOptions& o, const Context& context) {
    const auto sets = chosen("", context);
    if (o.format == "json") {
        nlohmann::ordered_json out = nlohmann::ordered_json::array();
        for (const auto& set : sets) {
            const SetInfo i = read_info(set);
            out.push_back({{"id", set.id},
                           {"version", set.version},
                           {"parent", i.parent},
                           {"status", i.status},
                           {"system", i.system},
                           {"versions", i.versions},
                           {"standard", i.standard},
                           {"date", i.date},
                           {"sha256", i.sha256},
                           {"folder", set.folder}});
        }
        print(out.dump(2) + '\n');
        return ExitCode::ok;
    }
    std::vector<std::vector<std::string>> rows = {{"SET", "SOURCE", "STATUS", "DATE", "SHA-256"}};
    for (const auto& set : sets) {
        const SetInfo i = read_info(set);
        std::string source = i.system;
        for (const auto& v : i.versions) source += ' ' + v;
        rows.push_back({set.name(), source, i.status, i.date, i.sha256});
    }
    print(aligned(rows));
    return ExitCode::ok;
}

ExitCode show(const MappingsOptions& o, const Context& context) {
    const SetFolder set = chosen(o.set, context).back();
    print(show_set(set, read_info(set), o.table));
    return ExitCode::ok;
}

/// What "hashes" in mapping.json ought to be, ready to be put there; 5 when it is something else.
ExitCode hashes(const std::vector<SetFolder>& sets) {
    bool good = true;
    for (const auto& set : sets) {
        const std::string now = mapping::hashes_json(set.folder);
        const auto info = nlohmann::json::parse(io::read_all(set.folder + "/mapping.json"), nullptr, false);
        const bool same =
            info.is_object() && info.value("hashes", nlohmann::json()) == nlohmann::json::parse(now);
        if (!same) say_text(set.name() + ": mapping.json has other hashes\n");
        good = good && same;
        print(now + (now.ends_with('\n') ? "" : "\n"));
    }
    return good ? ExitCode::ok : ExitCode::mapping;
}

ExitCode check(const MappingsOptions& o, const Context& context) {
    const auto sets = chosen(o.set, context);
    if (o.hashes) return hashes(sets);
    std::size_t problems = 0;
    std::string out;
    for (const auto& set : sets) {
        const auto found = mapping::MappingSet::check(set.folder);
        problems += found.size();
        for (const auto& p : found)
            out += fmt::format("{}: {}{}: {}\n", set.name(), p.file,
                               p.line > 0 ? fmt::format(":{}", p.line) : "", p.message);
        out += fmt::format("{}: {}\n", set.name(),
                           found.empty() ? "good" : count(found.size(), "problem", "problems"));
    }
    print(out);
    return problems == 0 ? ExitCode::ok : ExitCode::mapping;
}

/// FHIR packages made into one table of facts for validate.
ExitCode import_profiles(const MappingsOptions& o, const Context& context) {
    const std::string& output = context.options.output;
    if (output != "-") context.need_free(output);
    profile::Sources sources;
    for (const std::string& package : o.packages) profile::read_package(package, sources);
    // Profiles alone are profiles of what is known already.
    if (!sources.structures.contains("http://hl7.org/fhir/StructureDefinition/Element")) {
        const std::string base = profile_table(context);
        sources.base = std::make_shared<profile::Definitions>(profile::from_text(io::read_all(base)));
    }
    const profile::Definitions found = profile::compile(sources);
    io::OutputFile file(output);
    file.write(profile::to_text(found));
    file.publish();
    std::string said = fmt::format("{}, {} and {} from {}\n", count(found.types.size(), "type", "types"),
                                   count(found.profiles.size(), "profile", "profiles"),
                                   count(found.value_sets.size(), "value set", "value sets"),
                                   count(found.packages.size(), "package", "packages"));
    if (!found.unchecked.empty()) said += "Not checked:\n";
    for (const profile::Unchecked& u : found.unchecked) said += fmt::format("  {}: {}\n", u.where, u.reason);
    say_text(said);
    return ExitCode::ok;
}

ExitCode definitions(const Context& context) {
    const std::string output = context.options.output.empty() ? "-" : context.options.output;
    if (output != "-") context.need_free(output);
    io::OutputFile file(output);
    file.write(own_definitions().dump(1) + '\n');
    file.publish();
    return ExitCode::ok;
}

}  // namespace

void add_mappings(Commands& commands) {
    auto o = std::make_shared<MappingsOptions>();
    const std::string page = "gpswitch-mappings(1)";
    auto* group = commands.add_group("mappings", "List, show, check and import the mapping tables",
                                     {{"gpswitch mappings list", "gpswitch mappings check"}, page});
    auto* c = commands.add(
        "list", "List the mapping sets with version, source and hash",
        [o](Context& context) { return list(*o, context); },
        {{"gpswitch mappings list", "gpswitch mappings list --format json"}, page}, group);
    c->add_option("--format", o->format, "text or json")
        ->type_name("FORMAT")
        ->check(CLI::Validator([check = one_of({"text", "json"})](std::string& t) { return check(t); }, ""));
    with_mappings_folder(*c, commands.common);

    c = commands.add(
        "show", "Print routes, columns and values for reading",
        [o](Context& context) { return show(*o, context); },
        {{"gpswitch mappings show emis@1.0.0 Admin_Patient", "gpswitch mappings show emis marital-status"},
         page},
        group);
    c->add_option("SET", o->set, "ID@VERSION, ID (its newest version), or the set's folder")->required();
    c->add_option("TABLE", o->table, "Only this table of the source, or this table of values");
    with_mappings_folder(*c, commands.common);

    c = commands.add(
        "check", "Prove hashes, chain of versions, totality and value sets",
        [o](Context& context) { return check(*o, context); },
        {{"gpswitch mappings check", "gpswitch mappings check emis@1.0.0",
          "gpswitch mappings check --hashes emis"},
         page},
        group);
    c->add_option("SET", o->set, "ID@VERSION, ID (all its versions), or the set's folder (default: all)");
    c->add_flag("--hashes", o->hashes, "Print the hashes as the files are now, for mapping.json");
    with_mappings_folder(*c, commands.common);

    c = commands.add(
        "import", "Make a table of FHIR profiles for validate",
        [o](Context& context) { return import_profiles(*o, context); },
        {{"gpswitch mappings import --profiles guide.tgz -o profiles.txt"}, page}, group);
    c->add_option(
         "--profiles", o->packages,
         "FHIR package (.tgz), or folder of its JSON; may be given again, what others build on first")
        ->type_name("PACKAGE")
        ->allow_extra_args(false)
        ->required();
    with_output(*c, commands.common, "TABLE", "Where to write the table; - for stdout", true);
    with_mappings_folder(*c, commands.common);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");

    c = commands.add(
        "definitions", "Write the FHIR definitions of gpswitch's own extensions",
        [](Context& context) { return definitions(context); },
        {{"gpswitch mappings definitions -o gpswitch-extensions.json"}, page}, group);
    with_output(*c, commands.common, "FILE", "Where to write the Bundle; - for stdout (default)", false);
    with_overwrite(*c, commands.common, "Replace what exists under the output's name");
}

}  // namespace gpswitch::cmd
