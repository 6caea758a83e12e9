import { describe, expect, it } from 'vitest';
import { memberText } from '../../../src/attestation/reports/member-text.ts';
import { anyCharacter } from '../../any-text.ts';
import * as fc from '../../property.ts';

describe('memberText()', () => {
  it.each([
    ['{"gpu":{"a":1}}', '{"a":1}'],
    [' {\n"x" : [ "}" , {"gpu":0} ] ,\t"gpu" : { "a" : [1, 2] } , "y":1}', '{ "a" : [1, 2] }'],
    ['{"x":"\\"gpu\\":1,","gpu":"a\\\\","y":"\\\\"}', '"a\\\\"'],
    ['{"\\u0067pu":true}', 'true'],
    ['{"gpu":-1.5e3}', '-1.5e3'],
    ['{"gpus":1,"a":{"gpu":2}}', null],
    ['{}', null],
  ])('of %s is %s', (text, want) => {
    expect(memberText(text, 'gpu')).toBe(want);
  });

  it('refuses a member that is there twice', () => {
    const form = expect.objectContaining({ code: 'ERR_ATTESTATION_FORM' });
    expect(() => memberText('{"gpu":1,"x":2,"\\u0067pu":1}', 'gpu')).toThrow(form);
  });

  it('parses to the value of the member, of any JSON in any layout', () => {
    const name = fc.string({ unit: anyCharacter, maxLength: 3 });
    const indent = fc.constantFrom(0, 1, 4);
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), indent, (object, spaces) => {
        const text = JSON.stringify(object, null, spaces);
        for (const key of Object.keys(object)) {
          const cut = memberText(text, key) ?? 'undefined';
          expect(text).toContain(cut);
          expect(JSON.parse(cut)).toEqual(JSON.parse(JSON.stringify(object[key])));
        }
      }),
    );
  });
});
