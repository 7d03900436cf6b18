// One npm validator over a file of NDJSON: what it finds, or how fast it is.
//   node peers.mjs ajv|medplum|medplum-ukcore FILE R4-FOLDER UKCORE-FOLDER [--findings] [--most N]
// Prints one line of JSON with resources, bytes, seconds (CPU, of parsing and checking alone: reading definitions and the file,
// compiling schemas and a run to get warm are not counted) and findings; with --findings before it a line for each: {"line":1,"path":"Patient.name[0]","message":"..."}.
import { readFileSync, readdirSync, writeFileSync, createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [mode, file, r4, ukcore, ...rest] = process.argv.slice(2);
const show = rest.includes('--findings');
const most = rest.includes('--most') ? Number(rest[rest.indexOf('--most') + 1]) : Infinity;
const require = createRequire(join(process.cwd(), 'package.json'));
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

function ajv() {
  const Ajv = require('ajv').default;
  const validator = new Ajv({ strict: false, allErrors: show, logger: false });
  validator.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json'));
  const schema = read(join(r4, 'fhir.schema.json'));
  delete schema.id; // draft 4's word, which Ajv refuses
  // Medplum's own types lean on definitions that this schema lacks; R4's do not.
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/definitions\/(\w+)"/g)) schema.definitions[name] ??= {};
  validator.addSchema(schema, 'fhir');
  const of = new Map(); // one schema a type: three times as fast as the whole with its choice among all types
  const place = (type, pointer) =>
    type + pointer.split('/').slice(1).map((s) => (/^\d+$/.test(s) ? `[${s}]` : '.' + s)).join('');
  const check = (resource) => {
    const type = resource?.resourceType;
    if (!schema.discriminator.mapping[type]) return [{ path: 'resourceType', message: 'unknown type' }];
    if (!of.has(type)) of.set(type, validator.getSchema(`fhir#/definitions/${type}`));
    const validate = of.get(type);
    if (validate(resource)) return [];
    // Of resources in resources Ajv tells what is wrong with them as each of all types.
    return validate.errors.filter((e) => !show || !/^\/(contained\/\d+|entry\/\d+\/resource)/.test(e.instancePath)).map((e) => ({
      path: place(type, e.instancePath) +
        (e.keyword === 'additionalProperties' ? '.' + e.params.additionalProperty : '') +
        (e.keyword === 'required' ? '.' + e.params.missingProperty : ''),
      message: e.message,
    }));
  };
  const inner = (resource) => [
    ...(resource.contained ?? []).map((r, i) => [r, `contained[${i}]`]),
    ...(resource.entry ?? []).map((e, i) => [e?.resource, `entry[${i}].resource`]),
  ];
  if (!show) return check;
  return (resource) => {
    const found = check(resource);
    for (const [r, path] of inner(resource))
      if (r?.resourceType)
        for (const e of check(r)) found.push({ path: `${resource.resourceType}.${path}` + e.path.slice(e.path.split('.')[0].length), message: e.message });
    return found;
  };
}

/** UK Core is published as differentials; Medplum wants snapshots: each row of the differential over the base's. */
function snapshots() {
  const all = new Map();
  for (const name of ['profiles-resources.json', 'profiles-types.json'])
    for (const e of read(join(r4, name)).entry) if (e.resource.resourceType === 'StructureDefinition') all.set(e.resource.url, e.resource);
  for (const name of readdirSync(ukcore, { recursive: true })) {
    if (!name.endsWith('.json')) continue;
    const s = read(join(ukcore, name));
    if (s.resourceType === 'StructureDefinition') all.set(s.url, s);
  }
  // What a data type says of an element that a profile goes into.
  const ofType = (rows, parent, d) => {
    const holder = rows.findLast((r) => r.id === parent) ?? rows.findLast((r) => r.path === d.path.slice(0, d.path.lastIndexOf('.')));
    const code = holder?.type?.length === 1 ? holder.type[0].code : '';
    const type = all.get('http://hl7.org/fhir/StructureDefinition/' + code);
    return type?.snapshot?.element.find((e) => e.path === code + d.path.slice(d.path.lastIndexOf('.')));
  };
  const done = (s) => {
    if (s.snapshot) return s;
    const base = done(all.get(s.baseDefinition));
    const rows = structuredClone(base.snapshot.element);
    for (const d of s.differential.element) {
      const at = rows.findIndex((r) => r.id === d.id);
      if (at >= 0) {
        rows[at] = { ...rows[at], ...d };
        continue;
      }
      // A slice, or something inside a data type: behind all that belongs to what it specialises.
      const plain = d.id.replace(/:[^.]*$/, '');
      const parent = d.id.slice(0, d.id.lastIndexOf('.'));
      const like = rows.find((r) => r.id === plain) ?? rows.find((r) => r.path === d.path) ?? ofType(rows, parent, d);
      const behind = (id) => rows.findLastIndex((r) => r.id === id || r.id.startsWith(id + '.') || r.id.startsWith(id + ':'));
      let last = behind(plain);
      if (last < 0) last = behind(parent);
      if (last < 0) continue;
      const sliced = d.path.endsWith('[x]')
        ? { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' }
        : { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' };
      const holder = rows.find((r) => r.id === plain);
      if (d.sliceName && holder) holder.slicing ??= sliced;
      // Extensions of a data type: the base has no row for them.
      if (d.sliceName && !holder) rows.splice(++last, 0, { id: plain, path: d.path, base: { path: d.path, min: 0, max: '*' }, min: 0, max: '*', type: [{ code: 'Extension' }], slicing: sliced });
      const { slicing, ...inherited } = like ?? {};
      rows.splice(last + 1, 0, { base: { path: d.path, min: 0, max: '*' }, min: 0, max: '1', ...inherited, ...d });
    }
    s.snapshot = { element: rows };
    return s;
  };
  for (const s of all.values()) if (all.get(s.baseDefinition) || s.snapshot) done(s);
  return all;
}

async function medplum(profiled) {
  globalThis.WebSocket ??= class {};
  const core = await import(pathToFileURL(require.resolve('@medplum/core')));
  const { validateResource, indexStructureDefinitionBundle } = core.default ?? core;
  indexStructureDefinitionBundle(read(join(r4, 'profiles-types.json')));
  indexStructureDefinitionBundle(read(join(r4, 'profiles-resources.json')));
  const all = profiled ? snapshots() : new Map();
  return (resource) => {
    const url = resource.meta?.profile?.[0];
    const profile = all.get(url);
    try {
      const found = validateResource(resource, profile ? { profile } : undefined);
      return found.filter((i) => i.severity === 'error').map((i) => ({ path: i.expression?.[0] ?? '', message: i.details?.text ?? i.code }));
    } catch (e) {
      if (!e.outcome) return [{ path: '', message: 'it failed: ' + e.message }];
      return e.outcome.issue.filter((i) => i.severity === 'error').map((i) => ({ path: i.expression?.[0] ?? '', message: i.details?.text ?? i.code }));
    }
  };
}

const check = mode === 'ajv' ? ajv() : await medplum(mode === 'medplum-ukcore');
const lines = [];
for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  lines.push(text);
  if (lines.length >= most) break;
}
const judge = (text) => {
  let resource;
  try {
    resource = JSON.parse(text);
  } catch (e) {
    return [{ path: '', message: 'not JSON: ' + e.message }];
  }
  return check(resource);
};
// Schemas are compiled, and code made fast, before the clock starts.
if (!show) for (const text of lines.slice(0, 2000)) if (text !== '') judge(text);
const seconds = () => { const u = process.cpuUsage(); return (u.user + u.system) / 1e6; };
const before = seconds();
let resources = 0, bytes = 0, findings = 0;
const told = [];
lines.forEach((text, i) => {
  if (text.trim() === '') return;
  const found = judge(text);
  ++resources;
  bytes += Buffer.byteLength(text) + 1;
  findings += found.length;
  if (show) for (const f of found) told.push(JSON.stringify({ line: i + 1, ...f }));
});
told.push(JSON.stringify({ resources, bytes, seconds: seconds() - before, findings }));
writeFileSync(1, told.join('\n') + '\n');
