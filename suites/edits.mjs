// The tasks of suite file-edits: small files, what is to be changed in them, and the files afterwards.
import { drawTasks } from './tasks.mjs';

const PEOPLE = ['Ada', 'Boris', 'Chen', 'Dalia', 'Emre', 'Freya', 'Goran', 'Hana', 'Ivo', 'Jana', 'Kofi', 'Lena'];
const TOWNS = ['Aarhus', 'Bergen', 'Cork', 'Delft', 'Evora', 'Graz', 'Izmir', 'Kaunas', 'Lugano', 'Malmo'];
const WORDS = ['anchor', 'basket', 'candle', 'drawer', 'engine', 'feather', 'garden', 'hammer', 'island', 'kettle'];
const NAMES = ['area', 'balance', 'count', 'delay', 'depth', 'energy', 'height', 'margin', 'offset', 'weight'];
const OTHER_NAMES = ['amount', 'extent', 'figure', 'level', 'measure', 'quantity', 'reading', 'total'];

const lines = (...rows) => rows.map((row) => `${row}\n`).join('');
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** A value of a JSON file; the same number stands in it twice. */
function settings(random) {
  const [from, to] = random.sample([10, 20, 30, 45, 60, 90, 120], 2);
  const [key, other] = random.sample(['timeout_seconds', 'retry_seconds', 'cache_seconds', 'lock_seconds'], 2);
  const name = random.pick(WORDS);
  const of = (value) => ({ name, [other]: from, limits: { [key]: value, max_users: 25 }, debug: false });
  return {
    files: { 'settings.json': json(of(from)), 'README.txt': lines('Settings are in settings.json.') },
    instruction: `In settings.json, set ${key} (under limits) to ${to}. Change nothing else.`,
    expected: { 'settings.json': json(of(to)), 'README.txt': lines('Settings are in settings.json.') },
  };
}

/** A function that is used in two files under a new name; a longer name that begins with it stays. */
function rename(random) {
  const from = random.pick(NAMES);
  const to = random.pick(OTHER_NAMES);
  const shop = (name) => ({
    'lib.js': lines(
      `export function ${name}(items) {`,
      '  return items.reduce((sum, item) => sum + item.value, 0);',
      '}',
      '',
      `export function ${from}Text(items) {`,
      `  return \`\${${name}(items)} units\`;`,
      '}',
    ),
    'main.js': lines(
      `import { ${name}, ${from}Text } from './lib.js';`,
      '',
      'const items = [{ value: 3 }, { value: 4 }];',
      `console.log(${name}(items));`,
      `console.log(${from}Text(items));`,
    ),
  });
  return {
    files: shop(from),
    instruction: `Rename the function ${from} of lib.js to ${to}, in both files and wherever it is called. The function ${from}Text keeps its name.`,
    expected: shop(to),
  };
}

/** A loop that leaves out the last element, or a condition that is wrong at the border. */
function repair(random) {
  const [list, sum] = random.sample(NAMES, 2);
  const limit = random.between(5, 60);
  const code = (loop, test) => ({
    'stats.py': lines(
      `def ${sum}_of(${list}s):`,
      '    result = 0',
      `    for i in range(${loop}):`,
      `        result += ${list}s[i]`,
      '    return result',
      '',
      '',
      'def is_allowed(value):',
      `    return value ${test} ${limit}`,
    ),
  });
  const whole = `len(${list}s)`;
  const fixes = [
    [`${whole} - 1`, '<=', `${sum}_of leaves out the last element. Repair it.`],
    [`1, ${whole}`, '<=', `${sum}_of leaves out the first element. Repair it, with a plain range over the length.`],
    [whole, '<', `is_allowed has to allow ${limit} itself as well. Repair it.`],
  ];
  const [loop, test, fault] = random.pick(fixes);
  return {
    files: code(loop, test),
    instruction: `In stats.py, ${fault} Change nothing else.`,
    expected: code(whole, '<='),
  };
}

/** A new line in a sorted list. */
function insert(random) {
  const names = random.sample(PEOPLE, 7).toSorted();
  const added = names[random.between(1, 5)];
  const title = random.pick(['Crew', 'Guests', 'Members']);
  const list = (people) => lines(title, '-----', ...people.map((name) => `- ${name}`), '-----', 'End of the list');
  return {
    files: { 'people.md': list(names.filter((name) => name !== added)) },
    instruction: `Add ${added} to the list in people.md, as a line of the same form at its place in alphabetical order.`,
    expected: { 'people.md': list(names) },
  };
}

/** One cell of a table in which its old value stands in other rows too. */
function cell(random) {
  const people = random.sample(PEOPLE, 5);
  const [from, to] = random.sample(TOWNS, 2);
  const who = random.between(1, 3);
  const oldTown = (i) => (i % 2 === who % 2 ? from : to);
  const table = (town) =>
    lines('name,town,age', ...people.map((name, i) => `${name},${i === who ? town : oldTown(i)},${30 + i}`));
  return {
    files: { 'people.csv': table(from) },
    instruction: `In people.csv, ${people[who]} has moved to ${to}. Change the town in that row and nothing else.`,
    expected: { 'people.csv': table(to) },
  };
}

/** A key that exists in two sections and changes in one. */
function section(random) {
  const [first, second] = random.sample(['mail', 'store', 'search', 'web', 'queue'], 2);
  const port = random.between(3000, 4999);
  const wanted = random.between(5000, 8999);
  const ini = (value) =>
    lines(`[${first}]`, 'host = localhost', `port = ${port}`, '', `[${second}]`, 'host = localhost', `port = ${value}`);
  return {
    files: { 'service.ini': ini(port) },
    instruction: `In service.ini, set the port of section ${second} to ${wanted}. The port of ${first} stays as it is.`,
    expected: { 'service.ini': ini(wanted) },
  };
}

/** A line that goes from one file to the end of another. */
function move(random) {
  const words = random.sample(WORDS, 7);
  const [open, done] = [words.slice(0, 4), words.slice(4)];
  const moved = random.pick(open);
  const tasks = (list) => lines(...list.map((word) => `* mend the ${word}`));
  return {
    files: { 'open.txt': tasks(open), 'done.txt': tasks(done) },
    instruction: `The task "mend the ${moved}" is done: take its line out of open.txt and put it at the end of done.txt.`,
    expected: { 'open.txt': tasks(open.filter((word) => word !== moved)), 'done.txt': tasks([...done, moved]) },
  };
}

/** A wrong word in several places of two files. */
function typo(random) {
  const [right, subject] = random.sample(WORDS, 2);
  const wrong = `${right.slice(0, -2)}${right.at(-1)}${right.at(-2)}`;
  const book = (word) => ({
    'chapter-1.txt': lines(`The ${subject} is old.`, `Its ${word} is new.`, '', `Nobody has seen the ${word} before.`),
    'chapter-2.txt': lines(`Where is the ${subject}?`, `It is behind the ${word}.`),
  });
  return {
    files: book(wrong),
    instruction: `The word "${right}" is misspelt as "${wrong}" in both chapters. Correct it everywhere.`,
    expected: book(right),
  };
}

/** A key of a JSON file under a new name, and an entry that goes. */
function inventory(random) {
  const words = random.sample(WORDS, 4);
  const [from, to] = random.sample(OTHER_NAMES, 2);
  const gone = random.between(0, 3);
  const stock = (key, list) => json({ place: 'cellar', items: list.map((word) => ({ word, [key]: word.length })) });
  return {
    files: { 'stock.json': stock(from, words) },
    instruction: `In stock.json, rename the key ${from} of every item to ${to}, and remove the item whose word is ${words[gone]}. Keep the layout: two spaces for each level.`,
    expected: { 'stock.json': stock(to, words.toSpliced(gone, 1)) },
  };
}

/** Two settings in two files that have to agree. */
function version(random) {
  const [major, minor, patch] = [random.between(1, 9), random.between(0, 20), random.between(0, 20)];
  const word = random.pick(WORDS);
  const before = `${major}.${minor}.${patch}`;
  const after = `${major}.${minor + 1}.0`;
  const release = (number, heading) => ({
    'package.json': json({ name: word, version: number, needs: { base: before } }),
    'version.py': lines(`NAME = "${word}"`, `VERSION = "${number}"`, `OLDEST = "${before}"`),
    'CHANGES.md': lines('# Changes', '', ...heading, `## ${before}`, '', '- first release'),
  });
  return {
    files: release(before, []),
    instruction: `Raise the version from ${before} to ${after}: the member version in package.json, VERSION in version.py, and a new heading "## ${after}" with an empty line, the line "- ${word} is faster" and another empty line above the heading of ${before} in CHANGES.md. Nothing else that says ${before} changes.`,
    expected: release(after, [`## ${after}`, '', `- ${word} is faster`, '']),
  };
}

const KINDS = { settings, rename, repair, insert, cell, section, move, typo, inventory, version };

/** Thirty tasks. */
export function editTasks(random) {
  return drawTasks(random, KINDS, { rounds: 3, textOf: ({ instruction }) => instruction });
}
