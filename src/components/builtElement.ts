/**
 * An element that the build has filled, and that a script makes live. A script of another build
 * than the page's, from some cache, would look for what is not there: it leaves the element as it
 * was built, and `offline/notice.ts` says so.
 */
export class BuiltElement extends HTMLElement {
  constructor() {
    super();
    if (this.dataset['build'] !== import.meta.env.BUILD)
      throw new Error('The page is of another build.');
  }
}
