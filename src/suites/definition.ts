/**
 * The canonical suite definition: suite.json in a run folder.
 *
 * It holds everything that decides what is asked and how answers are judged, and its SHA-256 is the suite digest in the
 * plan. A verifier gets it from a stranger, so it is read here without trust, and without a library.
 */
import { tryDecodeUtf8 } from '../core/bytes.ts';
import { CAPABILITIES, type Capability } from '../core/capability-names.ts';
import { canonicalize, type JsonValue } from '../core/canonical-json.ts';
import { digest, type Digest } from '../core/digest.ts';
import { VerificationError } from '../core/errors.ts';
import type { LineObject } from '../core/line-form.ts';
import {
  MAX_REPEATS,
  MAX_SUITE_SIZE,
  type PlanHarness,
  type PlanParameters,
  type PlanRules,
} from '../transcript/plan.ts';
import { parametersShape, unscoredShape } from '../transcript/plan-text.ts';
import {
  boolean,
  conform,
  digestText,
  integer,
  list,
  nameText,
  object,
  oneOf,
  text,
  type Shape,
} from '../transcript/shape.ts';
import type { Message } from '../transcript/wire/request.ts';

/** The format of suite.json. */
export const SUITE_FORMAT = 'touchstone/suite/v1';
/** Most bytes in suite.json. */
export const MAX_DEFINITION_BYTES = 1_048_576;

/** Chat messages as templates, and worked examples as literal text. */
export interface SuitePrompt {
  readonly messages: readonly Message[];
  readonly few_shot: readonly Message[];
}

/** A scorer with its options, and the digest of all three. */
export interface SuiteScorer {
  readonly id: string;
  readonly version: number;
  /** Options as the suite states them: texts, integers, booleans and lists of texts. */
  readonly config: ScorerConfig;
  readonly digest: string;
}

/** Options of a scorer. Decimals are texts; foreign JSON, such as a schema, is a text of JSON. */
export type ScorerConfig = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A rule by which anybody can check that no item was trained on. */
export interface HeldOutRule {
  readonly rule: 'sha256-u32-mod';
  readonly prefix: string;
  readonly modulo: number;
  readonly below: number;
  /** Template over the input fields. */
  readonly key: string;
}

/** The files that the items were made from. */
export interface SuiteOrigin {
  /** Ascending by name. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** Who vouches for the digests: a source that the benchmark cites, or whoever pulled it. */
  readonly pin: 'published' | 'accepted';
}

/** How an item is asked: a harness with its options, and the digest of all three. */
export interface SuiteHarness {
  readonly id: string;
  readonly version: number;
  /** Name within the suite; absent if the suite has one harness. */
  readonly name?: string;
  /** Options as the canonical JSON of an object; absent if there are none. */
  readonly config?: string;
  /** Absent for a single turn, which has no options. */
  readonly digest?: string;
}

/** What is asked and how answers are judged. */
export interface SuiteDefinition {
  readonly format: string;
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly description?: string;
  readonly licence: string;
  readonly source?: string;
  readonly visibility: 'public' | 'private';
  readonly redistributable: boolean;
  /** Root and size of the tree over the item commitments. */
  readonly items: { readonly root: string; readonly size: number };
  readonly prompt: SuitePrompt;
  readonly parameters: PlanParameters;
  readonly repeats: number;
  readonly scorer: SuiteScorer;
  readonly unscored: PlanRules['unscored'];
  readonly held_out?: HeldOutRule;
  /** What the endpoint has to be able to do. */
  readonly needs?: readonly Capability[];
  readonly origin?: SuiteOrigin;
  readonly harness: SuiteHarness;
  /** Other harnesses that a run may take in its place. */
  readonly harnesses?: readonly SuiteHarness[];
}

const message = object<Message>({ role: oneOf('system', 'user', 'assistant'), content: text(65_536) });

const prompt: Shape<SuitePrompt> = (value) => {
  const complaint = object<SuitePrompt>({ messages: list(message, 32), few_shot: list(message, 128) })(value);
  if (complaint !== null) return complaint;
  return (value as SuitePrompt).messages.length > 0 ? null : '/messages: want at least one message';
};

const optionKey = /^[a-z][a-z0-9_]{0,63}$/;
const optionList = list(text(1000), 64);

const scorerConfig: Shape<ScorerConfig> = (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': want an object';
  for (const [key, option] of Object.entries(value)) {
    if (!optionKey.test(key)) return `: want option names like ${optionKey.source}`;
    const complaint = scorerOption(option);
    if (complaint !== null) return `/${key}${complaint}`;
  }
  return null;
};

function scorerOption(option: unknown): string | null {
  if (typeof option === 'boolean') return null;
  if (typeof option === 'string') return text(32_768)(option);
  if (typeof option === 'number') return integer(Number.MIN_SAFE_INTEGER)(option);
  return optionList(option);
}

const harness = object<SuiteHarness>(
  { id: nameText(64), version: integer(1, 1_000_000) },
  { name: text(64, /^[a-z0-9][a-z0-9-]*$/), config: text(262_144), digest: digestText },
);

const definitionShape = object<SuiteDefinition>(
  {
    format: oneOf(SUITE_FORMAT),
    id: text(64, /^[a-z0-9][a-z0-9-]*$/),
    version: nameText(64),
    title: text(200),
    licence: nameText(128),
    visibility: oneOf('public', 'private'),
    redistributable: boolean,
    items: object<SuiteDefinition['items']>({ root: digestText, size: integer(1, MAX_SUITE_SIZE) }),
    prompt,
    parameters: parametersShape,
    repeats: integer(1, MAX_REPEATS),
    scorer: object<SuiteScorer>({
      id: nameText(64),
      version: integer(1, 1_000_000),
      config: scorerConfig,
      digest: digestText,
    }),
    unscored: unscoredShape,
    harness,
  },
  {
    needs: list(oneOf(...CAPABILITIES), CAPABILITIES.length),
    origin: object<SuiteOrigin>({
      files: list(object<SuiteOrigin['files'][number]>({ name: nameText(128), sha256: digestText }), 64),
      pin: oneOf('published', 'accepted'),
    }),
    harnesses: list(harness, 16),
    description: text(4000),
    source: text(1000),
    held_out: object<HeldOutRule>({
      rule: oneOf('sha256-u32-mod'),
      prefix: text(200),
      modulo: integer(1, 0xffff_ffff),
      below: integer(1, 0xffff_ffff),
      key: text(1000),
    }),
  },
);

/** The text of suite.json. */
export function formatDefinition(definition: SuiteDefinition): string {
  return canonicalize(definition);
}

/**
 * The definition in the bytes of suite.json.
 *
 * @throws {@link VerificationError} `ERR_SUITE_FORM` unless the bytes are the canonical JSON of a definition whose scorer
 *   digest is right; the message names the field and never quotes a value.
 */
export function parseDefinition(bytes: Uint8Array): SuiteDefinition {
  const definition = conform(definitionShape, canonicalValue(bytes), (complaint) => formError(complaint));
  const { id, version, config, digest: stated } = definition.scorer;
  if (scorerDigest(id, version, config) !== stated) throw formError('/scorer/digest: want the digest of the scorer');
  for (const harness of harnessesOf(definition)) checkHarness(harness);
  return definition;
}

/** Every harness of a suite, the one that holds unless a run says otherwise first. */
export function harnessesOf({ harness, harnesses = [] }: SuiteDefinition): readonly SuiteHarness[] {
  return [harness, ...harnesses];
}

/** The harness of a suite that a plan names; null if it has none such. */
export function plannedHarness(definition: SuiteDefinition, planned: PlanHarness): SuiteHarness | null {
  return harnessesOf(definition).find((harness) => isDeepEqual(planHarness(harness), planned)) ?? null;
}

/** A harness as a plan names it. */
export function planHarness({ config: _options, ...planned }: SuiteHarness): PlanHarness {
  return planned;
}

function isDeepEqual(a: PlanHarness, b: PlanHarness): boolean {
  return canonicalize({ ...a }) === canonicalize({ ...b });
}

/** Whether a harness is a plain single turn: it alone has no digest, so that every other one is named by all that it does. */
export function isPlainHarness({ id, version, config }: Pick<SuiteHarness, 'id' | 'version' | 'config'>): boolean {
  return id === 'single-turn' && version === 1 && config === undefined;
}

function checkHarness(harness: SuiteHarness): void {
  const wanted = isPlainHarness(harness) ? undefined : harnessDigest(harness);
  if (harness.digest !== wanted) throw formError('/harness/digest: want the digest of the harness');
}

function canonicalValue(bytes: Uint8Array): unknown {
  if (bytes.length > MAX_DEFINITION_BYTES) throw formError(`: want at most ${MAX_DEFINITION_BYTES} bytes`);
  const source = tryDecodeUtf8(bytes);
  if (source === null) throw formError(': want UTF-8');
  try {
    const value: unknown = JSON.parse(source);
    // This one test refuses duplicate keys, white space, number variants and lone surrogates.
    if (canonicalize(value) === source) return value;
  } catch {
    // The engine's message quotes the text, which may be private.
    throw formError(': want JSON');
  }
  throw formError(': want canonical JSON');
}

function formError(complaint: string): VerificationError {
  return new VerificationError('ERR_SUITE_FORM', `cannot read suite definition${complaint}`);
}

/** The suite digest: the plain SHA-256 of suite.json. */
export function suiteDigest(definitionText: string): Digest {
  return digest(definitionText);
}

/** The identity of a scorer: SHA-256 of the canonical JSON of `{config, id, version}`. */
export function scorerDigest(id: string, version: number, config: ScorerConfig): Digest {
  return digest(canonicalize({ config, id, version } satisfies Record<string, JsonValue | LineObject>));
}

/** The identity of a harness: SHA-256 of the canonical JSON of `{config, id, version}`. */
export function harnessDigest({ id, version, config }: Pick<SuiteHarness, 'id' | 'version' | 'config'>): Digest {
  return digest(canonicalize({ ...(config === undefined ? {} : { config }), id, version }));
}

/** The digest of templates and few-shot examples, which the rules of a plan name. */
export function promptDigest(prompt: SuitePrompt): Digest {
  return digest(canonicalize(prompt));
}
