import { describe, expect, it } from 'vitest';
import { printable, printableJson, printableLine } from '../../src/reports/printable.ts';

describe('printable()', () => {
  it('makes controls, direction marks, invisible characters and half pairs visible', () => {
    expect(printable('a\0b\u001b[31mc\u202ed\u200be\u2028f\ud800g\u{e0041}h\ufeff')).toBe(
      'a⟨U+0000⟩b⟨U+001B⟩[31mc⟨U+202E⟩d⟨U+200B⟩e⟨U+2028⟩f⟨U+D800⟩g⟨U+E0041⟩h⟨U+FEFF⟩',
    );
  });

  it('leaves text of any script, emoji and their joiners as they are', () => {
    const text = 'Zürich 東京 مرحبا नमस्ते 👩\u200d🔬\n\tindented';
    expect(printable(text)).toBe(text);
  });
});

describe('printableLine()', () => {
  it('has no line break', () => {
    expect(printableLine('a\r\n\tb\u2028c')).toBe('a b⟨U+2028⟩c');
  });
});

describe('printableJson()', () => {
  it('hides nothing and stands for the same value', () => {
    const value = { name: 'a\u009b31mb\u202ec\u{e0041}d\ud800', script: '東京 👩\u200d🔬\n' };
    const json = printableJson(JSON.stringify(value, null, 2));
    expect(json).toContain('a\\u009b31mb\\u202ec\\udb40\\udc41d\\ud800');
    expect(json).toContain('東京 👩\u200d🔬\\n');
    expect(JSON.parse(json)).toEqual(value);
  });
});
