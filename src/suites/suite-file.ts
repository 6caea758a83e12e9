/** The suite file as its author writes it; `schema/suite.schema.json` is its published schema. */
import type { JsonObject, JsonValue } from '../core/canonical-json.ts';
import type { SuiteReason } from '../transcript/record.ts';
import type { Treatment } from '../transcript/plan.ts';
import type { Message } from '../transcript/wire/request.ts';
import type { Capability } from '../core/capability-names.ts';
import type { RowFormat } from './formats/file-format.ts';
import type { HeldOutRule, SuiteOrigin } from './definition.ts';

/** Where the target of an item stands. */
export interface TargetField {
  readonly field: string;
  /** Regular expression with one group, which holds the answer. */
  readonly pattern?: string;
  /** Characters to remove from it. */
  readonly remove?: string;
}

/** The item file and what its fields mean. */
export interface ItemsSection {
  /** Relative to the suite file. */
  readonly file: string;
  readonly format?: RowFormat;
  /** Digest that the file must have. */
  readonly sha256?: string;
  /** Where pulling gets the file; it has to be pinned. */
  readonly url?: string;
  /** Field with the id; the zero-based position if absent. */
  readonly id?: string;
  /** Names, or a mapping from the name in the template to the name in the file. */
  readonly input: readonly string[] | Readonly<Record<string, string>>;
  readonly target: string | TargetField;
  readonly tags?: readonly string[];
  /** Fields whose text is JSON. */
  readonly json_fields?: readonly string[];
}

/** Sampling parameters; decimals as numbers or texts. */
export interface ParametersSection {
  readonly max_tokens?: number;
  readonly temperature?: number | string;
  readonly top_p?: number | string;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly logprobs?: boolean;
  readonly response_format?: JsonObject;
}

/** A scorer with its options beside its name. */
export interface ScorerSection {
  readonly id: string;
  readonly version: number;
  readonly [option: string]: string | number | boolean | readonly string[] | JsonObject;
}

/** How an item is asked: a harness with its options beside its name. */
export interface HarnessSection {
  readonly id: string;
  readonly version: number;
  readonly [option: string]: JsonValue;
}

/** A suite file. */
export interface SuiteFile {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly description?: string;
  readonly licence?: string;
  readonly source?: string;
  readonly visibility?: 'public' | 'private';
  readonly redistributable?: boolean;
  readonly items: ItemsSection;
  readonly prompt: string | readonly Message[];
  readonly few_shot?: readonly Message[];
  readonly parameters?: ParametersSection;
  readonly repeats?: number;
  readonly scorer: ScorerSection;
  readonly unscored?: Readonly<Partial<Record<SuiteReason, Treatment>>>;
  readonly held_out?: HeldOutRule;
  /** What the endpoint has to be able to do. */
  readonly needs?: readonly Capability[];
  readonly harness?: HarnessSection;
  /** Several by name, of which a run takes one; the first unless it says otherwise. */
  readonly harnesses?: Readonly<Record<string, HarnessSection>>;
  readonly origin?: SuiteOrigin;
}
