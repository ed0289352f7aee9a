import { expect, test } from 'vitest';
import { indexedHead } from '../../src/site/head.ts';

const page = {
  title: 'Redis </script>',
  description: 'One page',
  markdown: '/fr/redis.md',
  card: 'https://pod.example.org/cards/fr/redis.png',
};

test('an indexed page names its Markdown and its card', () => {
  const attributes = indexedHead({ ...page, data: {} }).map(({ attrs }) => attrs);
  expect(attributes).toContainEqual({
    rel: 'alternate',
    type: 'text/markdown',
    href: page.markdown,
  });
  expect(attributes).toContainEqual({ property: 'og:image', content: page.card });
  expect(attributes).toContainEqual({
    property: 'og:image:alt',
    content: 'Redis </script>. One page',
  });
});

test('structured data cannot end its script', () => {
  const data = { name: page.title, text: '<!-- <script>' };
  const script = indexedHead({ ...page, data }).find(({ tag }) => tag === 'script');
  const content = script?.content ?? '';
  expect(content).not.toContain('<');
  expect(JSON.parse(content)).toEqual(data);
});
