/** From the jobs of one request to its reply: whole, or as a stream of events. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Finish, Job, TokenStep } from './generate.ts';
import { sendJson, startEvents, whenClientLeaves } from './http.ts';
import { Pieces, type Piece } from './pieces.ts';
import type { Pool } from './pool.ts';
import { countUsage, type ReplyForm, type ReplyHead, type Usage } from './replies.ts';

/** A request that is ready to be worked on. */
export interface Answering {
  readonly pool: Pool;
  /** One for each choice, of the same prompt; at least one. */
  readonly jobs: readonly Job[];
  readonly form: ReplyForm;
  readonly head: Omit<ReplyHead, 'id' | 'created'>;
  /** Whether a stream ends with an event of token counts. */
  readonly includeUsage: boolean;
}

/** The end of one choice. */
interface ChoiceEnd {
  readonly finish: Finish;
  readonly completionTokens: number;
}

/** Send all choices at once, in their order. */
export async function answerWhole(answering: Answering, response: ServerResponse): Promise<void> {
  const { jobs, form } = answering;
  const signal = whenClientLeaves(response);
  const answers = await Promise.all(
    jobs.map(async (job) => {
      const pieces: Piece[] = [];
      const end = await followJob(answering.pool, job, { onPiece: (piece) => pieces.push(piece), live: false, signal });
      const text = pieces.map((piece) => piece.text).join('');
      return { end, answer: { text, tokens: pieces.flatMap(({ tokens }) => tokens) } };
    }),
  );
  const choices = answers.map(({ answer, end }, index) => ({ index, ...form.choice(answer, end.finish) }));
  const usage = usageOf(
    answers.map(({ end }) => end),
    jobs,
  );
  sendJson(response, 200, { ...headOf(answering), object: form.object, choices, usage });
}

/** Send the choices as events, one choice after the other, so that equal requests get equal events. */
export async function answerStream(answering: Answering, response: ServerResponse): Promise<void> {
  const { jobs, form, includeUsage } = answering;
  const signal = whenClientLeaves(response);
  const send = startEvents(response);
  const head = { ...headOf(answering), object: form.eventObject };
  // OpenAI announces the event of token counts by null counts in every other one.
  const announced = includeUsage ? { usage: null } : {};
  const ends: ChoiceEnd[] = [];
  for (const [index, job] of jobs.entries()) {
    const sendChoice = (choice: object): void => send({ ...head, choices: [{ index, ...choice }], ...announced });
    const onPiece = (piece: Piece): void => sendChoice(form.part(piece));
    if (form.opening !== null) sendChoice(form.opening);
    const end = await followJob(answering.pool, job, { onPiece, live: true, signal });
    sendChoice(form.closing(end.finish));
    ends.push(end);
  }
  if (includeUsage) send({ ...head, choices: [], usage: usageOf(ends, jobs) });
  send('[DONE]');
  response.end();
}

interface Following {
  /** Gets every piece that has text or tokens. */
  readonly onPiece: (piece: Piece) => void;
  readonly live: boolean;
  readonly signal: AbortSignal;
}

async function followJob(pool: Pool, job: Job, { onPiece, live, signal }: Following): Promise<ChoiceEnd> {
  const pieces = new Pieces(job.echo ? job.promptIds.length : 0);
  const tell = (piece: Piece): void => {
    if (piece.text !== '' || piece.tokens.length > 0) onPiece(piece);
  };
  const onSteps = (steps: readonly TokenStep[]): void => {
    for (const step of steps) tell(pieces.add(step));
  };
  const { finish, completionTokens, tail } = await pool.run(job, { onSteps, live, signal });
  tell(pieces.end(tail));
  return { finish, completionTokens };
}

function headOf({ form, head }: Answering): ReplyHead {
  return {
    id: `${form.prefix}-${randomBytes(12).toString('hex')}`,
    created: Math.floor(Date.now() / 1000),
    ...head,
  };
}

function usageOf(ends: readonly ChoiceEnd[], [job]: readonly Job[]): Usage {
  const completionTokens = ends.reduce((sum, end) => sum + end.completionTokens, 0);
  return countUsage(job?.promptIds.length ?? 0, completionTokens);
}
