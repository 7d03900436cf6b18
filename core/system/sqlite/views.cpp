#include "core/system/sqlite/schema.hpp"

/// Views named after what people ask. `number` is gpswitch_patient.number everywhere. A concept is shown by
/// the user's own words, then by the display of its first coding; `..._code` is the SNOMED CT (or dm+d) code
/// where it has one. Dates are as precise as the record has them. A view never hides an entry because its
/// code is unknown.
namespace gpswitch::sqlite {

std::string_view views_ddl() {
    return R"(
CREATE VIEW IF NOT EXISTS patients AS
SELECT g.number, g.key, g.id,
  (SELECT coalesce(json_extract(n.value,'$.text'),
     trim(coalesce(json_extract(n.value,'$.prefix[0]')||' ','')||
          coalesce((SELECT group_concat(v.value,' ') FROM json_each(n.value,'$.given') v)||' ','')||
          coalesce(json_extract(n.value,'$.family'),'')))
   FROM json_each(p.name) n
   ORDER BY CASE json_extract(n.value,'$.use') WHEN 'official' THEN 0 WHEN 'usual' THEN 1 WHEN 'old' THEN 9 ELSE 2 END, n.key
   LIMIT 1) AS name,
  g.nhs_number, g.birth_date, p.gender,
  (SELECT e.period_start FROM "EpisodeOfCare" e WHERE e.patient=g.number
   ORDER BY (e.status='active') DESC, e.period_start DESC, e.seq LIMIT 1) AS registered,
  (SELECT e.period_end FROM "EpisodeOfCare" e WHERE e.patient=g.number
   ORDER BY (e.status='active') DESC, e.period_start DESC, e.seq LIMIT 1) AS "left",
  (SELECT e.status FROM "EpisodeOfCare" e WHERE e.patient=g.number
   ORDER BY (e.status='active') DESC, e.period_start DESC, e.seq LIMIT 1) AS registration_status,
  CASE WHEN p.deceasedDateTime IS NOT NULL THEN 'true' ELSE coalesce(p.deceasedBoolean,'false') END AS dead,
  p.deceasedDateTime AS died
FROM gpswitch_patient g LEFT JOIN "Patient" p ON p.patient=g.number;

CREATE VIEW IF NOT EXISTS consultations AS
SELECT e.patient AS number, g.nhs_number, e.id, e.period_start AS "start", e.period_end AS "end", e.status,
  e.class_code AS class,
  coalesce(json_extract(e.type,'$[0].text'), json_extract(e.type,'$[0].coding[0].display')) AS type,
  (SELECT group_concat(coalesce(json_extract(v.value,'$.individual.display'), json_extract(v.value,'$.individual.reference')),'; ')
   FROM json_each(e.participant) v) AS participants,
  coalesce(json_extract(e.location,'$[0].location.display'), json_extract(e.location,'$[0].location.reference')) AS location,
  coalesce(e.serviceProvider_display, e.serviceProvider_reference) AS organization
FROM "Encounter" e LEFT JOIN gpswitch_patient g ON g.number=e.patient;

CREATE VIEW IF NOT EXISTS active_problems AS
SELECT c.patient AS number, g.nhs_number, c.id,
  coalesce(c.code_text, (SELECT k.display FROM coding k WHERE k.parent=c.row AND k.path='code' ORDER BY k.row LIMIT 1)) AS problem,
  (SELECT k.code FROM coding k WHERE k.parent=c.row AND k.path='code' AND k.system='http://snomed.info/sct'
   ORDER BY k.row LIMIT 1) AS problem_code,
  c.significance, coalesce(c.onsetDateTime, c.onsetString) AS onset, c.recordedDate AS recorded, c.lastReview AS last_review,
  c.expectedDuration AS expected_duration_days
FROM "Condition" c LEFT JOIN gpswitch_patient g ON g.number=c.patient
WHERE EXISTS (SELECT 1 FROM coding k WHERE k.parent=c.row AND k.path='clinicalStatus' AND k.code IN ('active','recurrence','relapse'));

CREATE VIEW IF NOT EXISTS current_allergies AS
SELECT a.patient AS number, g.nhs_number, a.id,
  coalesce(a.code_text, (SELECT k.display FROM coding k WHERE k.parent=a.row AND k.path='code' ORDER BY k.row LIMIT 1)) AS allergy,
  (SELECT k.code FROM coding k WHERE k.parent=a.row AND k.path='code' AND k.system='http://snomed.info/sct'
   ORDER BY k.row LIMIT 1) AS allergy_code,
  a.type, a.category, a.criticality,
  (SELECT group_concat(coalesce(json_extract(m.value,'$.text'), json_extract(m.value,'$.coding[0].display')),'; ')
   FROM json_each(a.reaction) r, json_each(r.value,'$.manifestation') m) AS reactions,
  coalesce(a.onsetDateTime, a.onsetString) AS onset, a.recordedDate AS recorded
FROM "AllergyIntolerance" a LEFT JOIN gpswitch_patient g ON g.number=a.patient
WHERE NOT EXISTS (SELECT 1 FROM coding k WHERE k.parent=a.row AND
  (k.path='clinicalStatus' AND k.code IN ('inactive','resolved') OR
   k.path='verificationStatus' AND k.code IN ('refuted','entered-in-error')));

CREATE VIEW IF NOT EXISTS immunisations_given AS
SELECT i.patient AS number, g.nhs_number, i.id, coalesce(i.occurrenceDateTime, i.occurrenceString) AS given,
  coalesce(i.vaccineCode_text,
    (SELECT k.display FROM coding k WHERE k.parent=i.row AND k.path='vaccineCode' ORDER BY k.row LIMIT 1),
    i.vaccinationProcedure_text,
    (SELECT k.display FROM coding k WHERE k.parent=i.row AND k.path='vaccinationProcedure' ORDER BY k.row LIMIT 1)) AS vaccine,
  (SELECT k.code FROM coding k WHERE k.parent=i.row AND k.path IN ('vaccineCode','vaccinationProcedure')
   AND k.system='http://snomed.info/sct' ORDER BY k.path DESC, k.row LIMIT 1) AS vaccine_code,
  i.lotNumber AS batch, i.expirationDate AS expires, i.doseQuantity_value AS dose, i.doseQuantity_unit AS dose_unit,
  i.primarySource AS primary_source, coalesce(i.location_display, i.location_reference) AS location
FROM "Immunization" i LEFT JOIN gpswitch_patient g ON g.number=i.patient
WHERE i.status='completed';

CREATE VIEW IF NOT EXISTS recalls AS
SELECT s.patient AS number, g.nhs_number, s.id, coalesce(s.occurrenceDateTime, s.occurrencePeriod_start) AS due,
  s.occurrencePeriod_end AS until,
  coalesce(s.code_text, (SELECT k.display FROM coding k WHERE k.parent=s.row AND k.path='code' ORDER BY k.row LIMIT 1)) AS recall,
  (SELECT k.code FROM coding k WHERE k.parent=s.row AND k.path='code' AND k.system='http://snomed.info/sct'
   ORDER BY k.row LIMIT 1) AS recall_code,
  s.priority, s.authoredOn AS entered, coalesce(s.requester_display, s.requester_reference) AS requester
FROM "ServiceRequest" s LEFT JOIN gpswitch_patient g ON g.number=s.patient
WHERE s.status='active' AND s.intent='plan';

CREATE VIEW IF NOT EXISTS repeats_due AS
SELECT plan.*,
  -- The issue after the last one, when the record says how long a supply lasts; the first is due when the plan begins.
  CASE WHEN plan.last_issue IS NULL THEN plan.valid_from
       WHEN plan.supply_days IS NULL THEN NULL
       ELSE date(substr(plan.last_issue,1,10), '+'||CAST(plan.supply_days AS INTEGER)||' days') END AS next_issue
FROM (
SELECT m.patient AS number, g.nhs_number, m.id,
  coalesce(m.medicationCodeableConcept_text,
    (SELECT k.display FROM coding k WHERE k.parent=m.row AND k.path='medicationCodeableConcept' ORDER BY k.row LIMIT 1),
    m.medicationReference_display, m.medicationReference_reference) AS medication,
  (SELECT k.code FROM coding k WHERE k.parent=m.row AND k.path='medicationCodeableConcept'
   AND k.system IN ('https://dmd.nhs.uk','http://snomed.info/sct') ORDER BY k.system, k.row LIMIT 1) AS medication_code,
  (SELECT group_concat(coalesce(d.text, d.patientInstruction),'; ') FROM dosage d WHERE d.parent=m.row) AS dosage,
  m.dispenseRequest_quantity_value AS quantity,
  coalesce(m.dispenseRequest_quantity_unit, m.dispenseRequest_quantity_quantityText, m.dispenseRequest_quantityText) AS unit,
  CAST(m.dispenseRequest_numberOfRepeatsAllowed AS INTEGER)+1 AS issues_authorised,
  CAST(m.repeatInformation_numberOfPrescriptionsIssued AS INTEGER) AS issues_made,
  CASE WHEN m.dispenseRequest_expectedSupplyDuration_code='d' OR lower(m.dispenseRequest_expectedSupplyDuration_unit) LIKE 'day%'
       THEN m.dispenseRequest_expectedSupplyDuration_value END AS supply_days,
  m.dispenseRequest_validityPeriod_start AS valid_from,
  coalesce(
    (SELECT max(coalesce(o.dispenseRequest_validityPeriod_start, o.authoredOn)) FROM "MedicationRequest" o WHERE o.patient=m.patient
     AND o.intent='order' AND coalesce(o.status,'') NOT IN ('cancelled','entered-in-error')
     AND instr(o.basedOn, '"MedicationRequest/'||m.id||'"')>0),
    (SELECT max(t.lastIssueDate) FROM "MedicationStatement" t WHERE t.patient=m.patient
     AND instr(t.basedOn, '"MedicationRequest/'||m.id||'"')>0)) AS last_issue,
  m.reviewDate AS review,
  coalesce(m.repeatInformation_authorisationExpiryDate, m.dispenseRequest_validityPeriod_end) AS expires,
  coalesce((SELECT k.code FROM coding k WHERE k.parent=m.row AND k.path='prescriptionType' ORDER BY k.row LIMIT 1),
    (SELECT k.code FROM coding k WHERE k.parent=m.row AND k.path='courseOfTherapyType' ORDER BY k.row LIMIT 1),
    m.prescriptionType_text, m.courseOfTherapyType_text) AS type
FROM "MedicationRequest" m LEFT JOIN gpswitch_patient g ON g.number=m.patient
WHERE m.intent='plan' AND m.status='active'
) AS plan WHERE coalesce(plan.type,'') NOT LIKE 'acute%';
)";
}

}  // namespace gpswitch::sqlite
