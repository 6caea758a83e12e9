/** Whether two answers say the same. */
import type { MathAnswer, Relation } from './answer.ts';
import { areEqual, ratioOf } from './equal-expressions.ts';
import { binary, type MathNode } from './node.ts';

/** Most entries of lists that are compared in any order. */
const MAX_UNORDERED = 24;

/** Whether an answer says what the right one says. */
export function areEquivalent(right: MathAnswer, given: MathAnswer): boolean {
  const [a, b] = [simplified(right), simplified(given)];
  if (a.kind === 'relation' || b.kind === 'relation') return relationsAgree(a, b);
  if (a.kind === 'expression' && b.kind === 'expression') return areEqual(a.node, b.node);
  if (a.kind === 'text' || b.kind === 'text') return textsAgree(a, b);
  if (a.kind === 'list' && b.kind === 'list') return listsAgree(a, b);
  if (a.kind === 'union' && b.kind === 'union') return agreeInAnyOrder(a.parts, b.parts);
  if (a.kind === 'matrix' && b.kind === 'matrix')
    return a.rows.length === b.rows.length && a.rows.every((row, at) => agreeInOrder(row, b.rows[at] ?? []));
  return false;
}

// `1 \pm \sqrt 2` is the set of both; a list of one is what it holds.
function simplified(answer: MathAnswer): MathAnswer {
  if (answer.kind === 'expression') {
    const [one, other] = bothOf(answer.node);
    if (other === null) return answer;
    return { kind: 'list', open: '{', close: '}', items: [one, other].map((node) => ({ kind: 'expression', node })) };
  }
  if (answer.kind === 'list' && answer.items.length === 1 && answer.items[0] !== undefined)
    return simplified(answer.items[0]);
  if (answer.kind === 'list' && (answer.open === '{' || answer.open === '')) {
    const items = answer.items.map(simplified).flatMap((item) => (isBoth(item) ? item.items : [item]));
    return { ...answer, items, open: items.length === answer.items.length ? answer.open : '{' };
  }
  return answer;
}

function isBoth(answer: MathAnswer): answer is Extract<MathAnswer, { readonly kind: 'list' }> {
  return answer.kind === 'list' && answer.open === '{' && answer.items.length === 2;
}

// The two expressions that one with a `±` stands for; a second one is null without it.
function bothOf(node: MathNode): readonly [MathNode, MathNode | null] {
  switch (node.kind) {
    case 'plus-minus':
      return [binary('add', node.left, node.right), binary('add', node.left, { kind: 'negate', of: node.right })];
    case 'add':
    case 'multiply':
    case 'divide': {
      const [left, otherLeft] = bothOf(node.left);
      const [right, otherRight] = bothOf(node.right);
      const hasOther = otherLeft !== null || otherRight !== null;
      return [
        binary(node.kind, left, right),
        hasOther ? binary(node.kind, otherLeft ?? left, otherRight ?? right) : null,
      ];
    }
    case 'negate': {
      const [of, other] = bothOf(node.of);
      return [{ kind: 'negate', of }, other === null ? null : { kind: 'negate', of: other }];
    }
    default:
      return [node, null];
  }
}

function textsAgree(a: MathAnswer, b: MathAnswer): boolean {
  return a.kind === 'text' && b.kind === 'text' && a.text !== '' && a.text === b.text;
}

type List = Extract<MathAnswer, { readonly kind: 'list' }>;

function listsAgree(a: List, b: List): boolean {
  if (a.items.length !== b.items.length) return false;
  const isSet = a.open === '{' || b.open === '{';
  if (isSet) return [a, b].every(({ open }) => open === '{' || open === '') && agreeInAnyOrder(a.items, b.items);
  // A list without brackets is as good as a tuple.
  const isBare = a.open === '' || b.open === '';
  const isSame = a.open === b.open && a.close === b.close;
  const isTuple = [a, b].every(({ open, close }) => open === '' || (open === '(' && close === ')'));
  return (isSame || (isBare && isTuple)) && agreeInOrder(a.items, b.items);
}

function agreeInOrder(a: readonly MathAnswer[], b: readonly MathAnswer[]): boolean {
  return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
}

function isSame(a: MathAnswer, b: MathAnswer | undefined): boolean {
  return b !== undefined && areEquivalent(a, b);
}

function agreeInAnyOrder(a: readonly MathAnswer[], b: readonly MathAnswer[]): boolean {
  if (a.length !== b.length || a.length > MAX_UNORDERED) return false;
  const left = [...b];
  return a.every((item) => {
    const at = left.findIndex((other) => areEquivalent(item, other));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

type RelationAnswer = Extract<MathAnswer, { readonly kind: 'relation' }>;

function relationsAgree(a: MathAnswer, b: MathAnswer): boolean {
  if (a.kind === 'relation' && b.kind === 'relation') return sidesAgree(a, b) || valuesAgree(a, b);
  if (a.kind === 'relation') return intervalAgrees(a, b) || (valueOf(a) !== null && isSame(b, valueOf(a) ?? undefined));
  if (b.kind === 'relation') return intervalAgrees(b, a) || (valueOf(b) !== null && isSame(a, valueOf(b) ?? undefined));
  return false;
}

// `x = 1 + 1 = 2` says 2, if a name stands before it.
function valueOf({ sides, relations }: RelationAnswer): MathAnswer | null {
  const node = sides.at(-1);
  const isDefinition = relations.every((relation) => relation === '=') && sides.slice(0, -1).some(isName);
  return isDefinition && node !== undefined ? { kind: 'expression', node } : null;
}

function isName(node: MathNode): boolean {
  if (node.kind === 'symbol') return true;
  // `f(x) = …`
  return node.kind === 'multiply' && isName(node.left) && node.left.kind === 'symbol' && isName(node.right);
}

function valuesAgree(a: RelationAnswer, b: RelationAnswer): boolean {
  const [x, y] = [valueOf(a), valueOf(b)];
  const isSameName = a.sides[0] !== undefined && b.sides[0] !== undefined && areEqual(a.sides[0], b.sides[0]);
  return x !== null && y !== null && isSameName && areEquivalent(x, y);
}

const TURNED: Readonly<Record<Relation, Relation>> = { '=': '=', ne: 'ne', '<': '>', '>': '<', le: 'ge', ge: 'le' };

// Side by side, in either direction; a single one also after multiplication by a number.
function sidesAgree(a: RelationAnswer, b: RelationAnswer): boolean {
  if (a.sides.length !== b.sides.length) return false;
  const turned = {
    sides: b.sides.toReversed(),
    relations: b.relations.toReversed().map((relation) => TURNED[relation]),
  };
  const isEqual = ({ sides, relations }: Omit<RelationAnswer, 'kind'>): boolean =>
    relations.join() === a.relations.join() &&
    a.sides.every((side, at) => sides[at] !== undefined && areEqual(side, sides[at]));
  return isEqual(b) || isEqual(turned) || (a.sides.length === 2 && isMultiple(a, b));
}

function isMultiple(a: RelationAnswer, b: RelationAnswer): boolean {
  const ratio = ratioOf(difference(a), difference(b));
  const [wanted, given] = [a.relations[0] ?? '=', b.relations[0] ?? '='];
  return ratio !== null && wanted === (ratio > 0 ? given : TURNED[given]);
}

function difference({ sides: [left, right] }: RelationAnswer): MathNode {
  if (left === undefined || right === undefined) throw new RangeError('a relation has two sides');
  return binary('add', left, { kind: 'negate', of: right });
}

// `-2 \le x \le 7` is the interval [-2, 7].
function intervalAgrees({ sides, relations }: RelationAnswer, other: MathAnswer): boolean {
  const [low, name, high] = sides;
  const [first, second] = relations;
  if (low === undefined || name === undefined || high === undefined || !isName(name)) return false;
  if (first === undefined || second === undefined || !/^(?:<|le)$/.test(first) || !/^(?:<|le)$/.test(second))
    return false;
  const interval: MathAnswer = {
    kind: 'list',
    open: first === 'le' ? '[' : '(',
    close: second === 'le' ? ']' : ')',
    items: [low, high].map((node) => ({ kind: 'expression', node })),
  };
  return sides.length === 3 && areEquivalent(interval, other);
}
