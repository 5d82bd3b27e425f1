// The pages that the README shows, in both languages, as they look with the demonstration city in them:
// `WUGAN_SHOTS_DIR=end2end/shots cargo xtask journeys pictures` renews its pictures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCity } from '../fixtures/city.mjs';
import { newPage, shot, shots } from '../fixtures/page.mjs';
import { enter } from '../fixtures/people.mjs';
import { lines, openRound, send, turn } from '../fixtures/steps.mjs';

describe('pictures', () => {
  /** @type {import('../fixtures/server.mjs').Portal} */
  let portal;
  before(async () => {
    portal = await startCity();
  });
  after(async () => portal?.remove());

  test('the front page', async (t) => {
    const page = await newPage(t, { portal });
    await page.goto('/');
    await shots(page, 'home-1440', { whole: false });
  });

  test('a line on a phone', async (t) => {
    const page = await enter(t, portal, 'owner1', { width: 'phone' });
    await openRound(page);
    await page.goto((await lines(page))[0]);
    await page.locator('.uploader-on').first().waitFor();
    await shots(page, 'line-phone', { whole: false });
  });

  test('the desk', async (t) => {
    const page = await enter(t, portal, 'officer1');
    await page.goto('/review?state=submitted');
    await turn(page, () => page.locator('tbody a[href^="/review/"]').first().click());
    await send(page, 'review/take');
    const picture = page.locator('.evidence img, .viewer img').first();
    await picture.waitFor();
    assert.ok(await picture.evaluate((image) => /** @type {HTMLImageElement} */ (image).naturalWidth > 0));
    await shots(page, 'desk-1440', { whole: false });
  });

  test('the numbers', async (t) => {
    const page = await enter(t, portal, 'statistics');
    await page.goto('/dashboard');
    await shots(page, 'dashboard-1440', { whole: false });
  });

  test('a document', async (t) => {
    const page = await enter(t, portal, 'head1');
    await page.goto('/documents');
    const guidance = page.locator('main tr, main li').filter({ hasText: '整改指导意见书' }).first();
    await turn(page, () => guidance.locator('a[href^="/documents/"]').first().click());
    await page.locator('.sheet').waitFor();
    await shot(page, 'document');
  });
});
