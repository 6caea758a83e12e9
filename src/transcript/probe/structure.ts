/**
 * Whether a server holds an answer to a form, and whether it hands over tools.
 *
 * The questions do not ask for JSON, so that a model does not give it of itself; they only name it, because some servers
 * refuse JSON mode otherwise. Forms are about the server; calling a tool takes a model that can.
 */
import { canonicalize, isJsonObject, type JsonObject } from '../../core/canonical-json.ts';
import { tryParseJson } from '../../core/foreign-json.ts';
import { ask, inTurn, no, unknown, yes, type Probe, type ProbeFinding, type ProbeReply } from './probe.ts';

const GREETING = 'Say hello in one word. (Whoever reads it takes plain text as well as JSON.)';
const FORM_TOKENS = 64;

/** Answers under the schema; nothing in the question hints at either. */
const SCHEMA_VALUES = ['kestrel-7', 'kestrel-9'];

const SCHEMA: JsonObject = {
  additionalProperties: false,
  properties: { bird: { enum: SCHEMA_VALUES, type: 'string' } },
  required: ['bird'],
  type: 'object',
};

function greetIn(format: JsonObject): Probe['next'] {
  return inTurn(() => ask(GREETING, { max_tokens: FORM_TOKENS, response_format: canonicalize(format) }));
}

/** What there is to say of an answer that is no JSON object: one that was cut may have become one. */
function notJson({ text, finish }: ProbeReply): ProbeFinding {
  const begun = text.trimStart();
  if (begun === '') return unknown('no-text');
  return finish === 'length' && begun.startsWith('{') ? unknown('cut-short') : no('no-json');
}

/** JSON mode gives a JSON object. */
export const jsonMode: Probe = {
  next: greetIn({ type: 'json_object' }),
  judge(_context, [reply]) {
    if (reply === undefined) return unknown('no-text');
    return isJsonObject(tryParseJson(reply.text)) ? yes('json-object') : notJson(reply);
  },
};

/** A schema is enforced: an answer holds what only the schema names. */
export const jsonSchema: Probe = {
  next: greetIn({ json_schema: { name: 'bird', schema: SCHEMA, strict: true }, type: 'json_schema' }),
  judge(_context, [reply]) {
    if (reply === undefined) return unknown('no-text');
    const value = tryParseJson(reply.text);
    if (!isJsonObject(value)) return notJson(reply);
    const isInForm = Object.keys(value).length === 1 && SCHEMA_VALUES.some((bird) => bird === value['bird']);
    return isInForm ? yes('schema-kept') : no('schema-ignored');
  },
};

const TOOL = 'read_gauge';
const TOOL_TASK = 'Read gauge 7 with the tool and tell me what it shows. Do not guess.';
const TOOLS: JsonObject = {
  tools: [
    {
      function: {
        description: 'Reads a gauge and gives its value.',
        name: TOOL,
        parameters: {
          additionalProperties: false,
          properties: { gauge: { description: 'Number of the gauge.', type: 'integer' } },
          required: ['gauge'],
          type: 'object',
        },
      },
      type: 'function',
    },
  ],
};
const TOOL_PARAMETERS = { max_tokens: 128 } as const;

/** A tool is called; a server that ignores tools is told by a prompt that is no longer with them. */
export const tools: Probe = {
  next(_context, replies) {
    const [withTools] = replies;
    if (withTools === undefined) return ask(TOOL_TASK, TOOL_PARAMETERS, { members: TOOLS });
    const isDecided = replies.length > 1 || withTools.calls !== undefined || withTools.prompt_tokens === undefined;
    return isDecided ? null : ask(TOOL_TASK, TOOL_PARAMETERS, { isPlain: true });
  },
  judge(_context, [withTools, without]) {
    const [call] = withTools?.calls ?? [];
    if (call !== undefined) return judgeCall(call.name, call.arguments);
    return wasDropped(withTools, without) ? no('tools-dropped') : unknown('no-call');
  },
};

function judgeCall(name: string, text: string): ProbeFinding {
  if (name !== TOOL) return unknown('other-tool');
  return isJsonObject(tryParseJson(text)) ? yes('called') : unknown('arguments-malformed');
}

/** Whether a prompt is no longer with something in it than without it. */
export function wasDropped(withIt: ProbeReply | undefined, without: ProbeReply | undefined): boolean {
  const [longer, shorter] = [withIt?.prompt_tokens, without?.prompt_tokens];
  return longer !== undefined && shorter !== undefined && longer <= shorter;
}
