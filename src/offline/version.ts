/** The version that the build wrote into a page's markup; empty where there is none. */
export function versionIn(markup: string): string {
  return /<meta name="version" content="(\w+)">/.exec(markup)?.[1] ?? '';
}
