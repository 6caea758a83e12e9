/** What to do about an error, by its code; a place that knows more attaches its own hint. */
export const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'check the permissions of the path',
  EADDRINUSE: 'another program listens there; choose another port, or 0 for any free one',
  ENOENT: 'check the spelling, and the folder you are in',
  ENOSPC: 'free some space; a run that was going on is kept, and touchstone run --resume <folder> continues it',
  ERR_BUNDLE_FORM: 'fetch the file again and compare its size; if it stays so, do not trust it',
  ERR_ENDPOINT: 'check that the server runs and that the address ends where its API begins, often /v1',
  ERR_ENDPOINT_MODELS: 'check that the server runs and that the address ends where its API begins, often /v1',
  ERR_ENVELOPE_UNTRUSTED: 'compare the fingerprint with the one its author published, and give that key to --trust',
  ERR_KEY_ENCRYPTED:
    'sign through ssh-keygen instead, which asks for the passphrase or the agent: --ssh-key <file>.pub',
  ERR_KEY_MALFORMED: 'touchstone keys new makes a key; OpenSSH ed25519 keys work too',
  ERR_KEY_UNSUPPORTED: 'make one with touchstone keys new, or with ssh-keygen -t ed25519',
  ERR_SUITE_SCHEMA: 'docs/suites.md explains every key; touchstone suites lint shows all faults at once',
  ERR_USAGE: 'add --help to see the options and examples',
};
