#pragma once
// For tests only: a tiny mapping set, and a source row to go with it.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/io/test_folder.hpp"
#include "core/mapping/mapping.hpp"

namespace gpswitch::mapping {

/// The files of mappings/tiny/1.0.0 and one value set; change them, then write() or load().
struct TestSet {
    io::TestFolder root;
    std::string about = R"("mapping":1,"id":"tiny","version":"1.0.0","parent":null,
        "source":{"system":"tiny","versions":["1","2"]},"standard":"FHIR R4 UK Core",
        "values":{"sex":{"source":"urn:tiny:sex","target":"urn:gender"},
                  "kind":{"source":"urn:tiny:kind","target":"urn:category"},
                  "read":{"source":"urn:tiny:read","target":"urn:category","case":true}})";
    std::map<std::string, std::string> files = {
        {"routes.csv",
         "table,order,when,entity,why\n"
         "Person,1,\"equals(Deleted,true)\",deleted,the source says so\n"
         "Person,2,,Patient,\n"
         "Obs,1,\"under(Code,14L..) and not has-children()\",AllergyIntolerance,\n"
         "Obs,2,\"in(Kind,problems) and not empty(Code)\",Condition:problem Observation,\n"
         "Obs,3,always(),Observation,\n"
         "Words,1,,lookup:code-table,only explains codes\n"},
        {"columns.csv",
         "table,column,entity,field,transform,values,since,until,why\n"
         "Person,Key,*,identifier,identifier(urn:tiny:person),,,,\n"
         "Person,Deleted,*,,ignore,,,,only routes\n"
         "Person,Sex,Patient,gender,code,sex,,,\n"
         "Person,Born,Patient,birthDate,date,,,,\n"
         "Obs,Key,*,identifier,identifier(urn:tiny:obs),,,,\n"
         "Obs,Code,*,code,concept,,,,\n"
         "Obs,Kind,*,category,code,kind,,,\n"
         "Obs,Kind,AllergyIntolerance,,rest,,,,category means something else there\n"
         "Obs,Note,*,note,note,,,,\n"
         "Obs,Note,Condition:problem,note,note(Problem),,,,\n"
         "Obs,New,*,,rest,,2,,no field\n"
         "Words,Word,*,,ignore,,,,looked up only\n"},
        {"tables.csv",
         "table,column,since,until,why\n"
         "Person,Key,,,\nPerson,Deleted,,,\nPerson,Sex,,,\nPerson,Born,,,\n"
         "Obs,Key,,,\nObs,Code,,,\nObs,Kind,,,\nObs,Note,,,\nObs,New,2,,\nWords,Word,,,\n"},
        {"values/sex.csv",
         "source,target,display,equivalence,reverse,why\n"
         "M,male,Male,equal,yes,\nMale,male,Male,equal,,\nF,female,Female,equal,true,\n"
         "I,other,Other,wider,true,\n-,,,unmatched,,said to be unsaid\n"},
        {"values/kind.csv",
         "source,target,display,equivalence,reverse,why\n"
         "Lab,lab,Laboratory,equal,true,\nBlood,lab,Laboratory,wider,,\nOdd,,,unmatched,,\n"},
        {"values/read.csv",
         "source,target,display,equivalence,reverse,why\n9T1..,lab,,equal,,\n9t1..,exam,,equal,,\n"},
        {"lists/problems.csv", "source,why\nProblem,\nMajor Problem,\n"},
        {"lists/words.csv", "source,why\npep,\nroblem,\n"},
    };
    std::string value_set =
        "system,code,display\nurn:gender,male,Male\nurn:gender,female,Female\nurn:gender,other,Other\n"
        "urn:category,lab,Laboratory\nurn:category,exam,Examination\n";

    std::string folder() const { return root / "tiny/1.0.0"; }
    /// Writes everything, with right hashes.
    void write() const {
        for (const auto& [name, text] : files) root.put("tiny/1.0.0/" + name, text);
        root.put("valuesets/all.csv", value_set);
        root.put("tiny/1.0.0/mapping.json", "{" + about + ",\"hashes\":" + hashes_json(folder()) + "}");
    }
    std::shared_ptr<MappingSet> load() const {
        write();
        return MappingSet::load(folder());
    }
    /// One table T with one entity, and these rows of columns.csv ("A,Observation,status,text").
    void one_table(const std::string& entity, const std::vector<std::string>& rows) {
        files["routes.csv"] = "table,order,when,entity,why\nT,1,," + entity + ",\n";
        files["columns.csv"] = "table,column,entity,field,transform,values,since,until,why\n";
        for (const std::string& row : rows) {
            std::string line = "T," + row;
            for (auto commas = std::count(line.begin(), line.end(), ','); commas < 8; ++commas) line += ',';
            files["columns.csv"] += line + "\n";
        }
    }
};

/// A row by column name; columns are numbered as they are first asked for.
struct TestRow : RowFacts, CellWriter {
    std::vector<std::string>& names;
    std::map<std::string, Text> cells;
    std::vector<std::string> tables, below;
    bool children = false;
    std::uint32_t number = 0;  ///< of the code in every column
    std::vector<std::string> bad;

    TestRow(std::vector<std::string>& column_names, std::map<std::string, Text> row)
        : names(column_names), cells(std::move(row)) {}
    Text cell(int column) const override {
        const auto it = cells.find(names.at(static_cast<std::size_t>(column)));
        return it == cells.end() ? Text{} : it->second;
    }
    std::uint32_t code(int) const override { return number; }
    bool under(int, Text code) const override { return std::count(below.begin(), below.end(), code) > 0; }
    bool past(int column) const override { return cell(column) < Text("2026-03-01"); }
    bool has_row(Text table) const override { return std::count(tables.begin(), tables.end(), table) > 0; }
    bool has_children() const override { return children; }
    void concept_of(const ColumnRule&, Text text, record::Concept& out) override {
        if (text != "unknown") out.text = text;
    }
    void reference_to(const ColumnRule& rule, Text text, record::Reference& out) override {
        if (text != "unknown") out.type = rule.args[0], out.reference = text;
    }
    void bad_value(const ColumnRule& rule, Text, const char* why) override {
        bad.push_back(std::string(rule.origin) + ": " + why);
    }
};

/// Numbers that grow with every new name.
inline ColumnNumbers numbers_into(std::vector<std::string>& names) {
    return [&names](Text, Text column) {
        const auto it = std::find(names.begin(), names.end(), column);
        if (it == names.end()) return names.emplace_back(column), static_cast<int>(names.size()) - 1;
        return static_cast<int>(it - names.begin());
    };
}

}  // namespace gpswitch::mapping
