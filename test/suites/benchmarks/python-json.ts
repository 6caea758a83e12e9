/** Writes JSON as Python's json.dumps does, from JSON that is written more closely, with every number as it stands. */
export function pythonJson(json: string): string {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"|[,:]/gsu, (token) => (token.length === 1 ? `${token} ` : asciiOnly(token)));
}

function asciiOnly(text: string): string {
  return text.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
