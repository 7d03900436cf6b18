#include "core/system/sqlite/schema.hpp"
#include "core/system/sqlite/test_store.hpp"

using namespace gpswitch;
using namespace gpswitch::record;
using namespace gpswitch::sqlite::test;

namespace {

constexpr Text kSnomed = "http://snomed.info/sct";

struct Maker {
    Record& r;

    void coding(Concept& c, Text system, Text code, Text display) {
        auto& k = c.coding.add(r.arena);
        k.system = system;
        k.code = code;
        k.display = display;
    }
    void code(Concept& c, Text value) { coding(c, "", value, ""); }

    void person() {
        auto& p = r.add<Patient>();
        p.id = r.patient_id = "pat";
        p.birth_date = "1950-06-01";
        p.gender = "female";
        p.deceased_date_time = "2025-01-02";
        auto& nhs = p.identifier.add(r.arena);
        nhs.system = "https://fhir.nhs.uk/Id/nhs-number";
        nhs.value = "9990000018";
        auto& maiden = p.name.add(r.arena);
        maiden.use = "old";
        maiden.family = "Maiden";
        auto& name = p.name.add(r.arena);
        name.use = "official";
        name.family = "Test";
        name.given.add(r.arena) = "Ann";
        name.given.add(r.arena) = "Bea";
        name.prefix.add(r.arena) = "Mrs";
        for (const bool now : {false, true}) {
            auto& e = r.add<EpisodeOfCare>();
            e.status = now ? "active" : "finished";
            e.period.start = now ? "2010-05-05" : "1999-01-01";
            if (!now) e.period.end = "2005-01-01";
        }
    }

    MedicationRequest& plan(Text id, Text status, Text type) {
        auto& m = r.add<MedicationRequest>();
        m.id = id;
        m.intent = "plan";
        m.status = status;
        coding(m.medication_codeable_concept, "https://dmd.nhs.uk", "322257005", "Amlodipine 5mg tablets");
        if (!type.empty()) code(m.prescription_type, type);
        return m;
    }

    void drugs() {
        auto& m = plan("plan-1", "active", "repeat");
        m.dosage_instruction.add(r.arena).text = "one a day";
        m.dispense_request.quantity.value = "28.0";
        m.dispense_request.quantity.unit = "tablet";
        m.dispense_request.number_of_repeats_allowed = "5";
        m.dispense_request.validity_period.start = "2024-11-01";
        m.dispense_request.expected_supply_duration.value = "28";
        m.dispense_request.expected_supply_duration.unit = "days";
        m.repeat_information.number_of_prescriptions_issued = "2";
        m.repeat_information.authorisation_expiry_date = "2025-06-30";
        m.review_date = "2025-05-01";
        for (Text day : {"2024-12-05T09:00:00+00:00", "2025-01-10"}) {
            auto& issue = r.add<MedicationRequest>();
            issue.intent = "order";
            issue.status = "completed";
            issue.authored_on = day;
            issue.based_on.add(r.arena).reference = "MedicationRequest/plan-1";
        }
        plan("plan-2", "stopped", "repeat");
        plan("plan-3", "active", "acute");
        plan("plan-4", "active", "repeat-dispensing").dispense_request.validity_period.start = "2025-03-01";
    }

    void problem(Text id, Text status) {
        auto& c = r.add<Condition>();
        c.id = id;
        if (!status.empty()) code(c.clinical_status, status);
        coding(c.code, "http://read.info/readv2", "G20..", "Essential hypertension");
        coding(c.code, kSnomed, "59621000", "Essential hypertension (SNOMED)");
        if (id == "problem-1") c.code.text = "High BP";
        c.significance = "major";
        c.onset_date_time = "1998";
    }

    void allergy(Text id, Text status, Text verification) {
        auto& a = r.add<AllergyIntolerance>();
        a.id = id;
        a.clinical_status.coding.add(r.arena).code = status;
        code(a.verification_status, verification);
        coding(a.code, kSnomed, "91936005", "Allergy to penicillin");
        a.reaction.add(r.arena).manifestation.add(r.arena).text = "rash";
    }

    void rest() {
        for (Text status : {"active", "completed"}) {
            for (Text intent : {"plan", "order"}) {
                auto& s = r.add<ServiceRequest>();
                s.id = r.arena.join(status, "-", intent);
                s.status = status;
                s.intent = intent;
                s.occurrence_date_time = "2025-09-01";
                s.code.text = "Asthma review";
            }
        }
        for (Text status : {"completed", "not-done"}) {
            auto& i = r.add<Immunization>();
            i.id = status;
            i.status = status;
            coding(i.vaccination_procedure, kSnomed, "86198006", "Flu vaccination");
            i.occurrence_date_time = "2024-10-01";
            i.lot_number = "B7";
        }
        auto& e = r.add<Encounter>();
        e.id = "enc";
        e.status = "finished";
        e.period.start = "2024-10-01T09:30:00+01:00";
        e.type.add(r.arena).text = "Surgery consultation";
        e.participant.add(r.arena).individual.display = "Dr Who";
        e.participant.add(r.arena).individual.reference = "Practitioner/2";
    }
};

std::string path_of_store(const io::TestFolder& folder) {
    Package package;
    package.records.push_back(std::make_unique<Record>());
    Record& r = *package.records.back();
    r.key = "k1";
    package.census.patients.push_back({"k1", 1});
    Maker m{r};
    m.person();
    m.drugs();
    m.problem("problem-1", "active");
    m.problem("problem-2", "resolved");
    m.problem("diagnosis", "");
    m.problem("problem-3", "recurrence");
    m.allergy("allergy-1", "active", "confirmed");
    m.allergy("allergy-2", "resolved", "confirmed");
    m.allergy("allergy-3", "active", "entered-in-error");
    m.rest();
    package.import(folder / "practice.db");
    return folder / "practice.db";
}

}  // namespace

TEST_CASE("sqlite: the views answer what people ask") {
    io::TestFolder folder;
    const std::string path = path_of_store(folder);
    struct Row {
        const char* sql;
        const char* gives;
    };
    const Row rows[] = {
        {"SELECT "
         "number,key,id,name,nhs_number,birth_date,gender,registered,\"left\",registration_status,dead,died "
         "FROM patients",
         "1|k1|pat|Mrs Ann Bea Test|9990000018|1950-06-01|female|2010-05-05||active|true|2025-01-02\n"},
        {"SELECT "
         "id,nhs_number,medication,medication_code,dosage,quantity,unit,issues_authorised,issues_made,last_"
         "issue,next_issue,review,"
         "expires,type FROM repeats_due",
         "plan-1|9990000018|Amlodipine 5mg tablets|322257005|one a "
         "day|28.0|tablet|6|2|2025-01-10|2025-02-07|2025-05-01|2025-06-30|repeat\n"
         "plan-4|9990000018|Amlodipine 5mg tablets|322257005|||||||2025-03-01|||repeat-dispensing\n"},
        {"SELECT id,problem,problem_code,significance,onset FROM active_problems",
         "problem-1|High BP|59621000|major|1998\nproblem-3|Essential hypertension|59621000|major|1998\n"},
        {"SELECT id,allergy,allergy_code,reactions FROM current_allergies",
         "allergy-1|Allergy to penicillin|91936005|rash\n"},
        {"SELECT id,recall,due FROM recalls", "active-plan|Asthma review|2025-09-01\n"},
        {"SELECT given,vaccine,vaccine_code,batch FROM immunisations_given",
         "2024-10-01|Flu vaccination|86198006|B7\n"},
        {"SELECT id,start,type,participants,status FROM consultations",
         "enc|2024-10-01T09:30:00+01:00|Surgery consultation|Dr Who; Practitioner/2|finished\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.sql));
        CHECK(table(path, row.sql) == std::string(row.gives));
    }
}

TEST_CASE("sqlite: the views use the indexes") {
    io::TestFolder folder;
    const std::string path = path_of_store(folder);
    for (const char* view : {"repeats_due", "active_problems", "recalls", "current_allergies",
                             "immunisations_given", "patients", "consultations"}) {
        CAPTURE(std::string(view));
        const std::string plan =
            table(path, "EXPLAIN QUERY PLAN SELECT * FROM " + std::string(view) + " WHERE number=1");
        CHECK_MESSAGE(plan.find("SCAN coding") == std::string::npos, plan);
        for (const char* scanned :
             {"SCAN k\n", "SCAN o\n", "SCAN t\n", "SCAN e\n", "SCAN m\n", "SCAN c\n", "SCAN d\n"})
            CHECK_MESSAGE(plan.find(scanned) == std::string::npos, plan);
    }
}
