/**
 * What becomes of a prompt on its way to the model: the system message, the count of its tokens, its very text.
 *
 * Token counts are about the server. That a system message holds and a line comes back unchanged takes a model that can do
 * so; where it does not, token counts may still show that something was dropped.
 */
import { encodeUtf8 } from '../../core/bytes.ts';
import { ask, freshNumber, no, unknown, yes, inTurn, type Probe, type ProbeContext, type ProbeReply } from './probe.ts';
import { wasDropped } from './structure.ts';

const PASSWORD = 'KESTREL';
const SYSTEM = `Whatever you are asked, answer with the one word ${PASSWORD} and nothing else.`;
const SUM = 'What is 2 + 2?';
const SYSTEM_PARAMETERS = { max_tokens: 24 } as const;

/** What the system message says holds; a server that drops it is told by a prompt that is no longer with it. */
export const system: Probe = {
  next(_context, replies) {
    const [told] = replies;
    if (told === undefined) return ask(SUM, SYSTEM_PARAMETERS, { system: SYSTEM });
    const isDecided = replies.length > 1 || isObeyed(told) || told.prompt_tokens === undefined;
    return isDecided ? null : ask(SUM, SYSTEM_PARAMETERS, { isPlain: true });
  },
  judge(_context, [told, without]) {
    if (told !== undefined && isObeyed(told)) return yes('obeyed');
    return wasDropped(told, without) ? no('system-dropped') : unknown('not-obeyed');
  },
};

function isObeyed({ text }: ProbeReply): boolean {
  return text.toUpperCase().includes(PASSWORD);
}

const COUNTED_TOKENS = 8;
const MORE_WORDS =
  'one two three four five six seven eight nine ten apple pear plum fig lemon red green blue grey white '.repeat(2);
const MORE_WORD_COUNT = 40;

function counted(more: string): (context: ProbeContext) => ReturnType<typeof ask> {
  return (context) =>
    ask(`${more}Say hello. (${freshNumber(context)})`, { max_tokens: COUNTED_TOKENS }, { isPlain: true });
}

/** Tokens are counted, grow with the prompt as they must, are the same for the same prompt, and keep the limit. */
export const tokenCounts: Probe = {
  next: inTurn(counted(''), counted(MORE_WORDS), counted('')),
  judge(_context, replies) {
    const [short, long, again] = replies.map((reply) => reply.prompt_tokens);
    const completions = replies.map((reply) => reply.completion_tokens);
    if (short === undefined || long === undefined || again === undefined) return no('not-counted');
    if (completions.some((tokens) => tokens === undefined)) return no('not-counted');
    if (short !== again) return no('not-repeated');
    // A token is at least one byte, and rarely more than two words.
    const growth = long - short;
    if (growth < MORE_WORD_COUNT / 2 || growth > MORE_WORDS.length) return no('not-growing');
    if (completions.some((tokens = 0) => tokens > COUNTED_TOKENS)) return no('above-limit');
    return replies.some(isUncounted) ? no('text-not-counted') : yes('consistent');
  },
};

function isUncounted({ text, completion_tokens: tokens }: ProbeReply): boolean {
  return text !== '' && tokens === 0;
}

/** Most tokens of a chat template around a short prompt; more of them are words that nobody here wrote. */
const MOST_AROUND = 256;
const COPY_PARAMETERS = { max_tokens: 64 } as const;

// Spelled as no tidy hand would spell it.
function canary(context: ProbeContext): string {
  return `kestrel;${freshNumber(context)}  tEh-harbuor,,${freshNumber(context, 1)} grey`;
}

function copyOf(context: ProbeContext, times: number): string {
  const lines = Array.from({ length: times }, () => canary(context));
  return `Copy the next line exactly, character for character, and write nothing else.\n${lines.join('\n')}`;
}

const MORE_CANARIES = 4;

/** Fewest tokens of one canary: its words and numbers. */
const CANARY_TOKENS = 6;

/** A line that nobody could guess comes back; if it does not, the prompt has to grow with it at least. */
export const promptIntact: Probe = {
  next(context, replies) {
    const [copied] = replies;
    if (copied === undefined) return ask(copyOf(context, 1), COPY_PARAMETERS, { isPlain: true });
    const isDecided = replies.length > 1 || isCopied(context, copied) || copied.prompt_tokens === undefined;
    return isDecided ? null : ask(copyOf(context, 1 + MORE_CANARIES), COPY_PARAMETERS, { isPlain: true });
  },
  judge(context, [copied, longer]) {
    const { prompt_tokens: tokens } = copied ?? {};
    const most = encodeUtf8(copyOf(context, 1)).length + MOST_AROUND;
    if (tokens !== undefined && tokens > most) return no('prompt-padded');
    if (copied !== undefined && isCopied(context, copied)) return yes('copied');
    const growth = (longer?.prompt_tokens ?? 0) - (tokens ?? 0);
    if (longer?.prompt_tokens !== undefined && growth < MORE_CANARIES * CANARY_TOKENS) return no('prompt-cut');
    return unknown('not-copied');
  },
};

function isCopied(context: ProbeContext, { text }: ProbeReply): boolean {
  return text.includes(canary(context));
}
