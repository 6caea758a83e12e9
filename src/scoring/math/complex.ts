/** Complex numbers in floating point, with the principal branches. */

/** re + im · i */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A real number. */
export function real(re: number): Complex {
  return { re, im: 0 };
}

/** a + b */
export function add(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

/** a · b */
export function multiply(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

/** a / b */
export function divide(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im;
  if (size === 0) return real(Number.NaN);
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}

/** Distance from zero. */
export function size(a: Complex): number {
  return Math.hypot(a.re, a.im);
}

/** e^a */
export function exponential(a: Complex): Complex {
  const scale = Math.exp(a.re);
  return { re: scale * Math.cos(a.im), im: a.im === 0 ? 0 : scale * Math.sin(a.im) };
}

/** The logarithm whose imaginary part is above -π and at most π. */
export function logarithm(a: Complex): Complex {
  return { re: Math.log(size(a)), im: Math.atan2(a.im, a.re) };
}

/** a^b; a real power of a real number stays real where it can. */
export function power(a: Complex, b: Complex): Complex {
  if (size(b) === 0) return real(1);
  if (size(a) === 0) return real(b.re > 0 ? 0 : Number.NaN);
  if (b.im === 0 && Number.isInteger(b.re) && Math.abs(b.re) <= 64) return integerPower(a, b.re);
  if (a.im === 0 && b.im === 0 && a.re > 0) return real(a.re ** b.re);
  return exponential(multiply(b, logarithm(a)));
}

function integerPower(a: Complex, exponent: number): Complex {
  let result = real(1);
  for (let round = 0; round < Math.abs(exponent); round++) result = multiply(result, a);
  return exponent < 0 ? divide(real(1), result) : result;
}

/** The root of a degree; an odd one of a negative number is the real one. */
export function root(a: Complex, degree: Complex): Complex {
  const isOdd = degree.im === 0 && Number.isInteger(degree.re) && Math.abs(degree.re % 2) === 1;
  if (isOdd && a.im === 0 && a.re < 0) return real(-((-a.re) ** (1 / degree.re)));
  return power(a, divide(real(1), degree));
}

/** sin a */
export function sine(a: Complex): Complex {
  return { re: Math.sin(a.re) * Math.cosh(a.im), im: Math.cos(a.re) * Math.sinh(a.im) };
}

/** cos a */
export function cosine(a: Complex): Complex {
  return { re: Math.cos(a.re) * Math.cosh(a.im), im: -Math.sin(a.re) * Math.sinh(a.im) };
}
