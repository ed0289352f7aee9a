import { join } from 'node:path';
import { ffmpeg } from '../software.ts';
import { environment, stack, stackServer } from '../stacks/environment.ts';
import { output } from './source.ts';

/** The Python packages of the web server that speak with Redis, by the names that they are known under. */
const PACKAGES = {
  Django: 'Django',
  'django-redis': 'django-redis',
  'django-redis-sessions': 'django-redis-sessions',
  Celery: 'celery',
  kombu: 'kombu',
  'redis-py': 'redis',
};

/** The versions of the software with which Pod runs. */
export async function versions(): Promise<Record<string, string>> {
  const script = `
import json, platform
from importlib.metadata import version
packages = json.loads(${JSON.stringify(JSON.stringify(PACKAGES))})
versions = {name: version(package) for name, package in packages.items()}
print(json.dumps({"Python": platform.python_version(), **versions}))`;
  const python = join(environment(stack.web), 'bin/python');
  return {
    Redis: /v=(\S+)/.exec(await output(stackServer(), ['--version']))?.[1] ?? '',
    ...(JSON.parse(await output(python, ['-c', script])) as Record<string, string>),
    FFmpeg: /version (\S+)/.exec(await output(ffmpeg(), ['-version']))?.[1] ?? '',
  };
}
