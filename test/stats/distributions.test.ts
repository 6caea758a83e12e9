import { describe, expect, it } from 'vitest';
import { betaTails } from '../../src/stats/beta.ts';
import { binomialProbability, binomialTails } from '../../src/stats/binomial.ts';
import { exp, ln } from '../../src/stats/elementary.ts';
import { normalQuantile, normalTail } from '../../src/stats/normal.ts';
import { studentQuantile, studentTail } from '../../src/stats/student.ts';
import { assert, double, property } from '../property.ts';
import { expectNear, rows } from './reference.ts';

describe('ln() and exp()', () => {
  it('ln() agrees with the engine to two units of the last place', () => {
    assert(
      property(double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }), (x) =>
        expectNear(ln(x), Math.log(x), 4.5e-16),
      ),
    );
    assert(property(double({ min: 0.5, max: 2, noNaN: true }), (x) => expectNear(ln(x), Math.log(x), 4.5e-16)));
  });

  it('exp() agrees with the engine to two units of the last place', () => {
    assert(property(double({ min: -700, max: 709, noNaN: true }), (x) => expectNear(exp(x), Math.exp(x), 4.5e-16)));
  });

  it('ends where numbers end', () => {
    expect([ln(0), ln(1), ln(Infinity)]).toEqual([-Infinity, 0, Infinity]);
    expect([exp(0), exp(-Infinity), exp(710), exp(-746)]).toEqual([1, 0, Infinity, 0]);
    expectNear(exp(-744.5), 5e-324, 0);
    expectNear(ln(5e-324), -744.4400719213812, 1e-15);
    expectNear(exp(709.7), 1.6549840276802644e308, 1e-15);
    expect(() => ln(-1)).toThrow(RangeError);
    expect(() => ln(NaN)).toThrow(RangeError);
    expect(() => exp(NaN)).toThrow(RangeError);
  });

  // The bits themselves, so that another engine or a careless change shows.
  it('have fixed bits', () => {
    const bits = (x: number): string => Buffer.from(Float64Array.of(x).buffer).toString('hex');
    expect([ln(2), ln(10), ln(0.1), exp(1), exp(-1), exp(0.1)].map(bits)).toMatchInlineSnapshot(`
      [
        "ef39fafe422ee63f",
        "1655b5bbb16b0240",
        "1555b5bbb16b02c0",
        "6a57148b0abf0540",
        "38ef2c36568bd73f",
        "d4005ab3c7aef13f",
      ]
    `);
  });
});

describe('distributions, against R', () => {
  it('normalTail() gives pnorm()', () => {
    for (const [z = NaN, tail = NaN] of rows('pnorm')) expectNear(normalTail(z), tail);
  });

  it('normalQuantile() gives qnorm()', () => {
    for (const [tail = NaN, z = NaN] of rows('qnorm')) expectNear(normalQuantile(tail), z, tail > 0.49 ? 1e-11 : 1e-13);
    expect(normalQuantile(0.5)).toBe(0);
  });

  it('studentTail() gives pt()', () => {
    for (const [t = NaN, degrees = NaN, tail = NaN] of rows('pt'))
      expectNear(studentTail(t, degrees), tail, degrees > 10_000 ? 1e-11 : 1e-12);
    expect(studentTail(Infinity, 3)).toBe(0);
  });

  it('studentQuantile() gives qt()', () => {
    for (const [tail = NaN, degrees = NaN, t = NaN] of rows('qt')) expectNear(studentQuantile(tail, degrees), t);
    expect(studentQuantile(0.5, 3)).toBe(0);
    expectNear(studentQuantile(0.975, 4), -studentQuantile(0.025, 4));
  });

  it('betaTails() gives pbeta()', () => {
    for (const [x = NaN, a = NaN, b = NaN, lower = NaN, upper = NaN] of rows('pbeta')) {
      const tails = betaTails(a, b, x);
      // The larger tail is 1 minus the smaller one.
      expectNear(tails.lower, lower, lower <= upper ? 1e-12 : 1e-15);
      expectNear(tails.upper, upper, upper <= lower ? 1e-12 : 1e-15);
    }
  });

  it('binomialTails() and binomialProbability() give pbinom() and dbinom()', () => {
    for (const [k = NaN, n = NaN, p = NaN, point = NaN, lower = NaN, upper = NaN] of rows('binom')) {
      expectNear(binomialProbability(k, n, p), point);
      expectNear(binomialTails(k, n, p).lower, lower);
      expectNear(binomialTails(k, n, p).upper, upper);
    }
  });
});

describe('distributions at their ends', () => {
  it('the binomial one has no mass outside of 0 to n', () => {
    expect([binomialProbability(-1, 3, 0.5), binomialProbability(4, 3, 0.5)]).toEqual([0, 0]);
    expect([binomialProbability(0, 0, 0.3), binomialProbability(0, 3, 0), binomialProbability(3, 3, 1)]).toEqual([
      1, 1, 1,
    ]);
    expect([binomialTails(-1, 3, 0.5).lower, binomialTails(3, 3, 0.5).lower]).toEqual([0, 1]);
  });

  it('refuse what is no distribution', () => {
    expect(() => betaTails(0, 1, 0.5)).toThrow(RangeError);
    expect(() => betaTails(1, 1, 1.5)).toThrow(RangeError);
    expect(() => studentTail(1, 0)).toThrow(RangeError);
    expect(() => studentQuantile(0, 3)).toThrow(RangeError);
    expect(() => normalQuantile(1)).toThrow(RangeError);
  });
});
