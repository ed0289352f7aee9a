import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * All rules of levels A and AA and of good practice. By default, axe leaves out the size of targets and its experimental
 * rules, some of which RGAA has.
 */
const rules = Object.fromEntries(
  axe.getRules().map(({ ruleId, tags }) => {
    const enabled = !tags.includes('deprecated') && !tags.includes('wcag2aaa');
    return [ruleId, { enabled }];
  }),
);

/**
 * Runs axe on a page in its present state.
 *
 * @param page where the policy lets the test run its own script
 * @returns a text for each violation: the rule, the element, and axe's advice
 */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { run } = (window as unknown as { axe: { run: typeof axe.run } }).axe;
    // Results of rules that pass are long: to transfer them would double the time.
    return (await run(document, { rules, resultTypes: ['violations'] })).violations;
  }, rules);
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}
