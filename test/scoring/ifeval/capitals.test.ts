import { describe, expect, it } from 'vitest';
import { capitalsLanguage, isInCapitals } from '../../../src/scoring/ifeval/capitals.ts';

describe('capitalsLanguage()', () => {
  // What langdetect says with most of 40 seeds, by an implementation of its own that draws; surprising ones among them.
  it.each([
    ['THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG AND RUNS INTO THE FOREST', 'en'],
    ['DER SCHNELLE BRAUNE FUCHS SPRINGT ÜBER DEN FAULEN HUND UND LÄUFT DANN IN DEN WALD', 'de'],
    ['EL RÁPIDO ZORRO MARRÓN SALTA SOBRE EL PERRO PEREZOSO Y CORRE HACIA EL BOSQUE', 'pt'],
    ['LA RENARDE RAPIDE SAUTE PAR-DESSUS LE CHIEN PARESSEUX ET COURT DANS LA FORÊT', 'de'],
    ['БЫСТРАЯ ЛИСА ПРЫГАЕТ ЧЕРЕЗ ЛЕНИВУЮ СОБАКУ', 'ru'],
    ['TO BE OR NOT TO BE, THAT IS THE QUESTION.', 'vi'],
    ['HELLO WORLD', 'so'],
    ['ACME', 'tl'],
    ['I', 'id'],
    ['123', null],
    ['', null],
  ])('%s: %s', (text, language) => {
    expect(capitalsLanguage(text)).toBe(language);
  });
});

describe('isInCapitals()', () => {
  it.each([
    ['A1!', true],
    ['ÀÉ 東京', true],
    ['Aa', false],
    ['123', false],
    ['東京', false],
    ['STRAßE', false],
  ])('%s: %s', (text, isSo) => {
    expect(isInCapitals(text)).toBe(isSo);
  });
});
