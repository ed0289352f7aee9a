interface ImportMetaEnv {
  /** The name of the build, in pages and scripts alike; see `src/site/build.ts`. */
  readonly BUILD: string;
}
