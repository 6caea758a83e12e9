import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
export const init: Command = defineCommand({
  usage: 'init',
  describe: '',
  options: (parser) => parser,
  run: async () => EXIT.bug,
});
