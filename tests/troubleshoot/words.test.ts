import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passagesWith, type Passage } from '../../src/troubleshoot/words.ts';

const PASSAGES: Passage[] = [
  { title: 'Tout le monde semble déconnecté', text: 'Le serveur web ne joint pas Redis.' },
  { title: 'La file grandit et rien ne s’exécute', text: 'Aucun worker n’écoute cette file.' },
  { title: 'Everyone looks logged out', text: 'The web server cannot reach Redis.' },
  { title: 'Queued work has vanished', text: 'Redis was stopped.' },
];

test.each([
  ['déconnecté', [0]],
  ['DECONNECTES', [0]],
  ['tout le monde est déconnecté !', [0]],
  ['logged out', [2]],
  ['the queue', [3]],
  ['file', [1]],
  ['web redis', [0, 2]],
  ['Redis', [0, 2, 3]],
  ['cafetière', []],
  ['', []],
  ['le la', []],
  ['une cafetière bien chaude qui écoute', []],
])('%j is in %j', (query, found) => {
  expect(passagesWith(query, PASSAGES, ['le', 'la', 'est', 'the'])).toEqual(found);
});

test('what has the words in its title comes first', () => {
  const passages = [
    { title: 'Memory', text: 'The queue is full.' },
    { title: 'The queue grows', text: 'No worker.' },
  ];
  expect(passagesWith('queue', passages)).toEqual([1, 0]);
});

test('any words are looked for without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (query) => {
      const found = passagesWith(query, PASSAGES);
      expect(new Set(found).size).toBe(found.length);
    }),
  );
});
