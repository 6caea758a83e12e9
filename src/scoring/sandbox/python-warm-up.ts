/** What an interpreter of Python has loaded before the first program, in Python. */

/**
 * Modules that programs import, loaded once because reading them from the library takes longer than most programs run; no
 * environment; and an event loop that needs no sockets: it waits by letting time pass.
 */
export const PYTHON_WARM_UP = `
import abc, array, asyncio, asyncio.runners, base64, bisect, calendar, cmath, collections, collections.abc, contextlib, copy, csv
import dataclasses, datetime, decimal, enum, fractions, functools, hashlib, heapq, inspect, io, itertools, json, math
import numbers, operator, os, pathlib, queue, random, re, selectors, statistics, string, struct, sys, textwrap, time
import types, typing, unicodedata, unittest, warnings

os.environ.clear()

class Selector(selectors._BaseSelectorImpl):
    def select(self, timeout=None):
        time.sleep(1 if timeout is None else max(timeout, 0))
        return []

class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = Selector()
    def _process_events(self, events):
        pass
    def _write_to_self(self):
        pass

class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = Loop

asyncio.events._set_event_loop_policy(Policy())
asyncio.events._set_running_loop(None)
asyncio.run = asyncio.runners.run
`;
