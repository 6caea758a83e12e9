/**
 * The imports of CPython that a program may reach.
 *
 * Whatever would touch objects of the host's JavaScript, its files or sockets is not among them. System calls that are not
 * here fail as they do for want of permission; any other import ends the program.
 */
import type { GateRules, Import } from './gate.ts';
import { spend, type StepBudget } from './step-budget.ts';
import type { StillWorld } from './still-world.ts';

/** The interpreter looks whether it is to stop after so many rounds of loops and calls. */
const STEPS_PER_LOOK = 51;

/** Where the standard library stands in the memory of the interpreter: the only file that can be opened. */
const LIBRARY = '/lib/python314.zip';

/** Error numbers of the system interface: not such an open file, no such file, not a terminal, no permission. */
const EBADF = 8;
const ENOENT = 44;
const ENOTTY = 59;
const EPERM = 63;

/** O_LARGEFILE and O_CLOEXEC, which want nothing but to read. */
const READ_FLAGS = 0o100_000 | 0o2_000_000;

/** F_GETFD, F_SETFD and F_GETFL, which change nothing here. */
const FILE_COMMANDS: ReadonlySet<number> = new Set([1, 2, 3]);

/** Input, output and complaints. */
const STANDARD_FILES = 3;

/**
 * Imports that work as they are: they compute, or look at the file system in the memory of the interpreter.
 * `_PyEM_TrampolineCall_JS` calls a function of WebAssembly by its number in the table.
 */
const OPEN: ReadonlySet<string> = new Set([
  '__syscall_fstat64',
  '__syscall_getcwd',
  '__syscall_lstat64',
  '__syscall_newfstatat',
  '__syscall_stat64',
  '_PyEM_TrampolineCall_JS',
  '_gmtime_js',
  '_localtime_js',
  '_mktime_js',
  '_timegm_js',
  '_tzset_js',
  'fd_fdstat_get',
  'fd_seek',
  'random_get',
]);

/** What stands in for imports: while a program runs, and always. */
export interface PythonImports {
  readonly rules: GateRules;
  readonly always: ReadonlyMap<string, Import>;
}

/** @param memory - The memory of the interpreter, which is another object after it has grown. */
export function pythonImports(budget: StepBudget, world: StillWorld, memory: () => ArrayBuffer): PythonImports {
  const replaced = new Map([...limits(budget), ...clocks(world, memory), ...output(memory)]);
  return {
    always: new Map([['random_get', fillRandom(world, memory)]]),
    rules(name, original) {
      if (OPEN.has(name)) return original;
      const wrap = FILES[name];
      if (wrap !== undefined) return wrap(original, memory);
      return replaced.get(name) ?? (name.startsWith('__syscall_') ? () => -EPERM : null);
    },
  };
}

function limits(budget: StepBudget): readonly (readonly [string, Import])[] {
  return [
    [
      '_Py_CheckEmscriptenSignals_Helper',
      () => {
        spend(budget, STEPS_PER_LOOK);
        return 0;
      },
    ],
    // All memory there is was given at the start.
    ['emscripten_resize_heap', () => 0],
    // Waiting for a promise of the host is never possible.
    ['can_run_sync_js', () => 0],
    ['__syscall_ioctl', () => -ENOTTY],
    ['__syscall_fcntl64', (_file, command = 0) => (FILE_COMMANDS.has(command) ? 0 : -EPERM)],
  ];
}

function clocks(world: StillWorld, memory: () => ArrayBuffer): readonly (readonly [string, Import])[] {
  const setNanoseconds = (address: number, nanoseconds: bigint): number => {
    new DataView(memory()).setBigUint64(address, nanoseconds, true);
    return 0;
  };
  return [
    ['emscripten_date_now', () => world.nowMs()],
    ['emscripten_get_now', () => world.nowMs()],
    ['clock_time_get', (_clock, _precision, at = 0) => setNanoseconds(at, BigInt(world.nowMs()) * 1_000_000n)],
    ['clock_res_get', (_clock, at = 0) => setNanoseconds(at, 1_000_000n)],
  ];
}

// What is printed is never looked at, so it goes nowhere and takes no room.
function output(memory: () => ArrayBuffer): readonly (readonly [string, Import])[] {
  return [
    [
      'fd_write',
      (file = 0, parts = 0, count = 0, written = 0) => {
        if (file <= 0 || file >= STANDARD_FILES) return EBADF;
        const view = new DataView(memory());
        let length = 0;
        for (let part = 0; part < count; part++) length += view.getUint32(parts + 8 * part + 4, true);
        view.setUint32(written, length, true);
        return 0;
      },
    ],
  ];
}

function fillRandom(world: StillWorld, memory: () => ArrayBuffer): Import {
  return (address = 0, length = 0) => {
    world.scatter(new Uint8Array(memory(), address, length));
    return 0;
  };
}

/** Imports about files, by what they do with those that may be opened. */
const FILES: Readonly<Record<string, (original: Import, memory: () => ArrayBuffer) => Import>> = {
  __syscall_openat:
    (original, memory) =>
    (folder = 0, path = 0, flags = 0, more = 0) => {
      const mayOpen = (flags & ~READ_FLAGS) === 0 && readText(memory(), path) === LIBRARY;
      return mayOpen ? original(folder, path, flags, more) : -ENOENT;
    },
  // Nobody types anything.
  fd_read:
    (original, memory) =>
    (file = 0, parts = 0, count = 0, read = 0) => {
      if (file >= STANDARD_FILES) return original(file, parts, count, read);
      new DataView(memory()).setUint32(read, 0, true);
      return 0;
    },
  fd_close:
    (original) =>
    (file = 0) =>
      file >= STANDARD_FILES ? original(file) : 0,
};

function readText(memory: ArrayBuffer, address: number): string {
  const bytes = new Uint8Array(memory, address, LIBRARY.length + 1);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}
