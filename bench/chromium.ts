import type { CDPSession } from 'playwright-core';

/** What a page's main thread has worked since it was begun, in milliseconds of the processor. */
export interface ProcessorTimes {
  readonly all: number;
  readonly script: number;
}

/**
 * Asks Chromium how long a page's main thread has worked. In time of the processor, so that other
 * programs of the machine do not count; a thread that is slowed down works as much longer.
 */
export async function processorTimes(devtools: CDPSession): Promise<ProcessorTimes> {
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (wanted: string) => {
    const metric = metrics.find(({ name }) => name === wanted);
    if (!metric) throw new Error(`Chromium does not say ${wanted}.`);
    return metric.value * 1000;
  };
  return { all: of('TaskDuration'), script: of('ScriptDuration') };
}
