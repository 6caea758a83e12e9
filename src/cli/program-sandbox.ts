/** The sandbox of a command. It loads nothing unless answers are programs, and its idle threads end with the process. */
import { openSandbox } from '../scoring/sandbox/open-sandbox.ts';
import type { Sandbox } from '../scoring/trial.ts';

/** Where answers that are programs run, in this process. */
export const programSandbox: Sandbox = openSandbox();
