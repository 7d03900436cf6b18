// The peer: DuckDB doing the joins and the JSON of five resource types from the same extract, one thread.
// node duckdb.mjs EXTRACT OUT   prints rows read, seconds of CPU, rows per CPU second
import { readdirSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [extract, out] = process.argv.slice(2);
const file = (table) => `${extract}/${readdirSync(extract).find((f) => f.includes(`_${table}_`))}`;
const csv = (table) => `read_csv('${file(table)}', header=true, all_varchar=true, quote='"', escape='"', delim=',')`;

const queries = {
  Patient: `select json_object('resourceType','Patient','id',p.PatientGuid,'identifier',json_array(json_object('system','nhs','value',p.NhsNumber),
      json_object('system','emis','value',p.PatientNumber)),'name',json_array(json_object('family',p.Surname,'given',json_array(p.GivenName),'prefix',json_array(p.Title))),
      'gender',case p.Sex when 'M' then 'male' when 'F' then 'female' else 'unknown' end,'birthDate',p.DateOfBirth,
      'address',json_array(json_object('line',json_array(p.HouseNameFlatNumber,p.NumberAndStreet),'city',p.Town,'postalCode',p.Postcode)),
      'generalPractitioner',json_array(json_object('reference','Practitioner/'||u.UserInRoleGuid,'display',u.Surname))) as r
      from ${csv('Admin_Patient')} p left join ${csv('Admin_UserInRole')} u on p.UsualGpUserInRoleGuid=u.UserInRoleGuid`,
  Encounter: `select json_object('resourceType','Encounter','id',c.ConsultationGuid,'status','finished','subject',json_object('reference','Patient/'||c.PatientGuid),
      'type',json_array(json_object('text',coalesce(c.ConsultationSourceTerm,k.Term))),'period',json_object('start',c.EffectiveDate),
      'participant',json_array(json_object('individual',json_object('reference','Practitioner/'||c.ClinicianUserInRoleGuid)))) as r
      from ${csv('CareRecord_Consultation')} c left join k on c.ConsultationSourceCodeId=k.CodeId where c.Deleted='false'`,
  Observation: `select json_object('resourceType','Observation','id',o.ObservationGuid,'status','final','subject',json_object('reference','Patient/'||o.PatientGuid),
      'code',json_object('coding',json_array(json_object('system','http://snomed.info/sct','code',k.SnomedCTConceptId,'display',k.Term),
      json_object('system','http://read.info/readv2','code',k.ReadTermId)),'text',k.Term),'encounter',json_object('reference','Encounter/'||o.ConsultationGuid),
      'effectiveDateTime',o.EffectiveDate,'issued',o.EnteredDate||'T'||o.EnteredTime,'performer',json_array(json_object('reference','Practitioner/'||o.ClinicianUserInRoleGuid)),
      'valueQuantity',json_object('value',o.Value,'unit',o.NumericUnit),'referenceRange',json_array(json_object('low',o.NumericRangeLow,'high',o.NumericRangeHigh)),
      'note',json_array(json_object('text',o.AssociatedText))) as r
      from o left join k on o.CodeId=k.CodeId left join p on o.ObservationGuid=p.ObservationGuid and o.PatientGuid=p.PatientGuid where p.ObservationGuid is null and o.Deleted='false'`,
  Condition: `select json_object('resourceType','Condition','id',o.ObservationGuid,'subject',json_object('reference','Patient/'||o.PatientGuid),
      'clinicalStatus',case p.ProblemStatusDescription when 'Active Problem' then 'active' else 'inactive' end,'code',json_object('coding',json_array(
      json_object('system','http://snomed.info/sct','code',k.SnomedCTConceptId,'display',k.Term)),'text',k.Term),'onsetDateTime',o.EffectiveDate,
      'abatementDateTime',p.EndDate,'note',json_array(json_object('text',p.Comment))) as r
      from p join o on o.ObservationGuid=p.ObservationGuid and o.PatientGuid=p.PatientGuid left join k on o.CodeId=k.CodeId where p.Deleted='false'`,
  MedicationRequest: `select json_object('resourceType','MedicationRequest','id',i.IssueRecordGuid,'intent','order','status','completed','subject',
      json_object('reference','Patient/'||i.PatientGuid),'medicationCodeableConcept',json_object('coding',json_array(json_object('system','https://dmd.nhs.uk',
      'code',d.DmdProductCodeId,'display',d.Term)),'text',d.Term),'authoredOn',i.EffectiveDate,'basedOn',json_array(json_object('reference','MedicationRequest/'||r.DrugRecordGuid)),
      'dosageInstruction',json_array(json_object('text',i.Dosage)),'dispenseRequest',json_object('quantity',json_object('value',i.Quantity,'unit',i.QuantityUnit))) as r
      from ${csv('Prescribing_IssueRecord')} i left join ${csv('Prescribing_DrugRecord')} r on i.DrugRecordGuid=r.DrugRecordGuid and i.PatientGuid=r.PatientGuid
      left join ${csv('Coding_DrugCode')} d on i.CodeId=d.CodeId where i.Deleted='false'
      union all select json_object('resourceType','MedicationRequest','id',r.DrugRecordGuid,'intent','plan','status',case r.IsActive when 'true' then 'active' else 'completed' end,
      'subject',json_object('reference','Patient/'||r.PatientGuid),'medicationCodeableConcept',json_object('coding',json_array(json_object('system','https://dmd.nhs.uk',
      'code',d.DmdProductCodeId,'display',d.Term)),'text',d.Term),'authoredOn',r.EffectiveDate,'dosageInstruction',json_array(json_object('text',r.Dosage))) as r
      from ${csv('Prescribing_DrugRecord')} r left join ${csv('Coding_DrugCode')} d on r.CodeId=d.CodeId where r.Deleted='false'`,
};

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const db = await instance.connect();
const count = async (t) => Number((await db.runAndReadAll(`select count(*) from ${csv(t)}`)).getRows()[0][0]);
let rows = 0;
for (const t of ['Admin_Patient', 'CareRecord_Consultation', 'CareRecord_Observation', 'CareRecord_Problem', 'Prescribing_DrugRecord', 'Prescribing_IssueRecord'])
  rows += await count(t);
const start = process.cpuUsage();
await db.run(`create view o as select * from ${csv('CareRecord_Observation')}; create view p as select * from ${csv('CareRecord_Problem')};
  create table k as select distinct on (CodeId) * from ${csv('Coding_ClinicalCode')}`);
for (const [type, sql] of Object.entries(queries))
  await db.run(`copy (${sql}) to '${out}/${type}.ndjson' (format csv, header false, quote '', escape '', delimiter E'\\x01')`);
const used = process.cpuUsage(start);
const seconds = (used.user + used.system) / 1e6;
console.log(`${rows} ${seconds.toFixed(3)} ${Math.round(rows / seconds)}`);
