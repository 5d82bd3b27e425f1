// A phone on a train: the network goes away in the middle of a photo, comes back, and the photo goes on by itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { jpegOf } from '../fixtures/files.mjs';
import { network } from '../fixtures/network.mjs';
import { allow } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { download, filesIn, lines, openRound } from '../fixtures/steps.mjs';

/** Bytes a second that the phone has upwards. */
const SLOW = 4_000_000;

describe('a network that breaks', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('a photo goes on where it stopped, without the login, and none of it is sent twice', async (t) => {
    const train = await network(portal, { up: SLOW });
    t.after(() => train.remove());
    const page = await enter(t, train, 'owner1', { width: 'phone' });
    allow(page, /api\/v1\/uploads\S* net::ERR|Failed to load resource|request failed/);
    const round = await openRound(page);
    await page.goto(round.address);
    const [line] = await lines(page);
    await page.goto(line);

    /** @type {number[]} */
    const offsets = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']));
    });
    const photo = jpegOf(18_000_000, '隧道.jpg');
    await page.locator('.uploader-on').first().waitFor();
    await page.locator('#upload-file').setInputFiles(photo.path);
    const row = page.locator('.queue-row').filter({ hasText: photo.name });
    // What the browser has sent is ahead of what has arrived.
    await row.filter({ hasText: /1[2-6](\.\d)? MB \/ / }).waitFor();
    train.cut();
    await row.filter({ hasText: /网络中断，文件还在/ }).waitFor();
    // The login ends in the tunnel: what was begun may be finished.
    await page.context().clearCookies({ name: 'wugan' });
    train.mend();
    // Nobody touches anything.
    await page.waitForFunction(() => !document.querySelector('.queue-row:not(.is-done)'));

    const [first, ...later] = offsets;
    assert.equal(first, 0);
    assert.ok(later.length > 0 && later.every((offset) => offset > 1_000_000), `it began anew: ${offsets}`);
    const again = await enter(t, portal, 'owner1', { width: 'phone' });
    await again.goto(line);
    assert.deepEqual((await download(again, (await filesIn(again, 'upload'))[photo.name])).bytes, photo.bytes);
  });
});
