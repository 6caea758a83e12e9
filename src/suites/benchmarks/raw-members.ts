/** The members of a JSON object as they are written, so that 5.0 stays 5.0. */

/**
 * The text of every member of an object by its name.
 *
 * @param json - The text of a JSON object; whoever calls has parsed it.
 */
export function rawMembers(json: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let at = json.indexOf('{') + 1;
  for (;;) {
    at = skipBlanks(json, at);
    if (json[at] !== '"') return members;
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipBlanks(json, skipBlanks(json, nameEnd) + 1);
    const end = endOfValue(json, start);
    members.set(name, json.slice(start, end).trimEnd());
    at = end + 1;
  }
}

function skipBlanks(json: string, from: number): number {
  let at = from;
  while (/\s/.test(json[at] ?? '')) at++;
  return at;
}

// The place of the comma or the bracket after a value.
function endOfValue(json: string, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (depth === 0 && (character === ',' || character === '}' || character === ']')) return at;
    else if (character === '}' || character === ']') depth--;
  }
  return json.length;
}

// The place after the closing quote.
function endOfString(json: string, from: number): number {
  let at = from + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}
