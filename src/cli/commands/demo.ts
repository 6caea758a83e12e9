import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
export const demo: Command = defineCommand({
  usage: 'demo',
  describe: '',
  options: (parser) => parser,
  run: async () => EXIT.bug,
});
