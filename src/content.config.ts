import { docsLoader, i18nLoader } from '@astrojs/starlight/loaders';
import { docsSchema, i18nSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { glob, type LoaderContext } from 'astro/loaders';
import { z } from 'astro/zod';
import { pathToFileURL } from 'node:url';
import { FINDINGS_FOLDER } from './site/source.ts';
import { TEXTS } from './site/texts.ts';

const text = z.string().min(1);

// Starlight shows the default language's text, or the key itself, for a missing text.
const everyText = Object.fromEntries(
  Object.values(TEXTS)
    .flatMap((texts) => Object.keys(texts))
    .map((key) => [key, text]),
) as Record<keyof (typeof TEXTS)['fr'], typeof text>;

// Astro hands its Markdown processor to loaders only, and the schema needs it.
let findingsContext: LoaderContext;

/** Markdown, which becomes HTML as that of the pages does. */
const markdown = text.transform(async (source) => {
  // Starlight's part of the processor applies to some folders.
  const fileURL = pathToFileURL(`${FINDINGS_FOLDER}/`);
  const { html } = await findingsContext.renderMarkdown(source, { fileURL });
  return { source, html };
});

/** The texts of a finding's page in one language. Without a description, its cause serves as one. */
const findingTexts = z
  .strictObject({
    title: text,
    description: text.optional(),
    cause: markdown,
    effect: markdown,
    evidence: markdown,
    repair: markdown,
  })
  .refine(({ description, cause }) => description !== undefined || !/[`*[<]/.test(cause.source), {
    error: 'A cause with Markdown cannot serve as description, which is plain text.',
    path: ['description'],
  });

const findingFiles = glob({ base: FINDINGS_FOLDER, pattern: '*.yaml' });

export const collections = {
  docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }),
  findings: defineCollection({
    loader: {
      name: 'findings',
      load: (context) => {
        findingsContext = context;
        return findingFiles.load(context);
      },
    },
    // A missing language fails the build, as does a missing text.
    schema: z.strictObject({ fr: findingTexts, en: findingTexts }),
  }),
  i18n: defineCollection({
    loader: i18nLoader(),
    schema: i18nSchema({ extend: z.object(everyText) }),
  }),
};
