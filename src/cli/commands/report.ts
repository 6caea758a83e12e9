import { defineCommand, type Command } from '../command.ts';
import { EXIT } from '../exit.ts';
export const report: Command = defineCommand({
  usage: 'report',
  describe: '',
  options: (parser) => parser,
  run: async () => EXIT.bug,
});
