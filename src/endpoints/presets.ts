/** Servers that are known by name: where they listen, how they call the token limit, which variable holds the key. */
import type { TeeProvider } from '../core/evidence-names.ts';
import type { PlanEndpoint } from '../transcript/plan.ts';

/** A server with an OpenAI-compatible chat API. */
export interface Preset {
  readonly baseUrl: string;
  /** Name of the environment variable that holds the key, by the provider's own convention; null if none is needed. */
  readonly apiKeyEnv: string | null;
  readonly maxTokensField: PlanEndpoint['max_tokens_field'];
  /** What its users should know before they compare it with others. */
  readonly note: string | null;
  /** How it gives evidence of where its answers come from; null if it gives none. */
  readonly provider: TeeProvider | null;
}

const OWN_PORT = 'for another host or port give a URL';

/** Every preset by name. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  [
    'anthropic',
    hosted('https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY', 'ignores seed, logprobs and response_format'),
  ],
  ['deepseek', hosted('https://api.deepseek.com', 'DEEPSEEK_API_KEY')],
  ['fireworks', hosted('https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY')],
  ['gemini', hosted('https://generativelanguage.googleapis.com/v1beta/openai', 'GEMINI_API_KEY')],
  ['groq', completionTokens(hosted('https://api.groq.com/openai/v1', 'GROQ_API_KEY', 'refuses logprobs'))],
  ['llamacpp', local('http://127.0.0.1:8080/v1')],
  ['lmstudio', local('http://127.0.0.1:1234/v1')],
  ['mlx', local('http://127.0.0.1:8080/v1')],
  ['near', attested('near-gateway', hosted('https://cloud-api.near.ai/v1', 'NEARAI_API_KEY'))],
  ['ollama', local('http://127.0.0.1:11434/v1')],
  ['openai', completionTokens(hosted('https://api.openai.com/v1', 'OPENAI_API_KEY'))],
  [
    'openrouter',
    hosted('https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY', 'may route each request to another host'),
  ],
  ['sglang', local('http://127.0.0.1:30000/v1')],
  ['tinfoil', attested('tinfoil', hosted('https://inference.tinfoil.sh/v1', 'TINFOIL_API_KEY'))],
  ['together', hosted('https://api.together.ai/v1', 'TOGETHER_API_KEY')],
  ['vllm', local('http://127.0.0.1:8000/v1')],
]);

function hosted(baseUrl: string, apiKeyEnv: string, note: string | null = null): Preset {
  return { baseUrl, apiKeyEnv, maxTokensField: 'max_tokens', note, provider: null };
}

function local(baseUrl: string): Preset {
  return { baseUrl, apiKeyEnv: null, maxTokensField: 'max_tokens', note: OWN_PORT, provider: null };
}

// Reasoning models of OpenAI refuse the older name, and every model there accepts this one.
function completionTokens(preset: Preset): Preset {
  return { ...preset, maxTokensField: 'max_completion_tokens' };
}

function attested(provider: TeeProvider, preset: Preset): Preset {
  return { ...preset, provider };
}
