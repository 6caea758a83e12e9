import { describe, expect, it } from 'vitest';
import { askedSuites, judgeFor, type GivenSuite } from '../../src/cli/asked-suites.ts';
import { parseEndpointSpec } from '../../src/endpoints/config.ts';
import type { LoadedSuite } from '../../src/suites/load.ts';

/** Only what decides: id, names of harnesses, and the scorer. */
function suite(id: string, names: readonly string[], scorer: object = { id: 'exact', version: 1 }): LoadedSuite {
  const harnesses = names.map((name) => ({ id: 'tool-loop', version: 1, name }));
  const [harness = { id: 'single-turn', version: 1 }, ...rest] = harnesses;
  const definition = {
    id,
    harness,
    ...(rest.length === 0 ? {} : { harnesses: rest }),
    scorer: { config: {}, ...scorer },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else is read
  return { definition } as unknown as LoadedSuite;
}

const plain = suite('plain', []);
const edits = suite('edits', ['whole', 'patch', 'lines']);
const searches = suite('searches', ['patch', 'chat']);

const given = (...suites: readonly LoadedSuite[]): GivenSuite[] =>
  suites.map((each) => ({ suite: each, harnesses: null }));
const names = (...args: Parameters<typeof askedSuites>): readonly string[] =>
  askedSuites(...args).map(({ suite: { definition }, harness }) => `${definition.id} ${harness ?? '–'}`);

describe('askedSuites()', () => {
  it('takes the first harness of each suite unless something is chosen', () => {
    expect(names(given(plain, edits, searches), null)).toEqual(['plain –', 'edits whole', 'searches patch']);
  });

  it('gives shared names to the suites that have them, each once and in the order given', () => {
    expect(names(given(plain, edits, searches), ['patch', 'whole', 'patch'])).toEqual([
      'plain –',
      'edits patch',
      'edits whole',
      'searches patch',
    ]);
  });

  it('prefers what is chosen for a suite', () => {
    const own = [{ suite: edits, harnesses: ['lines'] }, ...given(searches)];
    expect(names(own, ['chat'])).toEqual(['edits lines', 'searches chat']);
    expect(names(own, null)).toEqual(['edits lines', 'searches patch']);
  });

  it('refuses a name that no suite has, and a suite that has other names only', () => {
    expect(() => askedSuites(given(plain, edits), ['chat'])).toThrow(
      'there is no harness "chat": plain has one without a name; edits has whole, patch, lines',
    );
    expect(() => askedSuites(given(edits, searches), ['chat'])).toThrow(
      'there is no harness "chat": edits has whole, patch, lines',
    );
    expect(() => askedSuites([{ suite: plain, harnesses: ['patch'] }], null)).toThrow('plain has one without a name');
  });
});

describe('judgeFor()', () => {
  const judged = suite('judged', [], {
    id: 'rubric',
    version: 1,
    config: { prompt: '{{ answer }}', grades: ['GOOD', 'BAD'], scores: ['1', '0'] },
  });
  const judge = parseEndpointSpec('openai:gpt-4o');

  it('is nobody for a suite that needs none, whoever is there', () => {
    expect(judgeFor(plain, judge)).toBeNull();
    expect(judgeFor(plain, null)).toBeNull();
  });

  it('is who was given for a suite that needs one, and never nobody', () => {
    expect(judgeFor(judged, judge)).toBe(judge);
    expect(() => judgeFor(judged, null)).toThrow('want --judge openai:gpt-4o');
  });

  it('is nobody who gives evidence', () => {
    expect(() => judgeFor(judged, parseEndpointSpec('near:wise'))).toThrow('cannot judge with near:wise');
  });
});
