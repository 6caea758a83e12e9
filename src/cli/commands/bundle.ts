import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
export const bundle: Command = defineCommand({
  usage: 'bundle',
  describe: '',
  options: (parser) => parser,
  run: async () => EXIT.bug,
});
