export declare const HELD_OUT_PREFIX: string;
export declare function isHeldOut(key: string): boolean;
export declare function keyOf(question: string): string;
