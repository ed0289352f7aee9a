import { defineCollection } from 'astro:content';
import { glob, type LoaderContext } from 'astro/loaders';
import { z } from 'astro/zod';
import { FINDINGS_FOLDER } from './source.ts';
import { TEXTS, type Language } from './texts.ts';

/** The sections of a finding's page in their order, by the anchors of their headings. */
const SECTIONS = ['cause', 'effect', 'evidence', 'repair'] as const;

/**
 * The collection of the findings' texts: `src/content/findings/CODE.yaml` has those of both
 * languages. A description may be left out where the cause serves as one.
 */
export function findingsCollection() {
  const files = glob({ base: FINDINGS_FOLDER, pattern: '*.yaml' });
  // Astro hands its Markdown processor to loaders only; the schema needs it too.
  let renderMarkdown: LoaderContext['renderMarkdown'];
  const text = z.string().min(1);
  const fields = z
    .strictObject({
      title: text,
      description: text.optional(),
      cause: text,
      effect: text,
      evidence: text,
      repair: text,
    })
    .refine(({ description, cause }) => description !== undefined || !/[`*[<]/.test(cause), {
      error: 'A cause with Markdown cannot serve as description, which is plain text.',
      path: ['description'],
    });
  const page = (language: Language) =>
    fields.transform(async (fields) => {
      const sections = SECTIONS.map(
        (section) =>
          `## ${TEXTS[language][`findings.${section}`]} {#${section}}\n\n${fields[section]}`,
      );
      const { title, description = fields.cause } = fields;
      const { html, metadata } = await renderMarkdown(sections.join('\n\n'), {
        // Starlight renders by folder, and takes the language from the path.
        fileURL: new URL(`src/content/docs/${language}/finding.md`, `file://${process.cwd()}/`),
      });
      return { title, description, html, headings: metadata?.headings };
    });
  return defineCollection({
    loader: {
      name: 'findings',
      load: (context) => {
        renderMarkdown = context.renderMarkdown;
        return files.load(context);
      },
    },
    schema: z.strictObject({ fr: page('fr'), en: page('en') }),
  });
}
