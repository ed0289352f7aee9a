/**
 * What the worker may keep: the version of each file, by its path below the site's base; a page's
 * path is its folder, where it has one. Files come in groups, which are kept as a whole: `any`, each language's pages,
 * the search in each language (`search-fr`), what explains findings (`findings-fr`), and each
 * language's printable guide (`print-fr`).
 */
export type Manifest = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a page asks of the worker: to keep the pages of its language. */
export interface Wish {
  readonly language: string;
}
