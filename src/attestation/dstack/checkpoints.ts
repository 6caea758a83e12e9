/** Checkpoints that a compose file names: what an operator declares to load, which nobody measured. */
import { isJsonObject, type JsonValue } from '../../core/canonical-json.ts';

const MAX_CHECKPOINTS = 16;
const CHECKPOINT = /^[A-Za-z0-9/._~][A-Za-z0-9._:/@+-]{0,199}$/;
const MODEL_OPTIONS = ['--model', '--model-path', '--model_path', '--model-id'];
// What takes a checkpoint as its next word: `vllm serve X`, `hf download X`, `huggingface-cli download X`.
const COMMANDS = ['vllm serve', 'hf download', 'huggingface-cli download'];
const VARIABLES = ['MODEL_NAME', 'MODEL_ID', 'MODEL_PATH', 'MODEL', 'HF_MODEL_ID'];

/**
 * The checkpoints that services declare, each once, in their order.
 *
 * A command line says what is loaded, an environment often only under which name it is served; so variables count only
 * where no command line names a checkpoint.
 */
export function findCheckpoints(services: readonly JsonValue[]): readonly string[] {
  const loaded = services.flatMap((service) => commandsOf(service).flatMap(checkpointsOf));
  const found = loaded.length > 0 ? loaded : services.flatMap(variablesOf);
  return [...new Set(found)].slice(0, MAX_CHECKPOINTS);
}

function commandsOf(service: JsonValue): readonly (readonly string[])[] {
  if (!isJsonObject(service)) return [];
  return [service['entrypoint'], service['command']].map(wordsOf);
}

function wordsOf(command: JsonValue | undefined): readonly string[] {
  const parts = Array.isArray(command) ? command.filter((part) => typeof part === 'string') : [command];
  return parts.flatMap((part) => (typeof part === 'string' ? part.split(/\s+/) : [])).map(unquoted);
}

function unquoted(word: string): string {
  return word.replace(/^["']+|["']+$/g, '');
}

function checkpointsOf(words: readonly string[]): readonly string[] {
  const revision = optionValues(words, ['--revision'])[0];
  const named = [...optionValues(words, MODEL_OPTIONS), ...argumentsOf(words)].filter((name) => CHECKPOINT.test(name));
  const suffix = revision !== undefined && CHECKPOINT.test(revision) ? `@${revision}` : '';
  return named.map((name) => name + suffix);
}

function optionValues(words: readonly string[], options: readonly string[]): readonly string[] {
  return words.flatMap((word, i) => {
    const equals = word.indexOf('=');
    if (equals !== -1) return options.includes(word.slice(0, equals)) ? [unquoted(word.slice(equals + 1))] : [];
    const next = words[i + 1];
    return options.includes(word) && next !== undefined ? [next] : [];
  });
}

function argumentsOf(words: readonly string[]): readonly string[] {
  return words.filter((word, i) => !word.startsWith('-') && COMMANDS.includes(`${words[i - 2]} ${words[i - 1]}`));
}

function variablesOf(service: JsonValue): readonly string[] {
  const environment = isJsonObject(service) ? service['environment'] : undefined;
  const pairs = isJsonObject(environment)
    ? Object.entries(environment).flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${value}`] : []))
    : optionPairs(environment);
  return VARIABLES.flatMap((name) => optionValues(pairs, [name])).filter((value) => CHECKPOINT.test(value));
}

function optionPairs(environment: JsonValue | undefined): readonly string[] {
  return Array.isArray(environment) ? environment.filter((pair) => typeof pair === 'string') : [];
}
