import { docsLoader, i18nLoader } from '@astrojs/starlight/loaders';
import { docsSchema, i18nSchema } from '@astrojs/starlight/schema';
import { defineCollection } from 'astro:content';
import { z } from 'astro/zod';
import { findingsCollection } from './site/findings.ts';
import { TEXTS } from './site/texts.ts';

// Starlight would quietly show the default language's text, or the key itself, for a missing one.
const everyText = Object.fromEntries(
  Object.values(TEXTS)
    .flatMap((texts) => Object.keys(texts))
    .map((key) => [key, z.string().min(1)]),
) as Record<keyof (typeof TEXTS)['fr'], z.ZodString>;

export const collections = {
  docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }),
  findings: findingsCollection(),
  i18n: defineCollection({
    loader: i18nLoader(),
    schema: i18nSchema({ extend: z.object(everyText) }),
  }),
};
