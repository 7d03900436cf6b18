// Laboratory reports with their panel, and filled-in templates.
#include "core/system/synthetic/maker.hpp"

namespace gpswitch::synthetic {

using record::EntityKind;
using record::Text;

void Maker::report() {
    const Tables& tables = Tables::get();
    const unsigned labels = some_labels();
    const Contact* at = random_.permille(250) ? contact() : nullptr;
    const Day day = at != nullptr ? at->day : any_day();
    auto& report = add<record::DiagnosticReport>(labels);
    report.status = "final";
    one(report.category) = coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB", "Laboratory");
    report.code = tables.code("panel", random_).concept_;
    report.subject.reference = subject_;
    if (at != nullptr) report.encounter.reference = at->reference;
    report.effective_date_time = day_text(record_.arena, day);
    report.issued = stamp(std::min(day + 1, last_));
    organization(3, one(report.performer));
    clinician(one(report.results_interpreter));
    report.recorded = stamp(day);
    clerk(report.recorder);
    if (random_.permille(150)) report.conclusion = "Normal, no action";
    if (!problems_.empty() && random_.permille(100))
        one(report.problem).reference =
            problems_[random_.below(static_cast<std::uint32_t>(problems_.size()))];
    Text specimen;
    if (random_.permille(300)) {
        auto& s = add<record::Specimen>(labels);
        s.status = "available";
        s.accession_identifier = {"https://gpswitch.org/Id/synthetic/laboratory", s.identifier[0].value};
        s.type = tables.code("specimen", random_).concept_;
        s.subject.reference = subject_;
        s.received_time = day_text(record_.arena, day);
        s.collection.collected_date_time = day_text(record_.arena, day);
        clinician(s.collection.collector);
        specimen = refer(s, EntityKind::Specimen);
        one(report.specimen).reference = specimen;
    }
    const auto& members = tables.codes("member");
    for (const Code& code : members) {
        auto& o = observation(code, day, at, labels);
        o.effective_date_time = report.effective_date_time;
        value(o, code);
        o.specimen.reference = specimen;
        if (random_.permille(40)) remark(o.note);
        one(report.result).reference = refer(o, EntityKind::Observation);
    }
    // A result that is a panel of its own: culture and what grew.
    if (!random_.permille(60)) return;
    auto& culture = observation(tables.codes("culture")[0], day, at, labels);
    const Text inner = refer(culture, EntityKind::Observation);
    auto& organism = observation(tables.codes("organism")[0], day, at, labels);
    organism.value_string = "No significant growth";
    one(culture.has_member).reference = refer(organism, EntityKind::Observation);
    one(report.result).reference = inner;
}

void Maker::questionnaire() {
    const Contact* at = contact();
    if (at == nullptr || !random_.permille(80)) return;
    auto& q = add<record::QuestionnaireResponse>(at->labels);
    q.questionnaire = "https://gpswitch.org/fhir/Questionnaire/synthetic-health-check";
    q.status = "completed";
    q.subject.reference = subject_;
    q.encounter.reference = at->reference;
    q.authored = stamp(at->day);
    clinician(q.author);
    q.source_person.reference = subject_;
    one(q.item) = R"({"linkId":"1","text":"Do you smoke?","answer":[{"valueBoolean":false}]})";
    one(q.item) = R"({"linkId":"2","text":"Units of alcohol a week","answer":[{"valueInteger":6}]})";
}

}  // namespace gpswitch::synthetic
