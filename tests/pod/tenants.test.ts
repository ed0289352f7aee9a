import { expect, test } from 'vitest';
import { needStack } from '../stacks/need.ts';
import { startCase } from './case.ts';
import { DOMAIN } from './settings.ts';

needStack();

/** A script that makes a second site, and for the first one a type that has a video. */
const MAKE = `
from django.contrib.auth.models import User
from django.contrib.sites.models import Site
from pod.video.models import Type, Video
Site.objects.create(id=2, domain="second.example.org", name="second")
kind = Type.objects.create(title="Of the first site")
kind.sites.set([1])
video = Video.objects.create(title="first", owner=User.objects.first(), type=kind, video="first.mp4", is_draft=False)
video.sites.set([1])
`;

/** A script that prints the types of videos that each page of a site names, as the web server finds them. */
const TYPES = `
import json
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from pod.video.context_processors import context_video_data
request = RequestFactory().get("/", HTTP_HOST="${DOMAIN}")
request.user = AnonymousUser()
print(json.dumps([kind.title for kind in context_video_data(request)["TYPES"]]))
`;

/** The end of a file. */
const END = /(?![^])/g;

test('tenants of Pod show each other’s lists if their caches have the same prefix', async ({
  onTestFinished,
}) => {
  const { web } = await startCase({ arch: 'standalone' }, onTestFinished);
  const types = async () => JSON.parse(await web.manage('shell', '-c', TYPES)) as string[];
  await web.manage('shell', '-c', MAKE);
  const first = ['Of the first site'];
  expect(await types()).toEqual(first);

  // A tenant's settings are Pod's, and its own number of a site.
  await web.edit('settings_local.py', END, '\nSITE_ID = 2\n');
  expect(await types()).toEqual(first);

  await web.edit('settings_local.py', '"KEY_PREFIX": "pod"', '"KEY_PREFIX": "second"');
  expect(await types()).toEqual([]);
});
