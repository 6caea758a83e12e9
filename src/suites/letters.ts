/** The letters by which the choices of an item are named, in their order. */
export const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
