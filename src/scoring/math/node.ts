/** Mathematical expressions as a tree. */

/** A part of an expression. */
export type MathNode =
  /** A decimal or an integer, exactly: num / den. */
  | { readonly kind: 'number'; readonly num: bigint; readonly den: bigint; readonly isDecimal: boolean }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'add' | 'multiply' | 'divide' | 'power'; readonly left: MathNode; readonly right: MathNode }
  /** `±`: both the sum and the difference. */
  | { readonly kind: 'plus-minus'; readonly left: MathNode; readonly right: MathNode; readonly isMinusFirst: boolean }
  | { readonly kind: 'negate'; readonly of: MathNode }
  | { readonly kind: 'function'; readonly name: string; readonly args: readonly MathNode[] };

/** The text is no mathematics that is understood; it can still be compared as a text. */
export class MathSyntaxError extends Error {}

/** An integer. */
export function integer(value: bigint): MathNode {
  return { kind: 'number', num: value, den: 1n, isDecimal: false };
}

/** a op b */
export function binary(kind: 'add' | 'multiply' | 'divide' | 'power', left: MathNode, right: MathNode): MathNode {
  return { kind, left, right };
}
