// The peer of `diff`: DuckDB joining two versions of a package by resource type and id, one thread, and naming the top-level
// elements that differ. It knows nothing of patients, pairing, projection or order of members.
// node duckdb_diff.mjs BEFORE AFTER   prints rows of both sides, rows that differ, seconds of CPU
import { existsSync, readdirSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [before, after] = process.argv.slice(2);
const apart = ['fates.ndjson', 'issues.ndjson'];
const types = readdirSync(before).filter((f) => f.endsWith('.ndjson') && !apart.includes(f) && existsSync(`${after}/${f}`));
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
const read = (file) => `read_json('${file}', format='newline_delimited', records=true, maximum_depth=1, union_by_name=true, maximum_object_size=100000000)`;
const columns = async (file) => (await connection.runAndReadAll(`describe select * from ${read(file)}`)).getRows().map((r) => r[0]);

const shared = {};
for (const type of types) {
  const a = await columns(`${before}/${type}`), b = await columns(`${after}/${type}`);
  shared[type] = a.filter((c) => c !== 'id' && b.includes(c));
}
let rows = 0, different = 0;
const start = process.cpuUsage();
for (const type of types) {
  const differs = shared[type].map((c) => `case when a."${c}" is distinct from b."${c}" then '${c}' end`).join(',');
  const result = await connection.runAndReadAll(`
    select count(before) + count(after), count(*) filter (where d <> '' or before is null or after is null), count(distinct d)
    from (select a.id as before, b.id as after, concat_ws(',', ${differs || "''"}) as d
          from ${read(`${before}/${type}`)} a full join ${read(`${after}/${type}`)} b on a.id = b.id)`);
  const [n, d] = result.getRows()[0];
  rows += Number(n);
  different += Number(d);
}
const used = process.cpuUsage(start);
console.log(rows, different, ((used.user + used.system) / 1e6).toFixed(3));
