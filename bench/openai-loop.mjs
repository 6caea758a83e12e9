/**
 * The loop that everybody writes: the openai package over Node's built-in fetch, p-limit, a comparison. Records nothing.
 *
 * node openai-loop.mjs ITEMS PORT CONCURRENCY
 */
import { OpenAI } from 'openai';
import pLimit from 'p-limit';
import { lines } from './lines.mjs';

const [items, port, concurrency] = process.argv.slice(2);
const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1` });
const limit = pLimit(Number(concurrency));
const tasks = [];
let right = 0;

async function ask({ question, target }) {
  const completion = await client.chat.completions.create({
    model: 'mock',
    messages: [{ role: 'user', content: question }],
    max_tokens: 16,
    temperature: 0,
  });
  if (completion.choices[0].message.content.trim() === target) right++;
}

for (const line of lines(items)) {
  const item = JSON.parse(line.toString('utf8'));
  tasks.push(limit(() => ask(item)));
}
await Promise.all(tasks);
process.exitCode = right === tasks.length ? 0 : 1;
