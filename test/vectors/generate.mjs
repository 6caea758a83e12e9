// Writes the vectors of test/vectors/<area>/<case>.json: {desc, …inputs, want | wantCode}, one fault per file.
//
// Nothing of src is used: hashes and signatures come from node:crypto, trees, encodings and points from the few lines
// beside this file, so that the project is checked against a second reading of the specifications. `--check` compares
// instead of writing. Where ssh-keygen is installed, its signature must equal the one computed here.
import { ed25519Vectors } from './generator/ed25519.mjs';
import { envelopeVectors, statementVectors } from './generator/envelope.mjs';
import { jsonVectors, lineVectors } from './generator/json.mjs';
import { merkleVectors } from './generator/merkle.mjs';
import { checkpointVectors, noteVectors, vkeyVectors } from './generator/note.mjs';
import { sshKeyVectors, sshsigVectors } from './generator/ssh.mjs';
import { reportDifferences } from './generator/vector.mjs';

ed25519Vectors();
merkleVectors();
lineVectors();
jsonVectors();
noteVectors();
vkeyVectors();
checkpointVectors();
envelopeVectors();
statementVectors();
sshKeyVectors();
sshsigVectors();
reportDifferences();
