import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../src/core/capability-names.ts';
import { encodeUtf8 } from '../../../src/core/bytes.ts';
import {
  formatProbeExchanges,
  parseProbeExchanges,
  type ProbeExchange,
} from '../../../src/transcript/probe/exchange.ts';
import { followProbe } from '../../../src/transcript/probe/follow-probe.ts';
import { stopWord } from '../../../src/transcript/probe/limits.ts';
import type { ProbeContext } from '../../../src/transcript/probe/probe.ts';
import * as fc from '../../property.ts';
import { expectCode } from '../../vectors.ts';
import { PLAN } from '../examples.ts';

const CONTEXT: ProbeContext = { endpoint: PLAN.endpoint, nonce: '0123456789abcdef'.repeat(2) };

/** The exchanges of a probe whose every request is answered with one of the bodies. */
function walked(
  capability: (typeof CAPABILITIES)[number],
  bodies: readonly string[],
  { context = CONTEXT, http = 200 } = {},
): ProbeExchange[] {
  const exchanges: ProbeExchange[] = [];
  for (;;) {
    const { ask } = followProbe(capability, context, exchanges);
    if (ask === null) return exchanges;
    const response = encodeUtf8(bodies[exchanges.length % bodies.length] ?? '');
    exchanges.push({ request: ask.body, status: http < 300 ? 'ok' : 'http', http, response });
  }
}

function reply(content: string): string {
  const choices = [{ index: 0, message: { role: 'assistant', content }, text: content, finish_reason: 'stop' }];
  return JSON.stringify({ choices, usage: { prompt_tokens: 500, completion_tokens: 3 } });
}

describe('followProbe()', () => {
  it('asks what the feature probe/1 asks', () => {
    // Recorded probes are asked again by whoever verifies them: other questions are another feature.
    const requests = CAPABILITIES.flatMap((capability) => [
      ...walked(capability, [reply('one two three four five six seven')]),
      ...walked(capability, ['{}'], { http: 400 }),
    ]).map(({ request }) => request);
    expect(requests).toHaveLength(50);
    const sha256 = createHash('sha256').update(requests.join('\n')).digest('hex');
    expect(sha256).toBe('14cd155c1b95127e5a9c7bf74389221bc9d6f1550b15880fe7a52f4036c57fef');
  });

  it('counts choices by their places where a server does not number them', () => {
    const choice = { message: { role: 'assistant', content: 'fern 1234' }, finish_reason: 'stop' };
    const found = (choices: readonly object[]) =>
      followProbe('n', CONTEXT, walked('n', [JSON.stringify({ choices })])).found.verdict;
    expect(found([choice, choice])).toBe('yes');
    expect(found([choice])).toBe('no');
    expect(found([{ ...choice, index: 0 }])).toBe('no');
  });

  it('asks in the form that the endpoint wants', () => {
    const endpoint = { ...PLAN.endpoint, extra: '{"top_k":40}', max_tokens_field: 'max_completion_tokens' as const };
    for (const capability of CAPABILITIES) {
      const { ask } = followProbe(capability, { ...CONTEXT, endpoint }, []);
      const asked = JSON.parse(ask?.body ?? '{}') as Record<string, unknown>;
      expect(asked).toMatchObject({ model: PLAN.endpoint.model, top_k: 40 });
      expect(Object.hasOwn(asked, ask?.api === 'chat' ? 'max_completion_tokens' : 'max_tokens')).toBe(true);
    }
  });

  it('ends, with a verdict, after at most eight requests, whatever comes back', () => {
    const status = fc.constantFrom(200, 200, 200, 201, 400, 404, 422, 500);
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string().map(reply), fc.json(), fc.json().map(reply));
    const capability = fc.constantFrom(...CAPABILITIES);
    fc.assert(
      fc.property(capability, fc.array(text, { minLength: 1, maxLength: 4 }), status, (name, bodies, http) => {
        const exchanges = walked(name, bodies, { http });
        expect(exchanges.length).toBeLessThanOrEqual(4);
        const state = followProbe(name, CONTEXT, parseProbeExchanges(encodeUtf8(formatProbeExchanges(exchanges))));
        expect(state.followed).toBe(exchanges.length);
        expect(['yes', 'no', 'unknown']).toContain(state.found.verdict);
        expect(state.found.detail).toMatch(/^[a-z0-9-]+$/);
      }),
    );
  });
});

describe('stopWord()', () => {
  it.each([
    ['one two three four five six seven eight nine', 'six'],
    ['one two', 'two'],
    ['1 1 1 1', null],
    ['word', null],
    ['', null],
    ['… … … …', null],
    ['eins zwei drei vier fünf', 'vier'],
    ['甲乙丙 丁戊己', '丁戊己'],
    ['🎯🎯🎯 𝒳𝒴', '𝒳𝒴'],
  ])('of %j is %j', (text, want) => {
    expect(stopWord(text)).toBe(want);
  });
});

describe('formatProbeExchanges() and parseProbeExchanges()', () => {
  const exchange: fc.Arbitrary<ProbeExchange> = fc.record(
    {
      request: fc.string({ unit: 'grapheme' }),
      status: fc.constantFrom('ok' as const, 'http' as const, 'timeout' as const, 'network' as const),
      http: fc.integer({ min: 100, max: 999 }),
      error: fc.constantFrom('ERR_TIMEOUT', 'ECONNRESET'),
      response: fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.string({ unit: 'binary' }).map(encodeUtf8)),
    },
    { requiredKeys: ['request', 'status'] },
  );

  it('give back every list', () => {
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 8 }), (exchanges) => {
        expect(parseProbeExchanges(encodeUtf8(formatProbeExchanges(exchanges)))).toEqual(exchanges);
      }),
    );
  });

  const valid = { request: '{}', status: 'ok', http: 200, utf8: '{}' };
  it.each([
    ['nothing', ''],
    ['no list', '{}'],
    ['nine', JSON.stringify(Array.from({ length: 9 }, () => ({ request: '', status: 'ok' })))],
    ['a field more', JSON.stringify([{ ...valid, x: 1 }])],
    ['a status of a run', JSON.stringify([{ request: '', status: 'lost' }])],
    ['an error in words', JSON.stringify([{ error: 'no route', request: '', status: 'network' }])],
    ['both forms', '[{"b64":"//79","request":"","status":"ok","utf8":""}]'],
    ['text as base64', '[{"b64":"e30=","request":"","status":"ok"}]'],
    ['no base64', '[{"b64":"e30","request":"","status":"ok"}]'],
    ['nothing as base64', '[{"b64":"","request":"","status":"ok"}]'],
    ['a blank', '[ {"request":"","status":"ok"}]'],
    ['half a character', '[{"request":"\\ud800","status":"ok"}]'],
    ['too long a response', `[{"request":"","status":"ok","utf8":"${'é'.repeat(32_769)}"}]`],
  ])('refuse %s', (_name, text) => {
    expectCode(() => parseProbeExchanges(encodeUtf8(text)), 'ERR_PROBE');
  });

  it('take a response at its bound', () => {
    const text = `[{"request":"","status":"ok","utf8":"${'x'.repeat(65_536)}"}]`;
    expect(parseProbeExchanges(encodeUtf8(text))).toHaveLength(1);
  });

  it('refuse bytes that are no text', () => {
    expectCode(() => parseProbeExchanges(Uint8Array.of(0xff)), 'ERR_PROBE');
  });
});
