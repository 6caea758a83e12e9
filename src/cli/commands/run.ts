import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
export const run: Command = defineCommand({
  usage: 'run',
  describe: '',
  options: (parser) => parser,
  run: async () => EXIT.bug,
});
