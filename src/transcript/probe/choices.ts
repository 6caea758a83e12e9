/** Whether a server gives as many answers as it is asked for. About the server alone. */
import { tryDecodeUtf8 } from '../../core/bytes.ts';
import { asObject, listOf } from '../wire/body.ts';
import { eventData, isEventStream } from '../wire/sse.ts';
import { tryParseJson } from '../../core/foreign-json.ts';
import { ask, freshNumber, inTurn, no, yes, type Probe } from './probe.ts';

const WANTED = 2;

/** Two answers to one request. */
export const n: Probe = {
  next: inTurn((context) =>
    ask(`Name a plant and the number ${freshNumber(context)}.`, { max_tokens: 16 }, { members: { n: WANTED } }),
  ),
  judge(_context, [reply]) {
    const choices = reply === undefined ? 0 : countChoices(reply.body);
    return choices === WANTED ? yes('all-given') : no(choices < WANTED ? 'fewer' : 'more');
  },
};

/** The number of different choices in a body, whole or streamed. */
function countChoices(body: Uint8Array): number {
  const text = (tryDecodeUtf8(body) ?? '').replace(/^\uFEFF/, '');
  const pieces = isEventStream(text) ? eventData(text) : [text];
  // A server that does not number its choices tells them by their places.
  const numbers = pieces.flatMap((piece) =>
    listOf(asObject(tryParseJson(piece))?.['choices']).map((choice, place) => asObject(choice)?.['index'] ?? place),
  );
  return new Set(numbers).size;
}
