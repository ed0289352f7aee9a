import { createHash } from 'node:crypto';
import { parse } from 'node-html-parser';
import { describe, expect, test } from 'vitest';
import { blockTextElements } from '../../src/build/builtPages.ts';
import { withPolicy } from '../../src/build/csp.ts';

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const withPolicyOf = (html: string) =>
  withPolicy({ file: 'page.html', html, document: parse(html, { blockTextElements }) });
const policyOf = (rest: string) => withPolicyOf(`<meta charset="utf-8"><p>${rest}</p>`);

describe('the policy of a page', () => {
  test('has the hash of the exact text of each inline script, and no hash of a style', () => {
    const script = '\n\tif (1 < 2 && "é") { run("</p>"); }\n';
    const style = ' p { top: 0 } ';
    const html = policyOf(`<script data-x="a > b">${script}</script><style>${style}</style>`);
    expect(html).toContain(hash(script));
    expect(html).not.toContain(hash(style));
  });

  test('has no hash of data, of a script’s file, or of text that looks like a script', () => {
    const html = policyOf(
      '<script type="application/json">{}</script><script src="/a.js"></script>' +
        '<p title="<script>alert(1)</script>"></p>',
    );
    expect(html.split('</p>')[0]).not.toContain('sha256');
  });

  test('throws for a page without an encoding, which would have no policy', () => {
    expect(() => withPolicyOf('<p></p>')).toThrow('page.html');
  });
});
