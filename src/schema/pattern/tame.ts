/**
 * Tells for which patterns backtracking is linear.
 *
 * That is so if a short prefix with few alternatives decides whether there is a match, and the only unbounded repetition
 * is of a single character at the very end: nothing after it can fail, so nothing is ever tried twice.
 */
import type { PatternNode } from './parse.ts';

/** Most steps that a search may waste at one position. */
const MAX_WASTE = 256;

/** Ways to match a part, and the characters it takes at most. */
interface Cost {
  readonly ways: number;
  readonly length: number;
}

/** Whether the engine's own matcher takes time linear in the text for this pattern. */
export function isTame(root: PatternNode): boolean {
  const cost = costOf(root, true);
  return cost !== null && cost.ways * (cost.length + 1) <= MAX_WASTE;
}

// Null if the part is not tame, above all for an unbounded repetition that is not at the end.
function costOf(node: PatternNode, isEnd: boolean): Cost | null {
  switch (node.kind) {
    case 'char':
      return { ways: 1, length: 1 };
    case 'assert':
      // V8 lets this one match inside a code point.
      return node.what === 'not-word' ? null : { ways: 1, length: 0 };
    case 'group':
      return costOf(node.body, isEnd);
    case 'sequence':
      return sequenceCost(node.parts, isEnd);
    case 'choice':
      return choiceCost(node.branches, isEnd);
    case 'repeat': {
      if (node.body.kind !== 'char' || node.min > MAX_WASTE) return null;
      if (node.max === Infinity) return isEnd ? { ways: 1, length: node.min + 1 } : null;
      return { ways: node.max - node.min + 1, length: node.max };
    }
  }
}

function sequenceCost(parts: readonly PatternNode[], isEnd: boolean): Cost | null {
  let [ways, length] = [1, 0];
  for (const [position, part] of parts.entries()) {
    const cost = costOf(part, isEnd && position === parts.length - 1);
    if (cost === null) return null;
    ways *= cost.ways;
    length += cost.length;
  }
  return { ways, length };
}

function choiceCost(branches: readonly PatternNode[], isEnd: boolean): Cost | null {
  let [ways, length] = [0, 0];
  for (const branch of branches) {
    const cost = costOf(branch, isEnd);
    if (cost === null) return null;
    ways += cost.ways;
    length = Math.max(length, cost.length);
  }
  return { ways, length };
}
