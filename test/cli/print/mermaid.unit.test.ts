import DOMPurify from 'dompurify';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatMermaid } from '../../../src/cli/print/mermaid.ts';
import { sampleRecord, sampleReport } from './sample.ts';

// Goal: what `inspect --format mermaid` prints is a sequence diagram, whatever the data is. Method: Mermaid's own
// parser on fixed reports and on hostile texts; the number of messages shows that no text became syntax.

interface Messages {
  getMessages(): readonly { readonly from?: string; readonly to?: string }[];
}

let parse: (text: string) => Promise<number>;

beforeAll(async () => {
  // Mermaid cleans texts through a DOM, which Node does not have; its grammar does not need it.
  Object.assign(DOMPurify, { sanitize: String, addHook: () => undefined });
  const { default: mermaid } = await import('mermaid');
  parse = async (text) => {
    expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'sequence' });
    const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
    return (diagram.db as unknown as Messages).getMessages().length;
  };
});

const rejection = {
  code: 'KEY_OWNED',
  reason: 'email/ann is owned',
  key: 'email/ann',
  owner: { id: 'r-0', position: 2 },
};

describe('the diagram of a transaction', () => {
  it('is valid for one that was committed and undone', async () => {
    const report = sampleReport(sampleRecord(), { compensatedBy: { id: 'u-1', position: 9 } });
    const text = formatMermaid(report);
    expect(text).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant C as web
        participant P as pipeline
        participant L as log
        participant S as states
        C->>P: request r-1, customer.create
        Note over P: 1 request, 2 batch
        Note over P: 3 decide, changes as requested
        S-->>P: email/ann is 1
        S-->>P: customers is 1
        P->>L: 4 confirm, 5 log at position 7
        L->>S: 6 apply claim "c-1" on email/ann, 1 becomes 2
        L->>S: 6 apply add 1 on customers, 1 becomes 2
        P-->>C: 7 respond, committed at position 7
        Note over L,S: undone by u-1 at position 9"
    `);
    expect(await parse(text)).toBe(10);
  });

  it('is valid for one that a handler rejected', async () => {
    const text = formatMermaid(sampleReport(sampleRecord({ outcome: 'rejected', decided: true, rejection })));
    expect(text).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant C as web
        participant P as pipeline
        participant H as handler of customer.create
        participant L as log
        participant S as states
        C->>P: request r-1, customer.create
        Note over P: 1 request, 2 batch
        P->>H: 3 decide
        S-->>H: email/ann is 1
        S-->>H: customers is 1
        H--xP: rejected KEY_OWNED: email/ann is owned (r-0 at position 2)
        P->>L: 4 confirm, 5 log at position 7
        Note over S: nothing is applied
        P-->>C: 7 respond, rejected at position 7"
    `);
    expect(await parse(text)).toBe(9);
  });

  it('of a thousand keys shows some and counts the rest', async () => {
    const changes = Array.from({ length: 1_000 }, (_, i) => ({ op: 'set' as const, key: `k/${i}`, value: i }));
    const text = formatMermaid(sampleReport(sampleRecord({ changes })));
    expect(text).toContain('and 988 more keys');
    expect(text.length).toBeLessThan(10_000);
    await parse(text);
  });

  it.each([
    'a;b',
    'a\nC->>P: injected',
    '%%{init: {"theme":"dark"}}%%',
    '#35;',
    '<script>alert(1)</script>',
    'style: #1; x',
    'classDef a:#2;',
    'wrap: x',
    'end',
    ' ',
    '"quoted" `ticks`',
    'x->>y',
    '---\ntitle: x\n---',
    '\u001b[31mred',
    '日本語 🎉',
    '@{ "type": "actor" }',
    'participant',
    'a as b',
  ])('is valid with the text %j, and has no more messages', async (text) => {
    expect(await parse(formatMermaid(hostile(text)))).toBe(10);
  });

  it('is valid with any text, and has no more messages', async () => {
    const texts = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await parse(formatMermaid(hostile(text)))).toBe(10);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});

function hostile(text: string) {
  const changes = [
    { op: 'set' as const, key: text, value: text },
    { op: 'set' as const, key: `${text}2`, value: { [text]: text } },
  ];
  const record = sampleRecord({ id: text, type: text, actor: text, payload: text, changes });
  return sampleReport(record, { compensatedBy: { id: text, position: 9 } });
}
