import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/suites/render.ts';

describe('createRenderer()', () => {
  it('puts few-shot examples between the system messages and the first other message', () => {
    const renderer = createRenderer({
      messages: [
        { role: 'system', content: 'Be {{ mood }}.' },
        { role: 'user', content: '{{ q }}' },
        { role: 'assistant', content: 'Let us see.' },
        { role: 'user', content: 'Well?' },
      ],
      few_shot: [
        { role: 'user', content: '{{ literal }}' },
        { role: 'assistant', content: '2' },
      ],
    });
    expect(renderer.requires).toEqual(['mood', 'q']);
    expect(renderer.render({ mood: 'brief', q: '1 + 1?' })).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: '{{ literal }}' },
      { role: 'assistant', content: '2' },
      { role: 'user', content: '1 + 1?' },
      { role: 'assistant', content: 'Let us see.' },
      { role: 'user', content: 'Well?' },
    ]);
  });

  it('takes a prompt of system messages only', () => {
    const few_shot = [{ role: 'user' as const, content: 'x' }];
    const messages = [{ role: 'system' as const, content: 'Hi' }];
    expect(createRenderer({ messages, few_shot }).render({})).toEqual([...messages, ...few_shot]);
  });
});
