/** `touchstone keys`: make, show and rotate signing keys. */
import type { Argv } from 'yargs';
import { formatSshPublicKey } from '../../core/ssh-key.ts';
import type { PublicKey } from '../../core/key.ts';
import { defineCommand, defineGroup, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { defaultKeyName, defaultKeyPath, newKey, readKeyFile, setKeyAside, writeKeyFile } from '../key-file.ts';
import { print, printJson, say } from '../say.ts';
import { chooseSigningKey } from '../signing-key.ts';

const fileOption = {
  type: 'string',
  describe: 'key file; default: touchstone/key in your configuration folder',
  requiresArg: true,
} as const;
const jsonOption = { type: 'boolean', default: false, describe: 'print JSON' } as const;
const nameOption = {
  type: 'string',
  describe: 'name of the key as it stands in transcripts; default: your user name',
  requiresArg: true,
} as const;

const create: Command = defineCommand({
  usage: 'new',
  describe: 'make a key and print its public half',
  options: (parser: Argv) => parser.option('name', nameOption).option('key', fileOption).option('json', jsonOption),
  examples: [
    ['touchstone keys new', 'make your key'],
    ['touchstone keys new --name ci.example.org --key ci.key', 'make a key for CI'],
  ],
  run: async ({ name, key, json }) => {
    const path = key ?? defaultKeyPath();
    const made = newKey(name ?? defaultKeyName());
    await writeKeyFile(path, made);
    printPublic(made.publicKey, path, json);
    say(`the secret half is in ${path}; keep it to yourself and keep a copy in a safe place`);
    say(
      'publish the lines above where readers find them; any of the two key lines, or a file of all, goes with --trust',
    );
    return EXIT.yes;
  },
});

const show: Command = defineCommand({
  usage: 'show',
  describe: 'print the public half of a key',
  options: (parser: Argv) =>
    parser
      .option('key', fileOption)
      .option('key-env', { type: 'string', describe: 'environment variable that holds the key', requiresArg: true })
      .option('ssh-key', { type: 'string', describe: 'OpenSSH public key file', requiresArg: true })
      .option('json', jsonOption),
  examples: [
    ['touchstone keys show', 'what to publish'],
    ['touchstone keys show > me.pub && touchstone verify runs/* --trust me.pub', 'a file to trust'],
    ['touchstone keys show --ssh-key ~/.ssh/id_ed25519.pub', 'your SSH key as verifiers name it'],
  ],
  run: async ({ key, keyEnv, sshKey, json }) => {
    const chosen = await chooseSigningKey({ key, keyEnv, sshKey });
    if (chosen.kind === 'ephemeral') return EXIT.no;
    printPublic(chosen.signer.publicKey, null, json);
    return EXIT.yes;
  },
});

const rotate: Command = defineCommand({
  usage: 'rotate',
  describe: 'replace a key by a new one and keep the old one aside',
  options: (parser: Argv) =>
    parser
      .option('name', { ...nameOption, describe: 'name of the new key; default: that of the old one' })
      .option('key', fileOption)
      .option('json', jsonOption),
  examples: [['touchstone keys rotate', 'retire your key today']],
  notes: 'Runs signed with the old key stay valid: keep its public half published, with the dates of its use.',
  run: async ({ name, key, json }) => {
    const path = key ?? defaultKeyPath();
    const old = await readKeyFile(path);
    const made = newKey(name ?? old.publicKey.name);
    const aside = await setKeyAside(path, new Date().toISOString().slice(0, 10));
    await writeKeyFile(path, made);
    printPublic(made.publicKey, path, json);
    sayRotated(old.publicKey, aside);
    return EXIT.yes;
  },
});

/** The commands about keys. */
export const keys: Command = defineGroup('keys', 'make, show and rotate signing keys', [create, show, rotate]);

function printPublic({ name, vkey, fingerprint, bytes }: PublicKey, path: string | null, json: boolean): void {
  const ssh = formatSshPublicKey({ key: bytes, comment: name });
  if (json) return printJson({ name, vkey, ssh, fingerprint, ...(path === null ? {} : { path }) });
  print(`name         ${name}`);
  print(`vkey         ${vkey}`);
  print(`ssh          ${ssh}`);
  print(`fingerprint  ${fingerprint}`);
}

function sayRotated({ fingerprint }: PublicKey, aside: string): void {
  say(`the old key ${fingerprint} is in ${aside}; delete it when no run of it is to be resumed`);
  say('publish the new lines beside the old ones, and from which day on each of them signs');
  say('if the old key was lost: that is all; what it signed stays valid');
  say(
    'if others may have it: publish that it must not be trusted from that day on, and sign again what must stay trusted;',
  );
  say('a signature says nothing about its date, so whoever has the key can sign in the past too');
}
