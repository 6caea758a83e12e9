// The item view. Everything it shows comes from the JSON element of the page and enters the document as text.
const data = JSON.parse(document.getElementById('items-data')?.textContent ?? '{"suites":[]}');
const PAGE = 50;
const SYMBOLS = { right: '✓', wrong: '✕', partial: '◐', unscored: '?' };

const byId = (id) => document.getElementById(id);
const state = { suite: data.suites[0], filter: 'all', query: '', found: [], shown: 0 };

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function verdictsOf(item) {
  return item.samples.flat().map(({ verdict }) => verdict);
}

const FILTERS = {
  all: () => true,
  wrong: (item) => verdictsOf(item).some((verdict) => verdict === 'wrong' || verdict === 'partial'),
  unscored: (item) => verdictsOf(item).includes('unscored'),
  split: (item) => new Set(verdictsOf(item)).size > 1,
};

const haystacks = new WeakMap();

function haystack(item) {
  if (!haystacks.has(item)) {
    const texts = [
      String(item.index),
      item.id,
      item.target,
      ...(item.tags ?? []),
      ...(item.messages ?? []).map(({ content }) => content),
      ...item.samples.flat().flatMap(({ answer, extracted, why }) => [answer, extracted, why]),
    ];
    haystacks.set(item, texts.filter(Boolean).join('\n').toLowerCase());
  }
  return haystacks.get(item);
}

function excerpt(item) {
  const asked = item.messages?.findLast(({ role }) => role === 'user') ?? item.messages?.at(-1);
  return asked ? asked.content.replace(/\s+/g, ' ').slice(0, 200) : 'text not disclosed';
}

function verdictMark(samples, runName) {
  if (samples.length === 0) return element('span', 'verdict-cell');
  const worst = ['unscored', 'wrong', 'partial', 'right'].find((kind) =>
    samples.some(({ verdict }) => verdict === kind),
  );
  const right = samples.filter(({ verdict }) => verdict === 'right').length;
  const text = samples.length === 1 ? SYMBOLS[worst] : `${right}/${samples.length}`;
  const words = samples.length === 1 ? worst : `${right} of ${samples.length} right`;
  const symbol = element('span', '', text);
  symbol.setAttribute('aria-hidden', 'true');
  const cell = element('span', `verdict-cell ${worst}`, symbol, element('span', 'unseen', `${runName}: ${words}. `));
  cell.title = `${runName}: ${words}`;
  return cell;
}

function labelled(name, text, className) {
  const value = element('div', `text ${className ?? ''}`, text);
  value.dir = 'auto';
  return element('div', 'block', element('p', 'block-name', name), value);
}

function sampleView(sample, repeats) {
  const { verdict, why, extracted, rule, answer, foot, repeat } = sample;
  const line = element('p', `verdict-line ${verdict}`, `${SYMBOLS[verdict]} ${verdict}${why ? `, ${why}` : ''}`);
  if (repeats > 1) line.append(element('span', 'muted', ` repeat ${repeat + 1}`));
  const body = element('div', 'sample', line);
  if (extracted !== undefined) {
    const value = extracted === null ? element('em', '', 'nothing') : element('code', '', extracted);
    value.dir = 'auto';
    body.append(element('p', 'extracted', 'extracted ', value, rule ? element('span', 'muted', ` by ${rule}`) : null));
  }
  if (answer !== undefined) body.append(labelled('Answer', answer === '' ? '(empty)' : answer, 'answer'));
  if (foot) body.append(element('p', 'foot muted', foot));
  return body;
}

function answersOf(item, suite) {
  const columns = suite.runs.map((run, index) => {
    const samples = item.samples[index] ?? [];
    const name = element('h3', 'endpoint', element('bdi', '', run.name));
    for (const label of run.labels) name.append(' ', element('span', 'label', label));
    const views = samples.map((sample) => sampleView(sample, samples.length));
    return element('div', 'column', name, ...(views.length > 0 ? views : [element('p', 'muted', 'not in this page')]));
  });
  return element('div', 'columns', ...columns);
}

function itemBody(item, suite) {
  const body = element('div', 'item-body');
  for (const { role, content } of item.messages ?? []) body.append(labelled(role, content, 'prompt'));
  if (item.target !== undefined) body.append(labelled('Target', item.target, 'target'));
  if (item.tags?.length) body.append(element('p', 'tags muted', `tags: ${item.tags.join(', ')}`));
  body.append(answersOf(item, suite));
  return body;
}

function itemView(item, suite) {
  const name = element('span', 'item-id', item.id ?? `item ${item.index}`);
  const text = element('span', 'excerpt', excerpt(item));
  name.dir = text.dir = 'auto';
  const marks = item.samples.map((samples, index) => verdictMark(samples, suite.runs[index].name));
  const button = element('button', 'item-grid', name, text, ...marks);
  button.type = 'button';
  button.setAttribute('aria-expanded', 'false');
  const row = element('li', '', button);
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    if (isOpen) row.lastElementChild.remove();
    else row.append(itemBody(item, suite));
  });
  return row;
}

function headRow(suite) {
  const names = suite.runs.map(({ name }) => {
    const cell = element('span', 'column-name', name);
    cell.title = name;
    return cell;
  });
  return [element('span', '', 'Item'), element('span', '', 'Prompt'), ...names];
}

function matches(item) {
  const wanted = state.query.trim().toLowerCase();
  return FILTERS[state.filter](item) && (wanted === '' || haystack(item).includes(wanted));
}

function showMore() {
  const { suite, found, shown } = state;
  byId('items-list').append(...found.slice(shown, shown + PAGE).map((item) => itemView(item, suite)));
  state.shown = shown + PAGE;
  byId('items-more').hidden = found.length <= state.shown;
}

function change(part) {
  Object.assign(state, part);
  const { suite } = state;
  state.found = suite.items.filter(matches);
  state.shown = 0;
  byId('explorer').style.setProperty('--runs', String(suite.runs.length));
  byId('items-head').replaceChildren(...headRow(suite));
  byId('items-list').replaceChildren();
  byId('items-count').textContent =
    `${state.found.length.toLocaleString('en')} of ${suite.items.length.toLocaleString('en')} items`;
  showMore();
}

function start() {
  const select = byId('items-suite');
  data.suites.forEach((suite, index) => {
    const option = element('option', '', suite.name);
    option.value = String(index);
    select.append(option);
  });
  select.addEventListener('change', () => change({ suite: data.suites[Number(select.value)] }));
  for (const radio of document.querySelectorAll('input[name=filter]')) {
    radio.addEventListener('change', () => change({ filter: radio.value }));
  }
  let timer;
  byId('items-search').addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ query: event.target.value }), 120);
  });
  byId('items-more').addEventListener('click', showMore);
  byId('explorer').hidden = false;
  change({});
}

if (data.suites.length > 0 && byId('explorer')) start();
