export declare function isHeldOut(key: string): boolean;
export declare function keyOf(question: string): string;
