/** Whether a server ends an answer where it is told to: after so many tokens, at a text. About the server alone. */
import { ask, inTurn, no, unknown, yes, type Probe, type ProbeReply } from './probe.ts';

const FEW_TOKENS = 5;

/** Most characters of a token in ordinary prose, with room to spare. */
const LONG_TOKEN = 24;

/** An answer is no longer than asked for, and says that it was cut. */
export const maxTokens: Probe = {
  next: inTurn(() => ask('Describe a harbour in the morning in a few sentences.', { max_tokens: FEW_TOKENS })),
  judge(_context, [reply]) {
    const { text = '', finish, completion_tokens: tokens } = reply ?? {};
    if (tokens !== undefined && tokens > FEW_TOKENS) return no('more-tokens');
    // Counts can lie, and so they are held against the text.
    if (text.length > FEW_TOKENS * LONG_TOKEN) return no('longer-text');
    return finish === 'length' ? yes('limit-kept') : unknown('not-cut');
  },
};

const COUNT = 'Count from one to nine in words, on one line, with spaces between them.';
const COUNT_TOKENS = 40;

/**
 * A word of an answer at which it can be stopped: the first whole one in its second half that stands nowhere before, so
 * that any text will do, from any model.
 */
export function stopWord(text: string): string | null {
  const half = Math.ceil(text.length / 2);
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}]{1,16}/gu)) {
    if (index >= half && text.indexOf(word) === index) return word;
  }
  return null;
}

/** An answer ends before a text that it is to stop at. */
export const stop: Probe = {
  next(_context, replies) {
    const [free] = replies;
    if (free === undefined) return ask(COUNT, { max_tokens: COUNT_TOKENS, temperature: '0' }, { isPlain: true });
    const word = replies.length > 1 ? null : stopWord(free.text);
    return word === null ? null : ask(COUNT, { max_tokens: COUNT_TOKENS, temperature: '0', stop: [word] });
  },
  judge(_context, [free, stopped]) {
    if (free === undefined || stopped === undefined) return unknown('nothing-to-stop-at');
    const word = stopWord(free.text) ?? '';
    if (stopped.text.includes(word)) return no('went-on');
    return isBeginning(stopped, free.text.slice(0, free.text.indexOf(word))) ? yes('stopped') : unknown('other-answer');
  },
};

// Some servers trim what is left of an answer.
function isBeginning({ text }: ProbeReply, beginning: string): boolean {
  return text.trim() === beginning.trim();
}
