// The problems of the shipped suites. A maker takes a source of random numbers and the count of problems made before,
// and returns question and target. Numbers, words and phrasings stay inside what the embedded models were trained on.
const range = (low, high) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

const NAMES = words(`Anna Ben Clara David Elena Felix Greta Hugo Irene Jonas Karin Liam Maria Nils Olga Peter Ruth Simon
  Tara Viktor Wanda Yusuf Zoe Amir Bruno Carla Dora Emil Frida Georg Hanna Ivan Julia Klaus Laura Marco Nadia Oscar`);
const CITIES = words(`Paris Rome Madrid Berlin Oslo Stockholm Helsinki Copenhagen Warsaw Vienna Athens Lisbon Dublin
  Budapest Brussels Tokyo Beijing Cairo Nairobi Lima Santiago Havana Ottawa Ankara Baghdad Kathmandu Bangkok Zagreb`);
const ITEMS = words(`apples books chairs pens eggs lamps cookies stamps balls cups plates shirts tickets bottles candles
  boxes maps coins carpets clocks keys towels mirrors pillows brushes hats`);
const EVENTS = words(`concert lecture dinner meeting race picnic party rehearsal workshop festival market reading
  tournament wedding`);
const DAYS = words('Monday Tuesday Wednesday Thursday Friday Saturday Sunday');
const PLACES = words('park library school museum station garden theater castle harbor hotel stadium church');

function words(text) {
  return text.split(/\s+/);
}

function addition(low, high) {
  return (random) => {
    const [a, b] = [random.between(low, high), random.between(low, high)];
    return {
      question: random.pick([`What is ${a} + ${b}?`, `${a} + ${b} = ?`, `Add ${a} and ${b}.`]),
      target: `${a + b}`,
    };
  };
}

function subtraction(random) {
  const [a, b] = [random.between(10, 99), random.between(10, 99)];
  return {
    question: random.pick([`What is ${a} - ${b}?`, `${a} - ${b} = ?`, `Subtract ${b} from ${a}.`]),
    target: `${a - b}`,
  };
}

function product(low, high) {
  return (random) => {
    const [a, b] = [random.between(10, 99), random.between(low, high)];
    return { question: `What is ${a} * ${b}?`, target: `${a * b}` };
  };
}

function comparison(word, pickTarget) {
  return (random) => {
    const [a, b] = random.sample(range(100, 999), 2);
    const question = random.pick([`Which is ${word}, ${a} or ${b}?`, `Which number is ${word}: ${a} or ${b}?`]);
    return { question, target: `${pickTarget(a, b)}` };
  };
}

function greater(wanted) {
  return (random) => {
    const [low, high] = random.sample(range(100, 999), 2).toSorted((a, b) => a - b);
    const [a, b] = wanted === 'yes' ? [high, low] : [low, high];
    return {
      question: random.pick([`Is ${a} greater than ${b}?`, `Is ${a} larger than ${b}? Answer yes or no.`]),
      target: wanted,
    };
  };
}

function copy(random) {
  const text = random.word(4, 9);
  return { question: random.pick([`Repeat: ${text}`, `Copy this text: ${text}`]), target: text };
}

function reversal(random) {
  const text = random.word(3, 8);
  return {
    question: random.pick([`Reverse: ${text}`, `Write ${text} backwards.`]),
    target: [...text].toReversed().join(''),
  };
}

function sorting(random) {
  const text = random.word(3, 7);
  return {
    question: random.pick([`Sort the letters: ${text}`, `Put the letters of ${text} in order.`]),
    target: [...text].toSorted((a, b) => (a < b ? -1 : 1)).join(''),
  };
}

function counting(random) {
  const alphabet = random.sample([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'], 3);
  const text = random.word(4, 9, alphabet);
  const letter = random.pick(alphabet);
  return {
    question: random.pick([
      `How many times does ${letter} appear in ${text}?`,
      `Count the letter ${letter} in ${text}.`,
    ]),
    target: `${text.split(letter).length - 1}`,
  };
}

/** Five terms from the first and a rule that gives the next one from the last and its position. */
function terms(first, next) {
  const values = [first];
  while (values.length < 5) values.push(next(values.at(-1), values.length));
  return values;
}

const TERMS = {
  arithmetic: (random) => {
    const step = random.between(2, 25);
    return random.between(1, 10) <= 3
      ? terms(random.between(1, 60) + 4 * step, (last) => last - step)
      : terms(random.between(1, 99), (last) => last + step);
  },
  alternating: (random) => {
    const [up, down] = [random.between(3, 20), random.between(1, 9)];
    return terms(random.between(10, 90), (last, position) => last + (position % 2 ? up : -down));
  },
  growing: (random) => {
    const [step, growth] = [random.between(1, 12), random.between(1, 6)];
    return terms(random.between(1, 60), (last, position) => last + step + growth * (position - 1));
  },
  doubling: (random) => {
    const [ratio, shift] = [random.between(2, 3), random.between(-3, 5)];
    return terms(random.between(4, 20), (last) => last * ratio + shift);
  },
};

function sequence(kind) {
  return (random) => {
    const values = TERMS[kind](random);
    const shown = values.slice(0, 4).join(', ');
    const question = random.pick([`What comes next: ${shown}?`, `Which number comes next in ${shown}, ...?`]);
    return { question, target: `${values[4]}` };
  };
}

/** Four options one below the other; the right one takes each position equally often. */
function choice(stem, right, wrong, count) {
  const position = count % 4;
  const options = wrong.toSpliced(position, 0, right).map((option, i) => `${'ABCD'[i]}) ${option}`);
  return { question: [stem, ...options].join('\n'), target: 'ABCD'[position] };
}

function nearMisses(random, right) {
  return random.sample([-20, -10, -3, -2, -1, 1, 2, 3, 10, 20], 3).map((offset) => right + offset);
}

function extreme(kind, pickTarget) {
  return (random, count) => {
    const numbers = random.sample(range(10, 99), 4);
    const right = pickTarget(...numbers);
    return choice(
      `Which number is the ${kind}?`,
      right,
      numbers.filter((n) => n !== right),
      count,
    );
  };
}

function parity(random, count) {
  const kind = random.pick(['even', 'odd']);
  const [even, odd] = [0, 1].map((rest) => range(10, 99).filter((n) => n % 2 === rest));
  const [same, other] = kind === 'even' ? [even, odd] : [odd, even];
  return choice(`Which number is ${kind}?`, random.pick(same), random.sample(other, 3), count);
}

function sumChoice(random, count) {
  const [a, b] = [random.between(11, 49), random.between(11, 49)];
  return choice(`Which number equals ${a} + ${b}?`, a + b, nearMisses(random, a + b), count);
}

function nextChoice(random, count) {
  const values = TERMS.arithmetic(random);
  const stem = `Which number comes next: ${values.slice(0, 4).join(', ')}?`;
  return choice(stem, values[4], nearMisses(random, values[4]), count);
}

function person(random) {
  const [name, age, city] = [random.pick(NAMES), random.between(11, 98), random.pick(CITIES)];
  const sentence = random.pick([
    `${name} is ${age} years old and lives in ${city}.`,
    `${name}, aged ${age}, comes from ${city}.`,
    `In ${city} I met ${name}, who is ${age}.`,
  ]);
  return { question: `Extract name, age and city as JSON: ${sentence}`, target: { name, age, city } };
}

function order(random) {
  const [customer, item] = [random.pick(NAMES), random.pick(ITEMS)];
  const [quantity, total] = [random.between(11, 98), random.between(100, 999)];
  const sentence = random.pick([
    `${customer} ordered ${quantity} ${item} for ${total} euros.`,
    `For ${total} euros, ${customer} bought ${quantity} ${item}.`,
    `The order of ${customer}: ${quantity} ${item}, ${total} euros in total.`,
  ]);
  const target = { customer, item, quantity, total };
  return { question: `Extract customer, item, quantity and total as JSON: ${sentence}`, target };
}

function event(random) {
  const [name, place, day, hour] = [random.pick(EVENTS), random.pick(PLACES), random.pick(DAYS), random.between(7, 23)];
  const sentence = random.pick([
    `The ${name} at the ${place} starts on ${day} at ${hour}:00.`,
    `On ${day} there is a ${name} at the ${place}, ${hour}:00.`,
    `Come to the ${place} on ${day} at ${hour}:00 for the ${name}.`,
  ]);
  const target = { event: name, place, day, hour };
  return { question: `Extract event, place, day and hour as JSON: ${sentence}`, target };
}

/** As many items of every tag, in the order of the tags. */
function even(count, makers) {
  return Object.entries(makers).map(([tag, make]) => ({ tag, make, count }));
}

const products = even(160, { product: product(10, 99) });

/** For every suite: which kinds of items by tag, and how many of each. */
export const SUITES = {
  arithmetic: even(40, {
    'add-2-digit': addition(10, 99),
    'add-3-digit': addition(100, 999),
    subtract: subtraction,
    'times-digit': product(2, 9),
  }),
  comparison: even(40, {
    larger: comparison('larger', Math.max),
    smaller: comparison('smaller', Math.min),
    'greater-yes': greater('yes'),
    'greater-no': greater('no'),
  }),
  strings: even(40, { copy, reverse: reversal, sort: sorting, count: counting }),
  sequence: [
    ...even(48, {
      arithmetic: sequence('arithmetic'),
      alternating: sequence('alternating'),
      growing: sequence('growing'),
    }),
    // Only about thirty of the few hundred small sequences of this kind are held out.
    { tag: 'doubling', make: sequence('doubling'), count: 16 },
  ],
  'multiple-choice': even(32, {
    largest: extreme('largest', Math.max),
    smallest: extreme('smallest', Math.min),
    parity,
    sum: sumChoice,
    next: nextChoice,
  }),
  'json-extraction': even(54, { person, order, event }),
  'products-direct': products,
  'products-steps': products,
};
