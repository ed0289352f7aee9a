import { defineCollection } from 'astro:content';
import { glob, type LoaderContext } from 'astro/loaders';
import { z } from 'astro/zod';
import { FINDINGS_FOLDER } from './source.ts';

/** The sections of a finding's page in their order, by the anchors of their headings. */
const SECTIONS = ['cause', 'effect', 'evidence', 'repair'] as const;

/**
 * The texts of the findings' pages: `src/content/findings/CODE.yaml` has those of both languages.
 * Without a description, the cause is the page's description too.
 */
export function findingsCollection() {
  const files = glob({ base: FINDINGS_FOLDER, pattern: '*.yaml' });
  // Only the loader is given the site's Markdown processor, and only the schema knows the texts.
  let renderMarkdown: LoaderContext['renderMarkdown'];
  // Starlight's changes to Markdown apply by folder.
  const fileURL = new URL(`${FINDINGS_FOLDER}/`, `file://${process.cwd()}/`);
  const text = z.string().min(1);
  const page = z
    .strictObject({
      title: text,
      description: text.optional(),
      cause: text,
      effect: text,
      evidence: text,
      repair: text,
    })
    .refine(({ description, cause }) => description !== undefined || !/[`*[<]/.test(cause), {
      message: 'is needed where the cause has Markdown: a description is plain text',
      path: ['description'],
    })
    .transform(async ({ title, cause, description = cause, ...others }) => {
      const sections = SECTIONS.map(async (anchor) => {
        const { html } = await renderMarkdown({ cause, ...others }[anchor], { fileURL });
        return { anchor, html };
      });
      return { title, description, sections: await Promise.all(sections) };
    });
  return defineCollection({
    loader: {
      name: 'findings',
      load: (context) => {
        renderMarkdown = context.renderMarkdown;
        return files.load(context);
      },
    },
    schema: z.strictObject({ fr: page, en: page }),
  });
}
