import { join } from 'node:path';

/**
 * A virtual environment: `pod` has the whole of Pod's requirements, `pod-encode` only those of
 * servers that encode, transcribe or send statements without Django.
 */
export type EnvironmentName = 'pod' | 'pod-encode';

/** The folder of a virtual environment. */
export function environment(name: EnvironmentName): Promise<string> {
  const folder = process.env['POD_ENVIRONMENTS'];
  if (folder === undefined)
    return Promise.reject(new Error('POD_ENVIRONMENTS names no folder of virtual environments.'));
  return Promise.resolve(join(folder, name));
}
