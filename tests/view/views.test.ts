import fc from 'fast-check';
import { parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import { filesOf, fileText } from '../../src/emit/files.ts';
import { plan } from '../../src/model/deployment.ts';
import { speaker } from '../../src/model/say.ts';
import { TEXTS } from '../../src/site/texts.ts';
import { diagram } from '../../src/view/diagram.ts';
import { filesHtml } from '../../src/view/files.ts';
import { html } from '../../src/view/html.ts';
import { usesTable } from '../../src/view/table.ts';
import { DEFAULTS } from '../../src/model/architecture.ts';
import { architectures, passwords } from '../model/architecture.ts';
import { runs } from '../sets.ts';

const say = speaker(TEXTS.en, 'en');

describe('html', () => {
  test('escapes inserted texts, and keeps inserted markup', () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    expect(
      html`<p title="${hostile}">${hostile}${html`<b>${1}</b>`}${[false, undefined, 'x']}</p>`.text,
    ).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">' +
        '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;<b>1</b>x</p>',
    );
  });

  test('turns line breaks of the template into spaces, not those of its values', () => {
    // prettier-ignore
    const markup = html`<p>
      ${'a\n  b'}
    </p>`;
    expect(markup.text).toBe('<p> a\n  b </p>');
  });
});

test('for any architecture and password, the code of a file is its text and nothing else', () => {
  fc.assert(
    fc.property(architectures, passwords, (architecture, password) => {
      const deployment = plan(architecture);
      const files = filesOf(deployment, { say, password });
      const page = parse(filesHtml(files, deployment, say).text, { blockTextElements: {} });
      const shown = page.querySelectorAll('[data-file] pre code');
      expect(shown.map((code) => code.textContent)).toEqual(files.map(fileText));
      const foreign = page.querySelectorAll('pre code :not(span, mark)');
      expect(foreign).toEqual([]);
    }),
    { numRuns: runs(30, 200) },
  );
});

test('for any architecture, diagram and table show each use', () => {
  fc.assert(
    fc.property(architectures, (architecture) => {
      const deployment = plan(architecture);
      const table = parse(usesTable(deployment, say).text);
      expect(
        table.querySelectorAll('tbody tr').map((row) => row.querySelector('code')?.textContent),
      ).toEqual(deployment.uses.map(({ setting }) => setting));
      for (const shape of ['wide', 'narrow'] as const) {
        const drawing = parse(diagram(deployment, say, shape).text);
        const pairs = (values: string[]) => [...new Set(values)].sort();
        expect(
          pairs(
            drawing.querySelectorAll('.wire').map((wire) => wire.getAttribute('data-of') ?? ''),
          ),
        ).toEqual(pairs(deployment.uses.map((use) => `d-${use.database} s-${use.server}`)));
        expect(drawing.toString()).not.toMatch(/NaN|undefined|Infinity/);
      }
    }),
    { numRuns: runs(30, 200) },
  );
});

test('fifty workers take no more room in the diagram than two', () => {
  const height = (workers: number) =>
    /viewBox="([^"]+)"/.exec(diagram(plan({ ...DEFAULTS, workers }), say, 'narrow').text)?.[1];
  expect(height(50)).toBe(height(2));
});
