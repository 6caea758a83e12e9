import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { claimsOf } from '../../src/reports/claims.ts';
import { resultsCsv } from '../../src/reports/csv.ts';
import { evidenceLines, HARDWARE_LIMIT, levelText } from '../../src/reports/evidence-lines.ts';
import { reportJson } from '../../src/reports/json.ts';
import { reportMarkdown } from '../../src/reports/markdown.ts';
import type { ReportRun } from '../../src/reports/model.ts';
import { summarizeRun } from '../../src/reports/run-summary.ts';
import { levelCell, standing } from '../../src/reports/standing.ts';
import { summarize } from '../../src/reports/summary.ts';
import { execution, teeRun } from './execution-runs.ts';
import { run } from './runs.ts';

const SIMULATED = execution({
  level: 'L1',
  suffixes: ['~simulated'],
  simulated: true,
  levels: [{ level: 'L1', suffixes: ['~simulated'], reasons: ['the machine is simulated'], answers: 10 }],
});

function textOf(summary: ReportRun, term: string): readonly string[] {
  return evidenceLines(summary)
    .filter((line) => line.term === term)
    .map(({ text }) => text);
}

describe('summarizeRun()', () => {
  it('keeps requested, reported, attested and declared model apart', () => {
    expect(summarizeRun(teeRun()).model).toMatchObject({
      requested: 'zai-org/GLM-5.1',
      reported: [{ name: 'small-0.4m', answers: 10 }],
      attested: [{ name: 'zai-org/GLM-5.1-FP8', answers: 8 }],
      declared_checkpoints: ['zai-org/GLM-5.1-AWQ@0123'],
    });
  });

  it('has the level with its suffixes, the answers of each level and the time of the collateral', () => {
    const { level, execution: found } = summarizeRun(teeRun());
    expect(level).toEqual({ level: 'L1', suffixes: ['~req', '~time'] });
    expect(found?.levels.map(({ level: each, answers }) => [each, answers])).toEqual([
      ['L1', 2],
      ['L4', 8],
    ]);
    expect(found?.window).toEqual({ from: '2026-11-20T00:00:00Z', to: '2026-12-20T00:00:00Z' });
    expect(found?.attestations).toEqual([
      { phase: 'before', count: 2 },
      { phase: 'after', count: 2 },
    ]);
  });

  it('gives a run without evidence the level of its signature, and one with unchecked evidence none', () => {
    const ephemeral = { status: 'ephemeral', name: 'ci', fingerprint: 'SHA256:x' } as const;
    expect(summarizeRun(run()).level).toEqual({ level: 'L1', suffixes: [] });
    expect(summarizeRun(run({ run: { signer: ephemeral } })).level).toEqual({ level: 'L0', suffixes: [] });
    expect(summarizeRun(teeRun(null))).toMatchObject({ level: null, execution: null });
  });

  it('shows nothing of the evidence at D0', () => {
    const summary = summarizeRun(teeRun(), { level: 'D0' });
    expect(summary).toMatchObject({ level: null, execution: null, model: { attested: [], declared_checkpoints: [] } });
  });

  it('labels what is simulated, also where the evidence was not checked', () => {
    expect(summarizeRun(teeRun(SIMULATED)).labels).toEqual(['simulated TEE']);
    const unchecked = teeRun(null, { endpoint: { tee: { provider: 'aci', simulated: true } } });
    expect(summarizeRun(unchecked).labels).toEqual(['simulated TEE']);
    expect(summarizeRun(teeRun()).labels).toEqual([]);
  });

  it('takes a window without end as far as time can be told', () => {
    const window = { fromMs: -Infinity, toMs: Infinity };
    expect(summarizeRun(teeRun(execution({ window }))).execution?.window?.from).toBe('-271821-04-20T00:00:00Z');
  });
});

describe('evidenceLines()', () => {
  const summary = summarizeRun(teeRun());

  it('says level, counts with reasons, firmware, models, keys, request hash and time', () => {
    expect(textOf(summary, 'level')).toEqual(['L1 ~req ~time, the lowest over 10 counted answers, 10 of them checked']);
    expect(textOf(summary, 'answers')[1]).toBe('8 at L4 ~req ~time: an attested model server signed these bytes');
    expect(textOf(summary, 'attested')).toEqual(['near-direct: 2 before the first request, 2 after the last score']);
    expect(textOf(summary, 'machine')).toEqual([
      'model tdx-v4: TCB OutOfDate, INTEL-SA-01036 (TCB data 17, FMSPC b0c06f000000)',
    ]);
    expect(textOf(summary, 'signed name')).toEqual(['zai-org/GLM-5.1-FP8 (8 answers)']);
    expect(textOf(summary, 'checkpoint')).toEqual([
      'zai-org/GLM-5.1-AWQ@0123, declared by the application, not measured',
    ]);
    expect(textOf(summary, 'key')).toEqual([
      'model ed25519 cdcdcdcdcdcdcdcd… for zai-org/GLM-5.1-FP8: signed 8 answers',
    ]);
    expect(textOf(summary, 'request hash')).toEqual([
      'not proven: any caller could choose the request hash with a header',
    ]);
    expect(textOf(summary, 'valid')).toEqual([
      'all collateral from 2026-11-20T00:00:00Z to 2026-12-20T00:00:00Z; that the run was then is declared by its clock',
    ]);
    expect(textOf(summary, 'simulated')).toEqual([]);
  });

  it('says of a simulated machine before anything else that it proves nothing', () => {
    expect(evidenceLines(summarizeRun(teeRun(SIMULATED)))[0]).toEqual({
      term: 'simulated',
      text: 'the evidence is of a simulator, whose keys anybody can derive: it proves nothing',
    });
  });

  it('says which level answers need to count, and what is not there', () => {
    const bare = teeRun(execution({ machines: [], signers: [], signedModels: new Map(), sessions: {}, window: null }));
    const asked = summarizeRun({ ...bare, plan: { ...bare.plan, evidence: { max_pending: 64, require_level: 'L4' } } });
    expect(textOf(asked, 'level')[0]).toMatch(/; answers below L4 count as unscored$/);
    expect(textOf(asked, 'attested')).toEqual(['near-direct: no attestation']);
    expect(textOf(asked, 'signed name')).toEqual(['none']);
    expect(textOf(asked, 'checkpoint')).toEqual(['none is named; which weights were loaded is not known']);
    expect(textOf(asked, 'valid')).toEqual(['no collateral was used, or it was never valid all at once']);
  });

  it('shows eight machines of many, and says how many more there are', () => {
    const [machine] = execution().machines;
    const machines = Array.from({ length: 20 }, () => machine ?? []).flat();
    expect(textOf(summarizeRun(teeRun(execution({ machines }))), 'machine').slice(7)).toEqual([
      expect.stringContaining('tdx-v4'),
      'and 12 more',
    ]);
  });

  it('has nothing to say without evidence', () => {
    expect(evidenceLines(summarizeRun(run()))).toEqual([]);
  });

  it('say what the endpoint was found to do', () => {
    const probes = [
      { capability: 'seed', verdict: 'yes', detail: 'follows-seed' },
      { capability: 'n', verdict: 'yes', detail: null },
      { capability: 'tools', verdict: 'no', detail: 'tools-dropped' },
      { capability: 'prompt_intact', verdict: 'unknown', detail: 'broken-off' },
    ] as const;
    const summary = summarizeRun(run({ run: { probes } }));
    expect(evidenceLines(summary)).toEqual([
      {
        term: 'probed',
        text: 'yes: seed, n · no: tools · unknown: prompt_intact (1 of 4 declared: what was asked and answered is not disclosed)',
      },
    ]);
    expect(summary.probes?.slice(0, 2)).toEqual([
      { capability: 'seed', verdict: 'yes' },
      { capability: 'n', verdict: 'yes', declared: true },
    ]);
    expect(summarizeRun(run({ run: { probes: null } })).probes).toBeUndefined();
  });
});

describe('levelCell()', () => {
  it('never shows the level of something simulated without that word', () => {
    expect(levelCell(summarizeRun(teeRun(SIMULATED)))).toBe('L1 simulated');
    expect(levelCell(summarizeRun(teeRun()))).toBe('L1 ~req ~time');
    expect(levelCell(summarizeRun(teeRun(null)))).toBe('not checked');
    expect(levelCell(summarizeRun(teeRun(execution({ checked: 0, levels: [], level: 'L0' }))))).toBe('not checked');
    expect(levelCell(summarizeRun(teeRun(execution({ checked: 4 }))))).toBe('L1 ~req ~time (4 of 10 answers)');
    expect(levelText({ level: 'L4', suffixes: [] })).toBe('L4');
  });
});

describe('standing()', () => {
  it('has one row per endpoint of which the same is known', () => {
    const rows = standing([
      summarizeRun(run()),
      summarizeRun(run({ suite: { id: 'more' } })),
      summarizeRun(run({ endpoint: { kind: 'embedded', name: 'local' } })),
      summarizeRun(teeRun(SIMULATED)),
      summarizeRun(teeRun(execution({ level: 'L4', levels: execution().levels.slice(1) }))),
    ]);
    expect(rows.map(({ endpoint, kind, level, runs }) => [endpoint, kind, level, runs])).toEqual([
      ['small', 'server', 'L1', 2],
      ['local', 'local, embedded model', 'L1', 1],
      ['enclave', 'simulated TEE (near-direct)', 'L1 simulated', 1],
      ['enclave', 'TEE (near-direct)', 'L4 ~req ~time', 1],
    ]);
    expect(rows.map(({ reason }) => reason)).toEqual([
      'scope of execution',
      'scope of execution',
      expect.stringContaining('it proves nothing'),
      'an attested model server signed these bytes',
    ]);
  });
});

describe('claimsOf()', () => {
  it('states the limit of all hardware for every run with evidence, and that a simulator proves nothing', () => {
    expect(claimsOf(teeRun()).does_not_prove).toContain(HARDWARE_LIMIT);
    expect(claimsOf(run()).does_not_prove).not.toContain(HARDWARE_LIMIT);
    expect(claimsOf(teeRun(SIMULATED)).does_not_prove).toContain(
      'anything about a machine: the evidence is of a simulator, whose keys anybody can derive: it proves nothing',
    );
    expect(claimsOf(teeRun()).declares.join('\n')).toContain('which weights are behind the signed name');
  });
});

describe('the files of a report', () => {
  const model = summarize([run(), teeRun(), teeRun(SIMULATED, { endpoint: { name: 'simulator' } })]);

  it('report.json conforms to its schema', () => {
    const schema = new URL('../../src/reports/schema/report.schema.json', import.meta.url);
    const validate = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
    const unbound = teeRun(execution({ machines: [], window: null, level: 'L6' }), { endpoint: { name: 'other' } });
    validate(
      JSON.parse(
        reportJson(summarize([run(), teeRun(), teeRun(SIMULATED, { endpoint: { name: 'simulator' } }), unbound])),
      ),
    );
    expect(validate.errors).toBeNull();
    expect(model.format).toBe('touchstone/report/v2');
  });

  it('report.md shows the level in the table of scores and "simulated" wherever the endpoint is named', () => {
    const text = reportMarkdown(model);
    expect(text).toContain('| enclave | L1 \\~req \\~time | 10 of 10 |');
    expect(text).toContain('| simulator (simulated TEE) | L1 simulated | 10 of 10 |');
    expect(text).toContain('| simulator | simulated TEE (near-direct) | L1 simulated | 1 |');
    expect(text).toContain('| signed name | zai-org/GLM-5.1-FP8 (8 answers) |');
    expect(text).toContain('- L4 attested model server');
  });

  it('results.csv has level, firmware, models and time of the evidence', () => {
    const [plain, tee, simulated]: Record<string, string>[] = parse(resultsCsv(model), { columns: true });
    expect(plain).toMatchObject({ level: 'L1', level_suffixes: '', tee_provider: '', answers_L4: '' });
    expect(tee).toMatchObject({
      level: 'L1',
      level_suffixes: '~req ~time',
      tee_provider: 'near-direct',
      tee_simulated: 'no',
      answers_L1: '2',
      answers_L4: '8',
      models_signed: 'zai-org/GLM-5.1-FP8',
      tcb_status: 'OutOfDate',
      tcb_advisories: 'INTEL-SA-01036',
      evidence_to: '2026-12-20T00:00:00Z',
    });
    expect(simulated).toMatchObject({ tee_simulated: 'yes', labels: 'simulated TEE' });
  });
});
