import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * All rules of levels A and AA and of good practice. By itself axe leaves out the size of targets, and what it calls
 * experimental, some of which RGAA has.
 */
const rules = Object.fromEntries(
  axe.getRules().map(({ ruleId, tags }) => {
    const enabled = !tags.includes('deprecated') && !tags.includes('wcag2aaa');
    return [ruleId, { enabled }];
  }),
);

/**
 * Everything that axe finds on a page as it stands.
 *
 * @param page where the policy lets the test run its own script
 * @returns a text for each element concerned: the rule, the element, and what to do
 */
export async function faults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (rules) => {
    const { run } = (window as unknown as { axe: { run: typeof axe.run } }).axe;
    // The rules that pass would come with long texts, which take as long again to get here.
    return (await run(document, { rules, resultTypes: ['violations'] })).violations;
  }, rules);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}
