import { describe, expect, test } from 'vitest';
import { readArguments } from '../../src/cli/start.ts';

describe('the arguments of npm start', () => {
  test.each([
    [[], { base: '/redis-pod/', port: 4321 }],
    [['--base', '/'], { base: '/', port: 4321 }],
    [['--base', '/Esup-Pod', '--port', '8080'], { base: '/Esup-Pod/', port: 8080 }],
  ])('%j are understood', (args, options) => {
    expect(readArguments(args)).toEqual(options);
  });

  test.each([
    [['--base', 'Esup-Pod']],
    [['--base', '//elsewhere/']],
    [['--base']],
    [['--port', '0']],
    [['--port', '65536']],
    [['--port', 'http']],
    [['--prot', '4321']],
    [['4321']],
  ])('%j are refused', (args) => {
    expect(() => readArguments(args)).toThrow();
  });
});
