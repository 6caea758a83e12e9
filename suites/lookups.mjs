// The questions of suite lookup: a table that only a tool can read, and sums that are too long to guess.
import { drawTasks } from './tasks.mjs';

const GOODS = [
  'amber',
  'barley',
  'cedar',
  'copper',
  'cotton',
  'glass',
  'honey',
  'linen',
  'oats',
  'paper',
  'salt',
  'slate',
  'wool',
];

// A decimal with two digits, from hundredths.
const money = (hundredths) =>
  (BigInt(hundredths) * 10_000n)
    .toString()
    .replace(/(\d{6})$/, '.$1')
    .replace(/\.?0+$/, '');

function table(random) {
  const rows = random.sample(GOODS, 6).map((name) => [
    name,
    {
      stock: String(random.between(1000, 9999)),
      price: money(random.between(101, 9999)),
      crate: String(random.between(11, 97)),
    },
  ]);
  return Object.fromEntries(rows);
}

const hundredths = (price) => {
  const [whole, fraction = ''] = price.split('.');
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'));
};

const two = (random, goods) => random.sample(Object.keys(goods), 2);

/** What an order costs. */
function order(random) {
  const goods = table(random);
  const [a, b] = two(random, goods);
  const [n, m] = [random.between(23, 989), random.between(23, 989)];
  const cost = BigInt(n) * hundredths(goods[a].price) + BigInt(m) * hundredths(goods[b].price);
  return {
    table: goods,
    question: `What do ${n} units of ${a} and ${m} units of ${b} cost together?`,
    target: money(cost),
  };
}

/** What all of a stock is worth. */
function worth(random) {
  const goods = table(random);
  const [a] = two(random, goods);
  return {
    table: goods,
    question: `What is the whole stock of ${a} worth at its price?`,
    target: money(BigInt(goods[a].stock) * hundredths(goods[a].price)),
  };
}

/** How many crates can be filled, and what is left. */
function crates(random) {
  const goods = table(random);
  const [a] = two(random, goods);
  const [stock, crate] = [BigInt(goods[a].stock), BigInt(goods[a].crate)];
  return {
    table: goods,
    question: `The stock of ${a} is packed into full crates. How many units are left over?`,
    target: String(stock % crate),
  };
}

/** A product of whole numbers that is longer than a number of the machine. */
function product(random) {
  const goods = table(random);
  const names = random.sample(Object.keys(goods), 5);
  return {
    table: goods,
    question: `What do the stocks of ${names.join(', ')} give when they are multiplied with each other?`,
    target: String(names.reduce((all, name) => all * BigInt(goods[name].stock), 1n)),
  };
}

/** What is left of a budget. */
function change(random) {
  const goods = table(random);
  const [a] = two(random, goods);
  const n = random.between(120, 870);
  const cost = BigInt(n) * hundredths(goods[a].price);
  const budget = (cost / 100n / 1000n + BigInt(random.between(1, 9))) * 1000n;
  return {
    table: goods,
    question: `Somebody has ${budget} and buys ${n} units of ${a}. How much is left?`,
    target: money(budget * 100n - cost),
  };
}

/** A stock that doubles. */
function doubling(random) {
  const goods = table(random);
  const [a, b] = two(random, goods);
  const years = random.between(12, 30);
  return {
    table: goods,
    question: `The stock of ${a} doubles every year for ${years} years, then as much as the stock of ${b} is taken away. What is left?`,
    target: String(BigInt(goods[a].stock) * 2n ** BigInt(years) - BigInt(goods[b].stock)),
  };
}

const KINDS = { order, worth, crates, product, change, doubling };

/** 36 questions, each about a table of its own. */
export function lookupTasks(random) {
  return drawTasks(random, KINDS, { rounds: 6, textOf: ({ question }) => question });
}
