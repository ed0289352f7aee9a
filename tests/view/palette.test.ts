import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DATABASE_ROLES } from '../../src/pod/databases.ts';
import { LIGHT, PALETTE } from '../../src/view/palette.ts';

const css = readFileSync(join(import.meta.dirname, '../../src/styles/site.css'), 'utf8');

/** The relative luminance of a colour `#rrggbb`, as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test.each(DATABASE_ROLES)('the colour of %s is the same in pages and drawings', (role) => {
  const { light, dark } = PALETTE[role];
  expect(css).toContain(`--db-${role}: light-dark(${light}, ${dark});`);
  expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(4.5);
  expect(contrast(dark, '#17181c')).toBeGreaterThanOrEqual(4.5);
});

test.each(Object.entries(LIGHT))(
  'the light theme’s --%s is one in the pages and in a drawing',
  (name, colour) => {
    const values = [...css.matchAll(new RegExp(`--${name}: (?:light-dark\\()?(#\\w+)`, 'g'))];
    expect(values.map(([, value]) => value)).toContain(colour);
  },
);
