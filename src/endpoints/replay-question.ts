/**
 * Which requests a recorded response answers: those that ask the same, and have the members that a line names.
 *
 * One member says what is asked, and so through which API; others may narrow it down. A member is known by the SHA-256
 * of its canonical JSON, so a recording need not hold the questions themselves.
 */
import { canonicalize } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import type { Api } from '../transcript/wire/dialogue.ts';

/** The member of a request that says what is asked. */
export type AskedMember = 'messages' | 'prompt' | 'input';

/** What is asked through each API. */
export const ASKED: Readonly<Record<Api, AskedMember>> = {
  chat: 'messages',
  completions: 'prompt',
  embeddings: 'input',
};

/** Digests of the members that a request must have. */
export type MemberDigests = ReadonlyMap<string, Digest>;

/** The digest by which a member is known. */
export function memberDigest(value: unknown): Digest {
  return digest(canonicalize(value));
}

/** The key of a question; that of messages alone is their own digest. */
export function questionKey(members: MemberDigests): Digest {
  const messages = members.size === 1 ? members.get('messages') : undefined;
  return messages ?? memberDigest(Object.fromEntries(members));
}

/**
 * The keys under which the answer to a request may be recorded, the narrowest first.
 *
 * @param body - Members of the request: well-formed JSON, among them the one that is asked.
 * @param shapes - Sets of names that narrow questions down, the larger first.
 */
export function* requestKeys(
  body: Readonly<Record<string, unknown>>,
  asked: AskedMember,
  shapes: readonly (readonly string[])[],
): Generator<Digest> {
  const known = new Map<string, Digest>();
  const digestOf = (name: string): Digest => {
    const found = known.get(name) ?? memberDigest(body[name]);
    known.set(name, found);
    return found;
  };
  for (const shape of shapes) {
    if (!shape.every((name) => Object.hasOwn(body, name))) continue;
    yield questionKey(new Map([asked, ...shape].map((name) => [name, digestOf(name)])));
  }
}
