// Prints how many tests ran, and how many of them on real data, from the JSON report of vitest. Fails if none ran.
import { readFileSync } from 'node:fs';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = testResults.flatMap((file) => file.assertionResults);
const count = (status, list = tests) => list.filter((test) => test.status === status).length;
const onRealData = tests.filter((test) => test.fullName.includes('[real data]'));
const skipped = tests.length - count('passed') - count('failed');

console.log(`tests on real data: ${count('passed', onRealData)} of ${onRealData.length} ran`);
console.log(`tests: ${count('passed')} passed, ${count('failed')} failed, ${skipped} skipped`);
process.exit(count('passed') > 0 ? 0 : 1);
