// Refusals, documents and answered forms: what the column rules call part in their rows.
#include "core/system/tpp/codes.hpp"
#include "core/system/tpp/rows.hpp"
#include "core/system/tpp/write/pages.hpp"
#include "core/util/text.hpp"

namespace gpswitch::tpp::write {

using layout::as;

// A refusal names the vaccine in words.
void Pages::declined(const record::Immunization& im, Draft& d) {
    // What stands for no vaccine is no name of one.
    const int name = column(d.table, "VaccName");
    for (const record::Coding& k : im.vaccine_code.coding)
        if (k.code == "UNK") {
            if (im.vaccine_code.text.empty() && d.cells[name] == k.display) d.cells[name] = {};
            lose("vaccineCode", "the layout has words for the vaccine of a refusal", layout::kInstead);
        }
    if (d.cells[name].empty()) {
        Text words = im.vaccine_code.text;
        for (const record::Concept* c : {&im.vaccine_code, &im.vaccination_procedure}) {
            if (words.empty()) words = c->text;
            for (const record::Coding& k : c->coding)
                if (words.empty() && k.code != "UNK") words = k.display;
        }
        set(d, "VaccName", words);
    }
    if (!im.vaccination_procedure.coding.empty() || !im.vaccination_procedure.text.empty())
        lose("vaccinationProcedure", "the layout has words for the vaccine of a refusal");
    for (const record::Coding& k : im.vaccine_code.coding)
        if (k.code != "UNK") lose("vaccineCode", "the layout has words for the vaccine of a refusal");
    if (d.cells[column(d.table, "VaccName")].empty())
        hold(at_item_, layout::kNoPlace, "of which vaccine it was refused cannot be said");
}

// When it was typed in, to the second.
void Pages::document(const record::DocumentReference& r, Draft& d) {
    // A label in words alone would be lost.
    for (const record::Concept& label : r.security_label)
        if (label.coding.empty() && !label.text.empty())
            hold(at_item_, layout::kNoLabel, "a label in words, and the layout has no column for it");
    const int c = column(d.table, "DateEventRecorded");
    mapping::Civil at;
    if (r.date.empty()) return;
    if (c >= 0 && mapping::civil_of(r.date, arena_, at) && at.day.size() == 10 && !at.time.empty())
        set(d, "DateEventRecorded", arena_.join(at.day, " ", at.time));
    else
        lose("date", "the layout has a moment of its own time only");
}

void Pages::answered(const record::QuestionnaireResponse& r, Draft& d) {
    const Text form = arena_.join(kIdBase, "SRQuestionnaire/");
    if (r.questionnaire.starts_with(form))
        set(d, "IDQuestionnaire", r.questionnaire.substr(form.size()));
    else if (!r.questionnaire.empty())
        lose("questionnaire", "a form that the layout has no id of");
}

// Yes or no to text messages; of a word that is neither, the row keeps the word.
void Pages::consent(const record::Consent& c, Draft& d) {
    if (!in(d, "SRSmsConsent")) return;
    const auto& types = layout_.set().values(layout_.set().values_index("consent-provision"));
    for (const auto& [type, word] : {std::pair<Text, Text>{"permit", "Yes"}, {"deny", "No"}})
        if (c.provision.find(arena_.join("\"", type, "\"")) != Text::npos && types.reverse(type) != nullptr)
            set(d, "SmsConsent", word);
}

}  // namespace gpswitch::tpp::write
