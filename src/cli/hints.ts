/** What to make of the last fault of an endpoint that gave no answer at all. */
export const FAULT_HINTS: Readonly<Record<string, string>> = {
  ERR_BODY_NOT_JSON: 'the address may be that of a page and not of an API, which often ends with /v1',
  ERR_RESPONSE_SECRET: 'the server sends your key back, so nothing of what it says is recorded',
  ERR_TIMEOUT: '--timeout gives it longer',
  'HTTP status 400': 'it refuses the request: a parameter of the suite or of the endpoint may be unknown to it',
  'HTTP status 401': 'it refuses the key: check the variable that holds it',
  'HTTP status 403': 'it refuses the key: check the variable that holds it',
  'HTTP status 404': 'it does not know the model or the path: the address often ends with /v1',
  'HTTP status 429': 'it asks for fewer requests: try a lower --concurrency',
};

/** What to do about a simulator. */
export const SIMULATED_HINT =
  '--allow-simulated accepts it for a try; whatever it shows stays at L1 and says "simulated"';

const TIME_HINT = 'evidence is valid for some weeks only: --at TIME asks about another moment, such as that of the run';

/** What to do about an error, by its code; a place that knows more attaches its own hint. */
export const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'check the permissions of the path',
  EADDRINUSE: 'another program listens there; choose another port, or 0 for any free one',
  ENOENT: 'check the spelling, and the folder you are in',
  ENOSPC: 'free some space; a run that was going on is kept: repeat the command with --resume <folder>',
  ERR_ATTESTATION: 'check the address and the provider: touchstone endpoints attest asks for the evidence alone',
  ERR_BUNDLE_FORM: 'fetch the file again and compare its size; if it stays so, do not trust it',
  ERR_BUNDLE_SEAL: 'fetch the file again and compare its size; if it stays so, do not trust it',
  ERR_CAPABILITY:
    'touchstone endpoints probe shows what it can do; --probe none runs it all the same, unless the suite itself says what it needs',
  ERR_CHAIN_TIME: TIME_HINT,
  ERR_COLLATERAL_MISSING: 'fetch the collateral of the platform: tee.collateral says from where, see docs/tee.md',
  ERR_COLLATERAL_TIME: TIME_HINT,
  ERR_CRL_TIME: TIME_HINT,
  ERR_DOWNLOAD: '--mirror takes the files from another address, --from from a folder with your copies',
  ERR_ENDPOINT: 'check that the server runs and that the address ends where its API begins, often /v1',
  ERR_ENDPOINT_CONFIG: 'touchstone endpoints list shows the servers that are known by name',
  ERR_ENDPOINT_KEY: 'set the variable in this shell; keys never stand in a file or on the command line',
  ERR_ENDPOINT_LISTEN: 'another program may listen there; choose another port, or 0 for any free one',
  ERR_ENDPOINT_MODELS: 'check that the server runs and that the address ends where its API begins, often /v1',
  ERR_ENDPOINT_SPEC: 'touchstone endpoints list shows the servers that are known by name',
  ERR_ENVELOPE_UNTRUSTED: 'compare the fingerprint with the one its author published, and give that key to --trust',
  ERR_EVIDENCE_LEVEL: 'the level that the plan asks for is not the one that the evidence has: do not trust this run',
  ERR_EVIDENCE_SIMULATED: SIMULATED_HINT,
  ERR_ITEMS_MISSING: 'touchstone suites pull fetches an item file whose address the suite names',
  ERR_KEY_ENCRYPTED:
    'sign through ssh-keygen instead, which asks for the passphrase or the agent: --ssh-key <file>.pub',
  ERR_KEY_MALFORMED: 'touchstone keys new makes a key; OpenSSH ed25519 keys work too',
  ERR_KEY_UNSUPPORTED: 'make one with touchstone keys new, or with ssh-keygen -t ed25519',
  ERR_ORIGIN_DIGEST: 'the file is not the one that was published: try a --mirror, or a copy of yours with --from',
  ERR_ORIGIN_FORM:
    'the publisher may have changed the file, or the address leads to a login: try --from with your copy',
  ERR_ORIGIN_MISSING: '--from takes the files by name from a folder, --mirror from an address',
  ERR_ORIGIN_UNPINNED:
    'compare the digests with those of somebody you trust, then repeat with --accept-digest and each of them',
  ERR_RESUME_PLAN: 'give suite, endpoint and key as they were when the run began',
  ERR_RESUME_VERSION: '--allow-version-change resumes it all the same, and the transcript says so',
  ERR_RUN_FINISHED: 'there is nothing to resume; touchstone verify says what the run proves',
  ERR_RUN_MISSING: 'want a folder that touchstone run wrote, or a file that touchstone bundle create wrote',
  ERR_RUN_WRITE: 'see to the disk, then repeat the command with --resume <folder>',
  ERR_RUN_UNFINISHED: 'if it is yours: repeat the command that began it, with --resume <folder>',
  ERR_SANDBOX:
    'the interpreters are optional packages: npm install brings them, unless optional ones are left out; see docs/suites.md',
  ERR_SIGNER_UNTRUSTED: 'compare the fingerprint with the one its author published, and give that key to --trust',
  ERR_SUITE_EXISTS: '--force replaces what was pulled before; --into makes another folder',
  ERR_SUITE_SCHEMA: 'docs/suites.md explains every key',
  ERR_USAGE: 'add --help to see the options and examples',
};
