/** Which of the suites and endpoints that were given a run folder belongs to. */
import { decodeUtf8 } from '../core/bytes.ts';
import { InputError } from '../core/errors.ts';
import { readRunFile } from '../archive/run-folder.ts';
import type { EndpointConfig } from '../endpoints/config.ts';
import type { LoadedSuite } from '../suites/load.ts';
import type { Plan, PlanEndpoint } from '../transcript/plan.ts';
import { parsePlan } from '../transcript/plan-text.ts';
import { withHint } from './say.ts';

/**
 * The plan in a run folder.
 *
 * @throws {@link InputError} `ERR_RUN_MISSING`; {@link VerificationError} `ERR_PLAN_FORM`
 */
export async function readPlan(folder: string): Promise<Plan> {
  return parsePlan(decodeUtf8(await readRunFile(folder, 'plan.json')));
}

/**
 * The suite that a run began with, in all its bytes.
 *
 * @throws {@link InputError} `ERR_SUITE_MISSING`
 */
export function suiteOfPlan(plan: Plan, suites: readonly LoadedSuite[]): LoadedSuite {
  const suite = suites.find(({ digest }) => digest === plan.suite.digest);
  if (suite !== undefined) return suite;
  const sameName = suites.some(({ definition }) => definition.id === plan.suite.id);
  const fault = sameName
    ? `the suite ${plan.suite.id} has changed since the run began`
    : `the run is one of the suite ${plan.suite.id}, which was not given`;
  const error = new InputError('ERR_SUITE_MISSING', `cannot resume: ${fault}`);
  throw withHint(error, `give the suite with digest ${plan.suite.digest}`);
}

/**
 * The endpoint that a run began with.
 *
 * @throws {@link InputError} `ERR_ENDPOINT_CONFIG`
 */
export function endpointOfPlan({ endpoint }: Plan, configs: readonly EndpointConfig[]): EndpointConfig {
  return sameEndpoint(endpoint, configs, `asks ${endpoint.name}`);
}

/**
 * The judge that a run began with; null if it has none.
 *
 * @throws {@link InputError} `ERR_ENDPOINT_CONFIG`
 */
export function judgeOfPlan({ judge }: Plan, config: EndpointConfig | null): EndpointConfig | null {
  if (judge === undefined) return null;
  return sameEndpoint(judge, config === null ? [] : [config], `is judged by ${judge.name}`);
}

function sameEndpoint(planned: PlanEndpoint, configs: readonly EndpointConfig[], what: string): EndpointConfig {
  const config = configs.find(
    ({ kind, name, model }) => kind === planned.kind && name === planned.name && model === planned.model,
  );
  if (config !== undefined) return config;
  const error = new InputError('ERR_ENDPOINT_CONFIG', `cannot resume: the run ${what}, which was not given`);
  throw withHint(
    error,
    `give the endpoint as it was when the run began: model ${planned.model} at ${planned.base_url}`,
  );
}
